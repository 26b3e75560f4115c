"""Moving the booking date of an export into an open period. The document's own date is never changed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from dashboard.db import changed
from dashboard.domain import audit, references
from dashboard.domain.amounts import in_words
from dashboard.domain.members import Member
from dashboard.models import Connection, Export, Record
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.days import day, month
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.records import Direction
from dashboard.vocabulary.references import ReferenceItem
from dashboard.vocabulary.roles import Permission
from dashboard.vocabulary.statuses import IN_FLIGHT, Status

FURTHEST = timedelta(days=366)
LONGEST_REASON = 500


class CannotMove(Exception):
    """The booking date of this export cannot be moved now, whatever the date; the message says why."""


class DateRefused(Exception):
    """What was entered is not accepted; `field` is "date", "reason" or "month", the message says why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Lock:
    """What closes a day: the year end or the period, and the last day that it locks."""

    code: ErrorCode
    until: date

    @property
    def is_year_end(self) -> bool:
        return self.code is ErrorCode.YEAR_CLOSED


@dataclass(frozen=True)
class Locks:
    """The last locked days of the ledger as last read; None where there is no lock, or it is not known."""

    period: date | None
    year: date | None

    @classmethod
    def of(cls, organisation: ReferenceItem | None) -> "Locks":
        """As the ledger's entry of itself has them, where it was read."""
        return cls(organisation.locked_until, organisation.year_locked_until) if organisation else cls(None, None)

    @property
    def first_open_day(self) -> date | None:
        known = [lock for lock in (self.period, self.year) if lock]
        return max(known) + timedelta(days=1) if known else None

    def closing(self, on: date) -> Lock | None:
        """The lock that closes the day, the year end before the period; None when it is open as far as is known."""
        if self.year and on <= self.year:
            return Lock(ErrorCode.YEAR_CLOSED, self.year)
        if self.period and on <= self.period:
            return Lock(ErrorCode.PERIOD_CLOSED, self.period)
        return None

    def refusal(self, on: date, label: str) -> str:
        """Why nothing can be booked on that day, naming the lock; "" when the day is open as far as is known."""
        lock = self.closing(on)
        if lock is None:
            return ""
        what, which = ("year", "year-end") if lock.is_year_end else ("period", "period")
        return f"{day(on)} is in a closed {what}: the {which} lock in {label} is {day(lock.until)}."


@dataclass(frozen=True)
class Change:
    """What moving to a day means beyond the date itself. `month` is "2026-10" when the tax moves to that month."""

    month: str
    tax_notice: str
    crosses_year_end: bool


def booked_on(record: Record, export: Export) -> date:
    """The day that the ledger is told: the booking date where one was chosen, else the document's own."""
    return export.booking_date or record.issue_date


def locks(session: Session, connection: Connection) -> Locks:
    return Locks.of(references.organisation(session, connection.id))


def change(record: Record, export: Export, to: date, known: Locks) -> Change:
    """What it means to book on `to` instead of the day it would be booked on now."""
    before = booked_on(record, export)
    early, late = sorted((before, to))
    crosses = early.year != late.year or (known.year is not None and early <= known.year < late)
    if (before.year, before.month) == (to.year, to.month):
        return Change("", "", crosses)
    what = f"Tax of {in_words(record.tax, record.currency)}" if record.tax else "What is reported for tax"
    return Change(f"{to:%Y-%m}", f"{what} moves from {month(before)} to {month(to)}.", crosses)


def why_not_movable(record: Record, export: Export) -> str:
    """Why no date can be chosen now, as a sentence; "" when one can."""
    if record.archived_at is not None:
        return f"{record.number} is archived."
    if export.status in IN_FLIGHT:
        return f"{record.number} is {export.status.label.lower()}: wait until that has ended."
    if export.status in (Status.SYNCED, Status.RESOLVED):
        return f"{record.number} is {export.status.label.lower()}, so its date here has no effect any more."
    return ""


def needs(record: Record) -> Permission:
    """Whose it is to move the date: an issued sales invoice's or credit note's is an admin's."""
    return Permission.MOVE_ISSUED_DATE if record.kind.direction is Direction.SALE else Permission.SEND


def move(
    session: Session,
    record: Record,
    export: Export,
    connection: Connection,
    to: date,
    reason: str,
    agreed_month: str,
    member: Member,
    now: datetime,
) -> None:
    """Set the booking date and log it. The export is held by the caller's lock. Nothing is sent.

    `agreed_month` is the month ("2026-10") to which the person was told that tax moves. Raises CannotMove, DateRefused.
    """
    unmovable = why_not_movable(record, export)
    if unmovable:
        raise CannotMove(unmovable)
    known, before = locks(session, connection), booked_on(record, export)
    _check_day(to, before, known, connection.provider.label, now.astimezone(member.tenant.zone).date())
    what = change(record, export, to, known)
    is_guarded = needs(record) is Permission.MOVE_ISSUED_DATE or what.crosses_year_end
    if is_guarded and not member.may(Permission.MOVE_ISSUED_DATE):
        raise DateRefused("date", Permission.MOVE_ISSUED_DATE.refusal)
    if is_guarded and not reason.strip():
        raise DateRefused("reason", "Say why: it moves an issued document, or moves across a year end.")
    if len(reason) > LONGEST_REASON:
        raise DateRefused("reason", f"At most {LONGEST_REASON} characters.")
    if what.month != agreed_month and what.month:
        raise DateRefused("month", f"{what.tax_notice} Tick that this is meant.")
    values = {"booking_date": None if to == record.issue_date else to, "booking_reason": reason.strip()}
    changed(session, update(Export).where(Export.id == export.id).values(**values))
    for column, value in values.items():
        set_committed_value(export, column, value)
    audit.note_export(
        session,
        export,
        record.number,
        Act.EXPORT_DATE_MOVED,
        now,
        actor=member.actor,
        words=f"Booking date {day(before)} → {day(to)}" + (f": {reason.strip()}" if reason.strip() else ""),
        details={"before": before.isoformat(), "after": to.isoformat(), "reason": reason.strip()},
    )


def _check_day(to: date, before: date, known: Locks, label: str, today: date) -> None:
    if to == before:
        raise DateRefused("date", f"It is booked on {day(to)} already.")
    if to - today > FURTHEST:
        raise DateRefused("date", f"{day(to)} is more than a year from now.")
    locked = known.refusal(to, label)
    if locked:
        raise DateRefused("date", locked)


def request_to_reopen(record: Record, export: Export, connection: Connection, known: Locks) -> str:
    """A ready text that asks whoever keeps the books to reopen the period."""
    on, label = booked_on(record, export), connection.provider.label
    lock = known.closing(on)
    which = "year-end lock date" if lock and lock.is_year_end else "period lock date"
    until = f" ({which} {day(lock.until)})" if lock else ""
    return (
        f"{record.kind.label} {record.number} from {record.contact_name}, {in_words(record.total, record.currency)}, "
        f"dated {day(record.issue_date)}, cannot be booked in {label} for {connection.company_name}, because the "
        f"period is closed{until}. Please move the lock date to before {day(on)}, or tell me to book it in an open "
        "period."
    )
