"""The vault: what is sealed opens only with its key and for its row."""

import pytest

from dashboard.domain.vault import CannotOpen, Vault

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
SECRET = "canary-refresh-token"


def test_what_is_sealed_opens_again_for_its_row_alone() -> None:
    vault = Vault({"k1": OLD})
    sealed = vault.seal(SECRET, "tenant 1 grant 1")
    assert SECRET.encode() not in sealed
    assert vault.open(sealed, "tenant 1 grant 1") == SECRET
    with pytest.raises(CannotOpen):
        vault.open(sealed, "tenant 2 grant 1")


def test_the_same_secret_is_never_sealed_alike_twice() -> None:
    vault = Vault({"k1": OLD})
    assert vault.seal(SECRET, "row") != vault.seal(SECRET, "row")


def test_keys_rotate_the_first_seals_and_all_open() -> None:
    sealed = Vault({"k1": OLD}).seal(SECRET, "row")
    rotated = Vault({"k2": NEW, "k1": OLD})
    assert rotated.open(sealed, "row") == SECRET
    assert rotated.seal(SECRET, "row").startswith(b"k2|")


@pytest.mark.parametrize("keys", [{"k2": NEW}, {"k1": NEW}])
def test_without_its_key_it_stays_shut(keys: dict[str, bytes]) -> None:
    sealed = Vault({"k1": OLD}).seal(SECRET, "row")
    with pytest.raises(CannotOpen) as refused:
        Vault(keys).open(sealed, "row")
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("damaged", [b"", b"k1|", b"k1|short", b"no key name at all", b"k1|" + bytes(40)])
def test_what_was_damaged_stays_shut(damaged: bytes) -> None:
    with pytest.raises(CannotOpen):
        Vault({"k1": OLD}).open(damaged, "row")
