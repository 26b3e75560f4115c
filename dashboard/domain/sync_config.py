"""Sync config: what a connection does by itself and how it posts; a start date holds back what is dated before it."""

from dataclasses import astuple, dataclass
from datetime import date, datetime
from functools import partial

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from dashboard.domain import connections, duplicates, lifecycle
from dashboard.domain.actors import Actor
from dashboard.models import Connection, Export, Record
from dashboard.vocabulary.days import day
from dashboard.vocabulary.postings import PostAs
from dashboard.vocabulary.records import Trigger
from dashboard.vocabulary.statuses import Cause, Status

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)
"""What can be meant as a start date; anything else is a slip of the keyboard."""


class ChangedMeanwhile(Exception):
    """Somebody else changed the settings since the form was made; nothing was saved."""


class BadDate(Exception):
    """No date on which sending can start; the message says so to a person."""


@dataclass(frozen=True)
class Settings:
    """The settings of one connection. `start_date` None sends documents of any date."""

    export_on_approval: bool
    sales_post_as: PostAs
    purchases_post_as: PostAs
    attach_original: bool
    start_date: date | None

    @property
    def mark(self) -> str:
        """Tells whether two forms were made from the same settings."""
        return "|".join(str(value) for value in astuple(self))

    @property
    def said(self) -> dict[str, str]:
        """Each setting as the log names it."""
        return {
            "Export on approval": "yes" if self.export_on_approval else "no",
            "Post sales as": self.sales_post_as.label,
            "Post bills as": self.purchases_post_as.label,
            "Attach the original": "yes" if self.attach_original else "no",
            "Send documents dated from": self.start_date.isoformat() if self.start_date else "any date",
        }


@dataclass(frozen=True)
class Saved:
    """What came of a form: whether anything changed, and how many exports were released or held by it."""

    is_changed: bool
    released: int
    held: int


def of(connection: Connection) -> Settings:
    return Settings(
        connection.export_on_approval,
        connection.sales_post_as,
        connection.purchases_post_as,
        connection.attach_original,
        connection.start_date,
    )


def start_date(text: str) -> date | None:
    """The date a person typed; None for nothing. Raises BadDate."""
    if not text.strip():
        return None
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        raise BadDate("Write the date as YYYY-MM-DD, or leave it empty.") from None
    if not EARLIEST <= found < LATEST:
        raise BadDate(f"Choose a date from {EARLIEST.year} on and before {LATEST.year}.")
    return found


def save(session: Session, connection: Connection, chosen: Settings, seen: str, actor: Actor, now: datetime) -> Saved:
    """Keep the settings and log what changed; `connection` is locked, `seen` the mark that the form was made from.

    Raises ChangedMeanwhile.
    """
    before = of(connection)
    if chosen == before:
        return Saved(False, 0, 0)
    if seen != before.mark:
        raise ChangedMeanwhile
    connection.export_on_approval = chosen.export_on_approval
    connection.sales_post_as = chosen.sales_post_as
    connection.purchases_post_as = chosen.purchases_post_as
    connection.attach_original = chosen.attach_original
    connection.start_date = chosen.start_date
    session.flush()
    changes = {
        label: (words, chosen.said[label]) for label, words in before.said.items() if words != chosen.said[label]
    }
    connections.note_settings(session, connection, changes, actor, now)
    if chosen.start_date == before.start_date:
        return Saved(True, 0, 0)
    return Saved(True, _release(session, connection, actor, now), _hold(session, connection, actor, now))


def _release(session: Session, connection: Connection, actor: Actor, now: datetime) -> int:
    """What was held back for its date and is not before the start date any more goes on its way."""
    start = connection.start_date
    words = f"Released: documents dated from {day(start)} are sent" if start else "Released: any date is sent"
    dated = (Record.issue_date >= start if start else Record.issue_date.is_not(None)) & Record.archived_at.is_(None)
    chosen = (
        # What has an order waits for somebody's answer, not for a date: see still_send.py.
        Export.ordered_at.is_(None),
        Export.record_id.in_(_dated(connection, dated)),
        # These go once somebody decided: see duplicates.keep_both.
        Export.record_id.not_in(duplicates.undecided(connection.tenant_id)),
    )
    mine = partial(lifecycle.of_connection, connection.tenant_id, connection.id)
    return lifecycle.move_set(
        session, mine, chosen, Status.ON_HOLD, Status.PENDING, Cause.TRIGGER_MET, now, actor=actor, words=words
    ).n


def _hold(session: Session, connection: Connection, actor: Actor, now: datetime) -> int:
    """What waits by itself and is dated before the start date is held back; a person's own order to send stays."""
    start = connection.start_date
    if start is None:
        return 0
    chosen = (
        Export.trigger == Trigger.AUTOMATIC,
        Export.resync_id.is_(None),
        Export.record_id.in_(_dated(connection, Record.issue_date < start)),
    )
    words = f"Dated before {day(start)}, from which on documents are sent"
    mine = partial(lifecycle.of_connection, connection.tenant_id, connection.id)
    return lifecycle.move_set(
        session, mine, chosen, Status.PENDING, Status.ON_HOLD, Cause.TRIGGER_UNMET, now, actor=actor, words=words
    ).n


def _dated(connection: Connection, dated: ColumnElement[bool]) -> Select[int]:
    return select(Record.id).where(Record.tenant_id == connection.tenant_id, dated)
