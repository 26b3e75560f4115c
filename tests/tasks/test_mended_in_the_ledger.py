"""When a person resends, what stood in the way is read afresh first: they may have mended it in the ledger."""

from dataclasses import dataclass

import pytest

from dashboard.vocabulary.statuses import Status
from tests.tasks.scene import Scene, codes


@dataclass(frozen=True)
class Case:
    """A change in the ledger that stands in the way, the one that mends it, and the one list that tells."""

    harm: str
    mend: str
    code: str
    list_read: str


CASES = [
    Case("deactivate-account:200", "activate-account:200", "account-inactive", "/Accounts"),
    Case("deactivate-tax:OUTPUT", "activate-tax:OUTPUT", "tax-unknown", "/TaxRates"),
    Case("archive-contact:Fjord Kaffe AS", "restore-contact:Fjord Kaffe AS", "contact-archived", "/Contacts"),
    Case("lock-period:2026-11-30", "lock-period:2026-09-30", "period-closed", "/Organisation"),
    Case("lock-year:2026-12-31", "lock-year:2025-12-31", "year-closed", "/Organisation"),
]


@pytest.mark.requirement("B-10")
@pytest.mark.parametrize("case", CASES, ids=[case.code for case in CASES])
def test_what_was_mended_in_the_ledger_is_seen_without_refreshing_lists(scene: Scene, case: Case) -> None:
    scene.books.change(case.harm)
    scene.refresh_lists()
    (export,) = scene.approve(1)
    scene.run()
    assert (scene.seen(export).status, codes(export)) == (Status.FAILED, [case.code])
    assert scene.books.document_writes() == []
    scene.books.change(case.mend)
    before = len(scene.books.calls())

    scene.resync([export])
    scene.run()

    assert scene.seen(export).status is Status.SYNCED
    made = [call["path"].rpartition("/2.0")[2] for call in scene.books.calls()[before:] if call["method"] == "GET"]
    # The organisation's currencies are a list of their own, read with it.
    assert [path for path in made if path != "/Currencies"] == [case.list_read]


def test_what_is_not_mended_fails_again_without_a_write_call(scene: Scene) -> None:
    scene.books.change("deactivate-account:200")
    scene.refresh_lists()
    (export,) = scene.approve(1)
    scene.run()

    resynced = scene.resync([export])
    scene.run()

    assert scene.sentence(resynced) == "0 exported, 1 still failing"
    assert scene.books.document_writes() == []


def test_one_list_is_read_once_for_a_whole_resync(scene: Scene) -> None:
    scene.books.change("deactivate-account:200")
    exports = scene.approve(30)
    scene.run()
    scene.books.change("activate-account:200")
    before = len(scene.books.asked("/Accounts"))

    scene.resync(exports)
    scene.run()

    assert scene.tile(Status.SYNCED) == 30
    # Two waves, two presses of the same button as far as the ledger is concerned.
    assert len(scene.books.asked("/Accounts")) - before <= 2
