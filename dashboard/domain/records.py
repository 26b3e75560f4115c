"""Records as people look for them: the lists, a search in them, and what belongs to one record. No changes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, literal, literal_column, or_, select
from sqlalchemy.orm import Session

from dashboard.domain import spellings, standing
from dashboard.domain.intake.identity import normalised_number
from dashboard.domain.scope import NotFound
from dashboard.models import Connection, Export, Original, Record, RecordOriginal, User
from dashboard.vocabulary.records import Approval, Payment, RecordKind

PAGE = 50
MOST_COUNTED = 1000
"""Counting stops here, so that a list costs the same however long it grows."""


class RecordList(StrEnum):
    AWAITING_APPROVAL = "awaiting-approval"
    AWAITING_PAYMENT = "awaiting-payment"
    OVERDUE = "overdue"
    NOT_SENT = "not-sent"
    POSSIBLE_DUPLICATES = "possible-duplicates"
    ALL = "all"
    ARCHIVED = "archived"

    @property
    def label(self) -> str:
        return "Approved, not sent" if self is RecordList.NOT_SENT else self.value.replace("-", " ").capitalize()


@dataclass(frozen=True)
class Exported:
    """One export in a list; `label` names its connection, `note` is what stands behind the status."""

    export: Export
    label: str
    note: str


@dataclass(frozen=True)
class Row:
    """One record in a list with its exports, the oldest connection first."""

    record: Record
    exports: tuple[Exported, ...]

    @property
    def is_approvable(self) -> bool:
        record = self.record
        return record.approval is Approval.AWAITING and not record.is_possible_duplicate and record.archived_at is None


@dataclass(frozen=True)
class Listing:
    """One page, the newest first. `newer` and `older` are record ids to go on from, None where there is no more."""

    rows: tuple[Row, ...]
    newer: int | None
    older: int | None


def listed(
    session: Session,
    tenant_id: int,
    which: RecordList,
    today: date,
    *,
    words: str = "",
    before: int | None = None,
    after: int | None = None,
) -> Listing:
    """The page of the list with ids below `before`, or above `after`; `today` is the organisation's calendar day."""
    query = select(Record).where(Record.tenant_id == tenant_id, *_members(which, today), *_search(words))
    if after is not None:
        query = query.where(Record.id > after).order_by(Record.id)
    else:
        query = query.order_by(Record.id.desc())
        if before is not None:
            query = query.where(Record.id < before)
    found = list(session.scalars(query.limit(PAGE + 1)))
    is_more, found = len(found) > PAGE, found[:PAGE]
    if after is not None:
        found.reverse()
    has_newer = is_more if after is not None else before is not None
    has_older = after is not None or is_more
    exports = _exports(session, tenant_id, [record.id for record in found])
    return Listing(
        tuple(Row(record, tuple(exports[record.id])) for record in found),
        found[0].id if found and has_newer else None,
        found[-1].id if found and has_older else None,
    )


def counts(session: Session, tenant_id: int, today: date) -> dict[RecordList, int]:
    """How many records each list has, counted up to MOST_COUNTED."""
    counted = {}
    for which in RecordList:
        some = (
            select(literal(1))
            .select_from(Record)
            .where(Record.tenant_id == tenant_id, *_members(which, today))
            .limit(MOST_COUNTED)
        )
        counted[which] = session.scalar(select(func.count()).select_from(some.subquery())) or 0
    return counted


@dataclass(frozen=True)
class Total:
    """All records of a list: how many, their sums by currency with credits counted against them, the oldest's day."""

    n: int
    sums: dict[str, Decimal]
    oldest: date


def total(session: Session, tenant_id: int, which: RecordList, today: date) -> Total | None:
    """Counted to the last one; None for an empty list. Only for lists that are short or have an index of their own."""
    query = (
        select(Record.currency, func.count(), func.sum(Record.signed_total()), func.min(Record.issue_date))
        .where(Record.tenant_id == tenant_id, *_members(which, today))
        .group_by(Record.currency)
    )
    found = session.execute(query).all()
    if not found:
        return None
    sums = {currency: summed for currency, _, summed, _ in found}
    return Total(sum(n for _, n, _, _ in found), sums, min(oldest for _, _, _, oldest in found))


def ticked(session: Session, tenant_id: int, ids: Sequence[int]) -> list[Record]:
    """Those of the ids that are the organisation's, the oldest first."""
    own = select(Record).where(Record.tenant_id == tenant_id, Record.id.in_(ids))
    return list(session.scalars(own.order_by(Record.id)))


def is_overdue(session: Session, record: Record, today: date) -> bool:
    """Whether the list of overdue records has it; `today` is the organisation's calendar day."""
    mine = select(Record.id).where(Record.id == record.id, Record.tenant_id == record.tenant_id)
    return session.scalar(mine.where(*_members(RecordList.OVERDUE, today))) is not None


def contact_key(session: Session, export: Export) -> str:
    """Under which value the contact of the export's record is mapped."""
    query = select(Record.contact_key).where(Record.tenant_id == export.tenant_id, Record.id == export.record_id)
    return session.scalar(query) or ""


def of_key(session: Session, tenant_id: int, key: str) -> int:
    """The id of the record whose export has this key, as ledgers show it; raises NotFound."""
    found = session.scalar(select(Export.record_id).where(Export.tenant_id == tenant_id, Export.key == key))
    if found is None:
        raise NotFound("export by key")
    return found


def originals(session: Session, record: Record) -> list[tuple[Original, RecordOriginal]]:
    """The files that state the record, the first one first; their bytes are loaded only when read."""
    query = (
        select(Original, RecordOriginal)
        .join(RecordOriginal, RecordOriginal.original_id == Original.id)
        .where(RecordOriginal.record_id == record.id, Original.tenant_id == record.tenant_id)
        .order_by(RecordOriginal.id)
    )
    return [(original, link) for original, link in session.execute(query)]


def approver(session: Session, record: Record) -> str:
    """Who approved it, by name; "" while nobody did, "tieout" when it was taken in as approved."""
    if record.approval is not Approval.APPROVED:
        return ""
    user = session.get(User, record.approved_by_id) if record.approved_by_id else None
    return user.name if user else "tieout"


def _members(which: RecordList, today: date) -> list[ColumnElement[bool]]:
    unarchived = Record.archived_at.is_(None)
    # A credit is nothing that anybody waits to be paid.
    open_ones = [
        unarchived,
        Record.approval == Approval.APPROVED,
        Record.payment != Payment.PAID,
        Record.kind.in_([RecordKind.INVOICE, RecordKind.BILL]),
    ]
    match which:
        case RecordList.AWAITING_APPROVAL:
            undecided = _is("NOT record.is_possible_duplicate")
            return [unarchived, Record.approval == Approval.AWAITING, undecided]
        case RecordList.AWAITING_PAYMENT:
            return open_ones
        case RecordList.OVERDUE:
            return [*open_ones, Record.due_date < today]
        case RecordList.NOT_SENT:
            return [unarchived, Record.approval == Approval.APPROVED, _is("NOT record.has_export")]
        case RecordList.POSSIBLE_DUPLICATES:
            return [unarchived, _is("record.is_possible_duplicate")]
        case RecordList.ALL:
            return [unarchived]
        case RecordList.ARCHIVED:
            return [Record.archived_at.is_not(None)]


def _is(condition: str) -> ColumnElement[Any]:
    """Written as in the model's index, for SQLite takes a partial index only where the text of the query implies it;
    said to be a boolean, it would be written "= 1".
    """
    return literal_column(condition)


def _search(words: str) -> list[ColumnElement[bool]]:
    wanted = words.strip()
    if not wanted:
        return []
    return [
        or_(
            spellings.holds((Record.number, Record.contact_name), wanted),
            Record.normalised_number == normalised_number(wanted),
        )
    ]


def _exports(session: Session, tenant_id: int, ids: Sequence[int]) -> dict[int, list[Exported]]:
    query = (
        select(Export, Connection)
        .join(Connection, Connection.id == Export.connection_id)
        .where(Export.tenant_id == tenant_id, Export.record_id.in_(ids))
        .order_by(Export.connection_id)
    )
    found: dict[int, list[Exported]] = defaultdict(list)
    for export, connection in session.execute(query):
        label = connection.provider.label
        found[export.record_id].append(Exported(export, label, standing.note(export, connection)))
    return found
