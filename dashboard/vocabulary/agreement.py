"""Agreement: in what a ledger's document is not as ours. Whoever finds, shows or adopts one asks here."""

import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from dashboard.vocabulary.postings import LedgerObject
from dashboard.vocabulary.records import RecordKind


class Aspect(StrEnum):
    """What has to agree before a document of the ledger is taken for ours, beside our key where it has one."""

    KIND = "kind"
    NUMBER = "number"
    CONTACT = "contact"
    DATE = "date"
    CURRENCY = "currency"
    TAX = "tax"
    TOTAL = "total"
    STATE = "state"


class Stated(Protocol):
    """Our side, as it was sent or would be sent."""

    @property
    def kind(self) -> RecordKind: ...

    @property
    def number(self) -> str: ...

    @property
    def date(self) -> datetime.date: ...

    @property
    def currency(self) -> str: ...

    @property
    def tax(self) -> Decimal: ...

    @property
    def total(self) -> Decimal: ...


def differing(ours: Stated, found: LedgerObject, *, is_same_contact: bool) -> tuple[Aspect, ...]:
    """In what they differ; nothing when it is the same document. Who knows the contact by what says if it is the same.

    The state differs where the ledger's document books nothing any more.
    """
    agrees = {
        Aspect.KIND: ours.kind is found.kind,
        Aspect.NUMBER: same_number(ours.number, found.number),
        Aspect.CONTACT: is_same_contact,
        Aspect.DATE: ours.date == found.date,
        Aspect.CURRENCY: ours.currency == found.currency,
        Aspect.TAX: ours.tax == found.tax,
        Aspect.TOTAL: ours.total == found.total,
        Aspect.STATE: not found.state.is_gone,
    }
    return tuple(aspect for aspect, is_so in agrees.items() if not is_so)


def same_number(one: str, other: str) -> bool:
    """Ledgers trim numbers, and treat upper and lower case alike."""
    return one.strip().casefold() == other.strip().casefold()
