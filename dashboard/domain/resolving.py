"""Closing an export by a person's word instead of by sending, and opening it again. The ledger is never called."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from dashboard.db import changed
from dashboard.domain import attempts, audit, in_ledger, lifecycle
from dashboard.domain.actors import Actor
from dashboard.models import Connection, Export, Record
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Fault, LedgerObject
from dashboard.vocabulary.statuses import Cause, Status

LONGEST_NOTE = 1000


class Way(StrEnum):
    """What a person says became of the document."""

    IN_LEDGER = "in-ledger"
    BY_HAND = "by-hand"
    NOT_BOOKED = "not-booked"

    @property
    def label(self) -> str:
        return {
            "in-ledger": "Already in the ledger",
            "by-hand": "Entered by hand",
            "not-booked": "Not to be booked",
        }[self.value]


class CannotResolve(Exception):
    """The export is not one that a person can resolve or reopen now; the message says why."""


class BadResolution(Exception):
    """What was entered is not accepted; `field` is "way", "picked", "reference" or "note"."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Resolution:
    """`picked` is the ledger id or the number of a document found there, for IN_LEDGER; `reference` is for BY_HAND."""

    way: Way
    picked: str = ""
    reference: str = ""
    note: str = ""


def why_not_resolvable(export: Export, number: str) -> str:
    if export.status in (Status.FAILED, Status.CHECKING):
        return ""
    return f"{number} is {export.status.label.lower()}: only what failed or is being looked up can be resolved."


def resolve(
    session: Session,
    record: Record,
    export: Export,
    connection: Connection,
    resolution: Resolution,
    actor: Actor,
    now: datetime,
) -> None:
    """Make a failed or doubtful export Resolved; a doubtful one found in the ledger becomes Synced.

    The export is held by the caller's lock. Raises CannotResolve, BadResolution.
    """
    reason = why_not_resolvable(export, record.number)
    if reason:
        raise CannotResolve(reason)
    note = _checked_note(export, resolution)
    try:
        _settle(session, record, export, connection, resolution, note, actor, now)
    except lifecycle.StaleMove:
        raise CannotResolve(f"{record.number} was changed by somebody meanwhile. Look at it again.") from None


def _settle(
    session: Session,
    record: Record,
    export: Export,
    connection: Connection,
    resolution: Resolution,
    note: str,
    actor: Actor,
    now: datetime,
) -> None:
    if resolution.way is Way.IN_LEDGER:
        found = _checked_pick(session, record, export, connection, resolution)
        words = f"Already in {connection.provider.label} as {found.number or found.ledger_id}"
        said = _with(words, note)
        if export.status is Status.CHECKING:
            attempts.accept(
                session,
                export,
                Cause.RESOLVED,
                now,
                ledger_id=found.ledger_id,
                url=found.url,
                state=found.state,
                actor=actor,
                words=said,
                resolution=resolution.way.value,
                resolution_note=said,
            )
            return
        kept = {"ledger_id": found.ledger_id, "ledger_url": found.url, "ledger_state": found.state}
        _close(session, export, resolution.way, said, actor, now, **kept)
        return
    what = f"Entered by hand as {resolution.reference.strip()}" if resolution.way is Way.BY_HAND else "Not to be booked"
    _close(session, export, resolution.way, _with(what, note), actor, now)


def reopen(session: Session, record: Record, export: Export, actor: Actor, now: datetime) -> None:
    """Make a resolved export Failed again, with the error it had. Raises CannotResolve."""
    if export.status is not Status.RESOLVED:
        raise CannotResolve(f"{record.number} is {export.status.label.lower()}, not resolved.")
    if record.archived_at is not None:
        raise CannotResolve(f"{record.number} is archived: restore it first.")
    # One that was resolved while it was looked up has no error of its own yet, and a failure always has one.
    words = "Reopened: whether it arrived was not known when it was resolved. Look in the ledger first."
    faults = () if export.error_code else (Fault(ErrorCode.CANNOT_TELL, record.number, words),)
    lifecycle.move(
        session,
        export,
        Status.FAILED,
        Cause.REOPENED,
        now,
        actor=actor,
        faults=faults,
        words="Reopened",
        resolution="",
        resolution_note="",
        ledger_id="",
        ledger_url="",
        ledger_state=None,
    )


def answer_alarm(session: Session, record: Record, export: Export, note: str, actor: Actor, now: datetime) -> bool:
    """Take down the warning that it may be in the ledger twice: a person looked. False when it is down already."""
    if not note.strip():
        raise BadResolution("note", "Say what you found in the ledger and what you did about it.")
    if len(note.strip()) > LONGEST_NOTE:
        raise BadResolution("note", f"At most {LONGEST_NOTE} characters.")
    lowered = changed(session, update(Export).where(Export.id == export.id, Export.alarm != "").values(alarm=""))
    if not lowered:
        return False
    set_committed_value(export, "alarm", "")
    audit.note_export(session, export, record.number, Act.EXPORT_LOOKED_INTO, now, actor=actor, words=note.strip())
    return True


def _checked_note(export: Export, resolution: Resolution) -> str:
    note = resolution.note.strip()
    if len(note) > LONGEST_NOTE:
        raise BadResolution("note", f"At most {LONGEST_NOTE} characters.")
    if resolution.way is Way.BY_HAND and not resolution.reference.strip():
        raise BadResolution("reference", "Give the number or voucher under which it was entered.")
    if len(resolution.reference) > 200:
        raise BadResolution("reference", "At most 200 characters.")
    if resolution.way is Way.NOT_BOOKED and not note:
        raise BadResolution("note", "Say why it is not to be booked.")
    if export.status is Status.CHECKING and not note:
        raise BadResolution("note", "It may still arrive: say how you know what became of it.")
    return note


def _checked_pick(
    session: Session, record: Record, export: Export, connection: Connection, resolution: Resolution
) -> LedgerObject:
    label, picked = connection.provider.label, resolution.picked.strip()
    if not picked:
        raise BadResolution("picked", f"Pick the document in {label}, or give its number.")
    found = [each for each in in_ledger.told(session, export).objects if picked in (each.ledger_id, each.number)]
    if not found:
        words = f"“{picked}” is not among what was found in {label}. Look in {label} first, then pick it."
        raise BadResolution("picked", words)
    if len(found) > 1:
        raise BadResolution("picked", f"{label} holds {len(found)} documents with this number: pick one of them.")
    (it,) = found
    unfit = in_ledger.why_not_its_own(session, export, it, label)
    if unfit:
        raise BadResolution("picked", unfit)
    differing = in_ledger.differing(in_ledger.as_sent(session, record, export), it)
    if differing and not resolution.note.strip():
        names = " and ".join(differing)
        raise BadResolution("note", f"It differs in {names}: say why it is the same document all the same.")
    return it


def _close(session: Session, export: Export, way: Way, words: str, actor: Actor, now: datetime, **further: Any) -> None:
    lifecycle.move(
        session,
        export,
        Status.RESOLVED,
        Cause.RESOLVED,
        now,
        actor=actor,
        words=words,
        resolution=way.value,
        resolution_note=words,
        is_urgent=False,
        **further,
    )


def _with(words: str, note: str) -> str:
    return f"{words}: {note}" if note else words
