"""Which exports are meant: the filter of a list, of its address, of a resync of all that match. It reads no rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement

from dashboard.domain import spellings
from dashboard.domain.scope import NotFound, row_id
from dashboard.models import Connection, Export, Record
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.statuses import Status

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
        conditions.append(
            spellings.begins(Record.number, filters.words) | spellings.begins(Record.contact_name, filters.words)
        )
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


def _text(given: Mapping[str, str], name: str, longest: int) -> str:
    return given.get(name, "").strip()[:longest]


def _day(given: Mapping[str, str], name: str, errors: dict[str, str]) -> date | None:
    written = given.get(name, "").strip()
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        errors[name] = "Write the day as 2026-11-30."
        return None
