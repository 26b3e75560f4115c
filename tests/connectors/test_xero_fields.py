"""What of Xero's texts is kept: nothing that a database refuses."""

from jobs.connectors.xero.fields import text
from jobs.connectors.xero.payloads import pretty


def test_half_a_character_and_nul_are_left_out_of_a_text() -> None:
    assert text({"Name": "Caf\ud83d\0é"}, "Name") == "Caf?é"


def test_an_exchange_that_is_kept_holds_no_half_character() -> None:
    pretty({"Message": "Bad \ud83d"}).encode()
