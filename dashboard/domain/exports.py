"""The list of exports: the filter that its address carries, the tiles, and one page of rows. It only reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from dashboard.domain import standing
from dashboard.domain.scope import NotFound, row_id
from dashboard.models import Attempt, Connection, Export, Record
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.statuses import Status

PAGE = 50

TILES: dict[Status, tuple[Status, ...]] = {
    Status.FAILED: (Status.FAILED,),
    Status.SYNCED: (Status.SYNCED,),
    Status.PENDING: (Status.PENDING, Status.SENDING),
    Status.ON_HOLD: (Status.ON_HOLD,),
    Status.CHECKING: (Status.CHECKING,),
    Status.RESOLVED: (Status.RESOLVED,),
}
"""Which statuses each tile counts and lists."""


@dataclass(frozen=True)
class Filters:
    """Which exports are meant. One object for the list, for its address, and for a resync of all that match.

    `words` begins the record's number or the contact's name; `since` and `until` are the first and last document date.
    """

    status: Status = Status.FAILED
    connection_id: int | None = None
    kind: RecordKind | None = None
    code: str = ""
    subject: str = ""
    words: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether fewer may match than the tile counts."""
        return bool(self.code or self.subject or self.words or self.since or self.until)

    @property
    def tile(self) -> "Filters":
        """The filter that the tile's count is exact for."""
        return Filters(self.status, self.connection_id, self.kind)

    @property
    def args(self) -> dict[str, str]:
        """The same filter as the arguments of an address; read() gives it back."""
        given = {
            "status": "" if self.status is Status.FAILED else self.status.value,
            "connection": str(self.connection_id or ""),
            "kind": self.kind.value if self.kind else "",
            "code": self.code,
            "subject": self.subject,
            "q": self.words,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }
        return {name: value for name, value in given.items() if value}

    def showing(self, status: Status) -> "Filters":
        return replace(self, status=status)

    def without(self, name: str) -> "Filters":
        """The same filter without one of its fields."""
        return replace(self, **{name: getattr(Filters(), name)})

    def in_words(self, companies: Mapping[int, str], titles: Mapping[str, str]) -> dict[str, str]:
        """The filter beyond its status as a person would say it, by field; for names of connections and error codes."""
        said = {
            "connection_id": f"Organisation: {companies.get(self.connection_id or 0, '')}"
            if self.connection_id
            else "",
            "kind": f"Kind: {self.kind.label}" if self.kind else "",
            "code": f"Error: {titles.get(self.code, self.code)}" if self.code else "",
            "subject": f"About: {self.subject}" if self.subject else "",
            "words": f"Begins with “{self.words}”" if self.words else "",
            "since": f"Dated from {self.since}" if self.since else "",
            "until": f"Dated to {self.until}" if self.until else "",
        }
        return {name: words for name, words in said.items() if words}


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
            Status.SYNCED: export.warning,
        }
        return export.alarm or standing_words.get(export.status, "")

    def note(self, now: datetime) -> tuple[str, datetime | None]:
        """A few words beside the status, and the time they speak of when they speak of one."""
        export, connection = self.export, self.connection
        match export.status:
            case Status.FAILED:
                return "will not retry by itself", None
            case Status.ON_HOLD if connection.start_date:
                return "dated before the start date", None
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


def read(given: Mapping[str, str]) -> tuple[Filters, dict[str, str]]:
    """The filter of an address or form, and for each field that makes no sense a message; such a field is left out."""
    errors: dict[str, str] = {}
    status = Status.from_words(given.get("status", "")) or Status.FAILED
    kind = given.get("kind", "")
    if kind and kind not in list(RecordKind):
        errors["kind"] = "Choose one of the kinds in the list."
        kind = ""
    since, until = (_day(given, name, errors) for name in ("since", "until"))
    if since and until and since > until:
        errors["until"] = "This day is before the first one."
    connection = given.get("connection", "")
    filters = Filters(
        status={Status.SENDING: Status.PENDING}.get(status, status if status in TILES else Status.FAILED),
        connection_id=(row_id(connection) or -1) if connection else None,
        kind=RecordKind(kind) if kind else None,
        code=_text(given, "code", 40),
        subject=_text(given, "subject", 255),
        words=_text(given, "q", 200),
        since=since,
        until=until,
    )
    return filters, errors


def narrowing(filters: Filters) -> list[ColumnElement[bool]]:
    """The filter's conditions on Export and Record beyond organisation, connection and status."""
    conditions: list[ColumnElement[bool]] = []
    if filters.kind:
        conditions.append(Export.kind == filters.kind)
    if filters.code:
        conditions.append(Export.error_code == filters.code)
    if filters.subject:
        conditions.append(Export.error_subject == filters.subject)
    if filters.words:
        conditions.append(or_(_begins(Record.number, filters.words), _begins(Record.contact_name, filters.words)))
    if filters.since:
        conditions.append(Record.issue_date >= filters.since)
    if filters.until:
        conditions.append(Record.issue_date <= filters.until)
    return conditions


def chosen_connections(connections: Sequence[Connection], filters: Filters) -> list[Connection]:
    """Those of the connections that the filter means; raises NotFound when it names none of them."""
    if filters.connection_id is None:
        return list(connections)
    chosen = [each for each in connections if each.id == filters.connection_id]
    if not chosen:
        raise NotFound(f"connection {filters.connection_id}")
    return chosen


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


_Lines = Select[Export, str, str, date, Decimal, str]


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


def _begins(column: InstrumentedAttribute[str], words: str) -> ColumnElement[bool]:
    """Begins with the words in any case. SQLite folds the case of ASCII alone, so the usual spellings are asked for."""
    spellings = dict.fromkeys((words, words.lower(), words.upper(), words.capitalize(), words.title()))
    wanted = [words] if words.isascii() else list(spellings)
    return or_(*(column.istartswith(each, autoescape=True) for each in wanted))


def _text(given: Mapping[str, str], name: str, longest: int) -> str:
    return given.get(name, "").replace("\x00", "").strip()[:longest]


def _day(given: Mapping[str, str], name: str, errors: dict[str, str]) -> date | None:
    written = given.get(name, "").strip()
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        errors[name] = "Write the day as 2026-11-30."
        return None
