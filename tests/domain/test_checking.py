"""Checking: whether what the ledger holds was ours once is told by the export's own key, and by no other link."""

from datetime import date
from decimal import Decimal

import pytest

from dashboard.domain import checking
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Foreign, LedgerObject, LedgerState
from dashboard.vocabulary.records import RecordKind


def held(key: str) -> LedgerObject:
    return LedgerObject(
        ledger_id="i-1",
        key=key,
        kind=RecordKind.INVOICE,
        number="INV-1",
        contact_id="c-1",
        contact_name="Fjord Kaffe AS",
        date=date(2026, 11, 1),
        currency="SEK",
        tax=Decimal(25),
        total=Decimal(125),
        state=LedgerState.APPROVED,
        url="",
    )


@pytest.mark.parametrize(
    ("link", "code", "words"),
    [
        ("our-key", ErrorCode.FOUND_DIFFERENT, "INV-1 is in the ledger, but not as it was sent: its total"),
        ("42", ErrorCode.NUMBER_EXISTS, "The number INV-1 exists in the ledger already, for Fjord Kaffe AS: its total"),
        ("", ErrorCode.NUMBER_EXISTS, "The number INV-1 exists in the ledger already, for Fjord Kaffe AS: its total"),
    ],
)
def test_a_link_on_a_strangers_document_does_not_make_it_ours(link: str, code: ErrorCode, words: str) -> None:
    fault = checking.foreign_fault(Foreign(held(link), ("its total",)), "our-key")
    assert (fault.code, fault.words) == (code, words)
