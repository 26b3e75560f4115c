"""Reading the audit log: pages of it, one entry, and how far back the plan lets it be seen. Writing it is audit.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    String,
    bindparam,
    literal_column,
    select,
    tuple_,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from dashboard.domain.audit_conditions import Shape, compared, conditions
from dashboard.domain.audit_filters import MACHINE, Choices, Filters, midnight
from dashboard.domain.outlines import Outline, outline_rows
from dashboard.domain.scope import NotFound, owned, row_id
from dashboard.models import Attempt, AuditEntry, Export, Membership, Tenant, User
from dashboard.vocabulary.plans import Plan, Terms
from dashboard.vocabulary.providers import Provider
from dashboard.vocabulary.statuses import Status

PAGE = 50

Listed = Row[*tuple[Any, ...]]
"""One row of the list: the columns of AuditEntry that it shows, under their names; words of closed sets as text."""


@dataclass(frozen=True)
class Window:
    """What the plan shows: from `first_day`, a calendar day in the organisation's zone, on; None means everything."""

    plan: Plan
    zone: ZoneInfo
    today: date
    terms: Terms

    @classmethod
    def of(cls, tenant: Tenant, now: datetime, terms: Terms) -> "Window":
        return cls(tenant.plan, tenant.zone, now.astimezone(tenant.zone).date(), terms)

    @property
    def first_day(self) -> date | None:
        return self.terms.first_seen(self.plan, self.today)

    @property
    def since(self) -> datetime | None:
        """The first visible instant, aware."""
        return midnight(self.first_day, self.zone) if self.first_day else None

    def asked_from(self, filters: Filters) -> date | None:
        """The earliest day that a filter names."""
        first, last = filters.days(self.today)
        return first or last

    def plan_needed(self, filters: Filters) -> Plan | None:
        """The smallest plan that shows the days asked for, when this one does not."""
        earliest = self.asked_from(filters)
        if earliest is None or self.first_day is None or earliest >= self.first_day:
            return None
        return self.terms.cheapest_showing(earliest, self.today)


@dataclass(frozen=True)
class Cursor:
    """A place between entries: everything older than (or newer than) this time and id, whether it still exists."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}-{self.id}"

    @classmethod
    def read(cls, written: str) -> "Cursor":
        """Raises ValueError for what was not written by a cursor."""
        micros, dash, row_id = written.partition("-")
        if not (dash and all(part.isascii() and part.isdigit() and len(part) <= 18 for part in (micros, row_id))):
            raise ValueError("not a place in the log")
        try:
            return cls(_EPOCH + timedelta(microseconds=int(micros)), int(row_id))
        except OverflowError:
            raise ValueError("not a place in the log") from None


@dataclass(frozen=True)
class Page:
    """Entries, the newest first, and where the neighbours begin; None where there are none."""

    entries: Sequence[Listed]
    newer: Cursor | None
    older: Cursor | None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_entry = AuditEntry.__table__.c
_listed = (
    _entry.id,
    _entry.at,
    *(type_coerce(word, String).label(word.name) for word in (_entry.kind, _entry.act, _entry.entity_type)),
    _entry.record_id,
    _entry.connection_id,
    _entry.reference,
    type_coerce(_entry.status, String).label("status"),
    _entry.actor,
    _entry.words,
)
_place = tuple_(_entry.at, _entry.id)
_user, _membership = User.__table__.c, Membership.__table__.c
_people = (
    select(_user.id, literal_column("''"), _user.name, literal_column("0"))
    .join_from(User.__table__, Membership.__table__, _membership.user_id == _user.id)
    .where(_membership.tenant_id == bindparam("tenant_id"))
)
# In one go, people first: their provider is "", and nothing of theirs has failed.
_to_choose_from = union_all(outline_rows, _people).order_by("provider", "name", "id")


def page(
    session: Session,
    tenant_id: int,
    window: Window,
    filters: Filters,
    *,
    older: Cursor | None = None,
    newer: Cursor | None = None,
) -> Page:
    """The newest entries, or those next to a cursor. Never counts, never skips: 10 million rows cost what 50 do."""
    first, end = _span(window, filters)
    ask = partial(_ask, session, tenant_id, filters, _listed, PAGE + 1)
    if newer is not None:
        found = ask(newer, is_newer=True, first=max(first, newer.at) if first else newer.at, end=end)
        if len(found) > PAGE:
            return _page(found[PAGE - 1 :: -1], has_newer=True, has_older=True)
        # Fewer than a page are newer than the place: that is the top, shown in full.
        older = None
    from_place = older if older is not None and (end is None or older.at < end) else None
    found = ask(from_place, first=first, end=None if from_place else end)
    return _page(found[:PAGE], has_newer=older is not None, has_older=len(found) > PAGE)


def how_many_newer(
    session: Session, tenant_id: int, window: Window, filters: Filters, place: Cursor, limit: int
) -> int:
    """How many entries are newer than the place; counted no further than the limit."""
    first, end = _span(window, filters)
    lowest = max(first, place.at) if first else place.at
    return len(_ask(session, tenant_id, filters, (_entry.id,), limit, place, is_newer=True, first=lowest, end=end))


def next_older(
    session: Session,
    tenant_id: int,
    window: Window,
    filters: Filters,
    place: Cursor,
    columns: tuple[ColumnElement[Any], ...],
    limit: int,
) -> Sequence[Row[Any]]:
    """So many entries older than the place, the newest first, as rows of just these columns of AuditEntry."""
    first, end = _span(window, filters)
    if end is not None and end <= place.at:
        return _ask(session, tenant_id, filters, columns, limit, None, first=first, end=end)
    return _ask(session, tenant_id, filters, columns, limit, place, first=first)


def _ask(
    session: Session,
    tenant_id: int,
    filters: Filters,
    columns: tuple[ColumnElement[Any], ...],
    limit: int,
    place: Cursor | None,
    *,
    is_newer: bool = False,
    **bounds: datetime | None,
) -> Sequence[Row[Any]]:
    values = compared(filters)
    asked = {name: bound for name, bound in bounds.items() if bound is not None}
    statement = _statement(columns, tuple(values), tuple(asked), place is not None, is_newer)
    at = {} if place is None else {"at": place.at, "id": place.id}
    return session.execute(statement, {"tenant_id": tenant_id, "limit": limit, **values, **asked, **at}).all()


@lru_cache(500)
def _statement(
    columns: tuple[ColumnElement[Any], ...], shape: Shape, bounds: tuple[str, ...], has_place: bool, is_newer: bool
) -> Select[Any]:
    """Putting the statement together would take longer than the database needs for it.

    One bound on either side and no more: SQLite begins at the first one it meets, however far away that is.
    """
    query = select(*columns).where(_entry.tenant_id == bindparam("tenant_id"), *conditions(shape))
    if "first" in bounds:
        query = query.where(_entry.at >= bindparam("first"))
    if "end" in bounds:
        query = query.where(_entry.at < bindparam("end"))
    if has_place:
        place = tuple_(bindparam("at", type_=_entry.at.type), bindparam("id", type_=_entry.id.type))
        query = query.where(_place > place if is_newer else _place < place)
    order = (_entry.at, _entry.id) if is_newer else (_entry.at.desc(), _entry.id.desc())
    return query.order_by(*order).limit(bindparam("limit", type_=Integer()))


def _span(window: Window, filters: Filters) -> tuple[datetime | None, datetime | None]:
    """The first instant to show and the first one no longer to show: the filter's days within the plan's window."""
    first, end = filters.span(window.zone, window.today)
    return max(filter(None, (first, window.since)), default=None), end


def still_failed(session: Session, found: AuditEntry) -> Export | None:
    """The export that a failure was about, while it waits to be mended for the same cause."""
    if found.status is not Status.FAILED:
        return None
    query = select(Export).where(
        Export.tenant_id == found.tenant_id,
        Export.id == found.export_id,
        Export.status == Status.FAILED,
        Export.error_code == found.error_code,
    )
    return session.scalars(query).one_or_none()


def entry(session: Session, tenant_id: int, window: Window, entry_id: int) -> tuple[AuditEntry, Attempt | None]:
    """One entry with the attempt it tells of; raises NotFound, also for what lies before the plan's window."""
    found = owned(session, AuditEntry, tenant_id, entry_id)
    if window.since is not None and found.at < window.since:
        raise NotFound(f"audit entry {entry_id}")
    attempt = session.scalars(
        select(Attempt).where(Attempt.tenant_id == tenant_id, Attempt.id == found.attempt_id)
    ).one_or_none()
    return found, attempt


def choices(session: Session, tenant_id: int, person_asked_for: str = "") -> Choices:
    """Destinations and people to choose from. Somebody who has left is among them when asked for and in the log."""
    return choices_and_outlines(session, tenant_id, person_asked_for)[0]


def choices_and_outlines(session: Session, tenant_id: int, person_asked_for: str = "") -> tuple[Choices, list[Outline]]:
    """The choices, and the connections that are among them as every page shows them, asked for together."""
    outlines: list[Outline] = []
    people = {MACHINE: "tieout, by itself"}
    for id_, provider, name, failed in session.execute(_to_choose_from, {"tenant_id": tenant_id}):
        if provider:
            outlines.append(Outline(id_, Provider(provider), name, int(failed)))
        else:
            people[id_] = name
    people |= _former_member(session, tenant_id, person_asked_for, people)
    return Choices({each.id: each.label for each in outlines}, people), outlines


def _former_member(session: Session, tenant_id: int, asked_for: str, members: dict[int, str]) -> dict[int, str]:
    asked_id = row_id(asked_for)
    if asked_id is None or asked_id in members:
        return {}
    named = select(_entry.actor).where(_entry.tenant_id == tenant_id, _entry.actor_id == asked_id).limit(1)
    name = session.scalar(named)
    return {} if name is None else {asked_id: name}


def _page(found: Sequence[Listed], *, has_newer: bool, has_older: bool) -> Page:
    def place(row: Listed) -> Cursor:
        return Cursor(row.at, row.id)

    if not found:
        return Page(found, None, None)
    return Page(found, place(found[0]) if has_newer else None, place(found[-1]) if has_older else None)
