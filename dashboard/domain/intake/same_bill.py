"""Which records are the bill that a document states: those stored, and those that came earlier in the same file."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.domain.intake.identity import are_names_apart, is_same_party
from dashboard.models import Record
from dashboard.vocabulary.records import Direction, RecordKind

_AT_ONCE = 500
"""Numbers asked for in one query: databases take a limited number of values."""

_Key = tuple[str, date, RecordKind]


class Bills:
    """The stored records that any of `records` (none stored yet) may be, read with one query for every 500 numbers."""

    def __init__(self, session: Session, tenant_id: int, records: Sequence[Record]) -> None:
        self._known: dict[_Key, list[Record]] = defaultdict(list)
        if not records:
            return
        first, last = min(each.issue_date for each in records), max(each.issue_date for each in records)
        numbers = iter(sorted({each.normalised_number for each in records}))
        while some := list(islice(numbers, _AT_ONCE)):
            query = select(Record).where(
                Record.tenant_id == tenant_id,
                Record.normalised_number.in_(some),
                Record.issue_date.between(first, last),
                Record.archived_at.is_(None),
            )
            for each in session.scalars(query.order_by(Record.id)):
                self.add(each)

    def same_as(self, record: Record) -> list[Record]:
        """Records of the same seller, kind, number and date, the first first; archived ones do not count."""
        return [each for each in self._known.get(_key(record), ()) if is_same_seller(record, each)]

    def add(self, record: Record) -> None:
        """What comes later in the file may be this one."""
        self._known[_key(record)].append(record)


def _key(record: Record) -> _Key:
    return record.normalised_number, record.issue_date, record.kind


def is_same_original(one: Record, other: Record) -> bool:
    """Of two that may be the same bill, whether one more original of it was brought: nobody needs to be asked.

    Who has the other's tax id and quite another name may have it by mistake.
    """
    return one.fingerprint == other.fingerprint and not are_names_apart(one.contact_name, other.contact_name)


def is_same_seller(one: Record, other: Record) -> bool:
    """What the organisation sells has one seller, however a file names it; a bill's seller is its contact."""
    if one.kind.direction is Direction.SALE or one.seller_key == other.seller_key:
        return True
    return is_same_party(one.contact_name, [one.contact_tax_id], other.contact_name, [other.contact_tax_id])
