"""The list of exports: a page of rows, and what stands behind one of them. It only reads; see export_filters.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from dashboard.domain import standing, still_send
from dashboard.domain.export_filters import TILES, Filters, narrowing
from dashboard.domain.scope import NotFound, row_id
from dashboard.models import Attempt, Connection, Export, Record
from dashboard.vocabulary.days import day
from dashboard.vocabulary.statuses import Status

PAGE = 50

_Lines = Select[Export, str, str, date, Decimal, str]


@dataclass(frozen=True)
class Row:
    """One line of the list: the export, what it shows of its record, and the connection it goes to."""

    export: Export
    number: str
    contact: str
    dated: date
    total: Decimal
    currency: str
    connection: Connection

    @property
    def said(self) -> str:
        """What there is to say about it, word for word: an alarm, the newest error, why it was resolved, a warning."""
        export = self.export
        standing_words = {
            Status.FAILED: export.error_words,
            Status.RESOLVED: export.resolution_note,
            Status.SYNCED: "; ".join(filter(None, (export.drift, export.warning))),
        }
        return export.alarm or standing_words.get(export.status, "")

    def note(self, now: datetime) -> tuple[str, datetime | None]:
        """A few words beside the status, and the time they speak of when they speak of one."""
        export, connection = self.export, self.connection
        match export.status:
            case Status.FAILED:
                return "will not retry by itself", None
            case Status.ON_HOLD if still_send.is_asked(export):
                return "still send? Ordered", export.ordered_at
            case Status.ON_HOLD if connection.start_date:
                return f"dated before {day(connection.start_date)}", None
            case Status.CHECKING if export.check_at:
                return "next look", export.check_at
            case Status.PENDING if connection.waiting_for:
                note = standing.note(export, connection)
                if connection.not_before is None or connection.not_before <= now:
                    return note, None
                return f"{note}, until", connection.not_before
            case Status.PENDING if export.next_try_at and export.next_try_at > now:
                return "next try", export.next_try_at
        return standing.note(export, connection), None


@dataclass(frozen=True)
class Page:
    """Rows newest first. `newer` and `older` are ids for the next page in that direction, None at an end."""

    rows: tuple[Row, ...]
    newer: int | None
    older: int | None

    @property
    def is_whole(self) -> bool:
        """Whether these rows are all there are."""
        return self.newer is None and self.older is None


def with_ids(session: Session, tenant_id: int, ids: Sequence[int]) -> dict[int, Export]:
    """Those of these exports that are the organisation's, by id."""
    query = select(Export).where(Export.tenant_id == tenant_id, Export.id.in_(ids))
    return {export.id: export for export in session.scalars(query)}


def page(
    session: Session,
    tenant_id: int,
    connections: Sequence[Connection],
    filters: Filters,
    *,
    before: int | None = None,
    after: int | None = None,
) -> Page:
    """One page of the exports to these connections: those older than `before`, or newer than `after`, or the newest."""
    by_id = {each.id: each for each in connections}
    # The ids alone come off the index, whatever the size of the tile; only a page of them is joined to anything.
    ids = select(Export.id).where(
        Export.tenant_id == tenant_id, Export.connection_id.in_(by_id), Export.status.in_(TILES[filters.status])
    )
    if filters.is_narrowed or filters.kind:
        ids = ids.join(Record, Record.id == Export.record_id).where(*narrowing(filters))
    is_backwards = after is not None and before is None
    if before is not None:
        ids = ids.where(Export.id < before)
    if is_backwards:
        ids = ids.where(Export.id > after)
    ids = ids.order_by(Export.id.asc() if is_backwards else Export.id.desc()).limit(PAGE + 1)
    found = _rows(session, _lines(tenant_id).where(Export.id.in_(ids)), by_id)
    has_more = len(found) > PAGE
    if (is_backwards and not has_more) or (before is not None and not found):
        # At the newest end, or where the rows of the address are gone, the first page says more than a part of it.
        return page(session, tenant_id, connections, filters)
    if is_backwards:
        return Page(found[1:], found[1].export.id, found[-1].export.id)
    rows = found[:PAGE]
    newer = rows[0].export.id if rows and before is not None else None
    return Page(rows, newer, rows[-1].export.id if has_more else None)


def codes(session: Session, tenant_id: int, connections: Sequence[Connection]) -> frozenset[str]:
    """The errors that exports to these connections fail for now."""
    query = select(Export.error_code).where(
        Export.tenant_id == tenant_id,
        Export.connection_id.in_([each.id for each in connections]),
        Export.status == Status.FAILED,
    )
    return frozenset(session.scalars(query.distinct()))


def row(session: Session, tenant_id: int, connections: Sequence[Connection], export_id: int) -> Row:
    """One export of these connections; raises NotFound."""
    if row_id(str(export_id)) is None:
        raise NotFound(f"export {export_id}")
    by_id = {each.id: each for each in connections}
    query = _lines(tenant_id).where(Export.id == export_id, Export.connection_id.in_(by_id))
    found = _rows(session, query, by_id)
    if not found:
        raise NotFound(f"export {export_id}")
    return found[0]


def attempts_of(session: Session, export: Export) -> int:
    """How often it was tried, by the machine and by people."""
    query = select(func.count()).where(Attempt.tenant_id == export.tenant_id, Attempt.export_id == export.id)
    return session.scalar(query) or 0


def _lines(tenant_id: int) -> _Lines:
    return (
        select(Export, Record.number, Record.contact_name, Record.issue_date, Record.total, Record.currency)
        .join(Record, Record.id == Export.record_id)
        .where(Export.tenant_id == tenant_id)
        .order_by(Export.id.desc())
    )


def _rows(session: Session, query: _Lines, connections: dict[int, Connection]) -> tuple[Row, ...]:
    found = session.execute(query.execution_options(populate_existing=True))
    return tuple(Row(*shown, connections[shown[0].connection_id]) for shown in found)
