"""What a ledger holds under a record's number: as it was told, compared with what was sent, asked anew, adopted."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.domain import attempts, claims, lifecycle, lookups
from dashboard.domain.actors import Actor
from dashboard.domain.booking import booked_on
from dashboard.domain.intake.identity import normalised_name
from dashboard.models import Attempt, Connection, Export, Lookup, Record
from dashboard.models.connection import ConnectionState
from dashboard.models.export import Step
from dashboard.models.lookup import LookupKind, LookupState
from dashboard.vocabulary import agreement
from dashboard.vocabulary.agreement import Aspect
from dashboard.vocabulary.postings import LedgerObject, LedgerState
from dashboard.vocabulary.records import Direction, RecordKind
from dashboard.vocabulary.statuses import Cause, Status

FRESH_FOR = timedelta(minutes=15)
"""How long an answer may stand before somebody may have changed the document in the ledger again."""


class CannotLook(Exception):
    """The ledger cannot be asked now; the message says why."""


class CannotAdopt(Exception):
    """What the ledger holds may not be taken for this export; the message says why."""


@dataclass(frozen=True)
class Sent:
    """Our side: what the newest attempt sent, or what would be sent. `contact_id` is "" while that is not known."""

    kind: RecordKind
    number: str
    contact_id: str
    contact_name: str
    date: date
    currency: str
    tax: Decimal
    total: Decimal


@dataclass(frozen=True)
class Told:
    """Their side. `found` is "ours", "foreign", "absent" or "unsure", and "" when nobody looked since it failed.

    `at` is when the ledger said so (aware UTC).
    """

    found: str
    objects: tuple[LedgerObject, ...]
    differences: tuple[str, ...]
    at: datetime | None
    lookup: Lookup | None

    @property
    def is_asked(self) -> bool:
        """Whether a question is open, so that an answer may come any moment."""
        return self.lookup is not None and self.lookup.state in (LookupState.WAITING, LookupState.BEGUN)


def as_sent(session: Session, record: Record, export: Export) -> Sent:
    posting = session.scalar(
        select(Attempt.posting)
        .where(Attempt.tenant_id == export.tenant_id, Attempt.export_id == export.id, Attempt.step == Step.DOCUMENT)
        .order_by(Attempt.id.desc())
        .limit(1)
    )
    if posting is None:
        contact, on, tax = "", booked_on(record, export), record.tax
    else:
        contact, on, tax = posting["contact_id"], date.fromisoformat(posting["date"]), Decimal(posting["tax"])
    return Sent(record.kind, record.number, contact, record.contact_name, on, record.currency, tax, record.total)


def told(session: Session, export: Export) -> Told:
    """What the ledger said last: the newest look since the export has its status, else what was kept when it failed."""
    lookup = lookups.newest(session, export.connection_id, LookupKind.FIND, ("export", export.id))
    if lookup and lookup.state is LookupState.ANSWERED and lookup.answered_at and _is_since(lookup, export):
        answer = lookup.answer
        objects = tuple(_restored(each) for each in answer.get("objects", ()))
        return Told(answer.get("found", ""), objects, tuple(answer.get("differences", ())), lookup.answered_at, lookup)
    kept = export.found or {}
    objects = tuple(_restored(each) for each in kept.get("objects", ()))
    return Told("", objects, tuple(kept.get("differences", ())), export.failed_at if objects else None, lookup)


def differing(sent: Sent, found: LedgerObject) -> tuple[Aspect, ...]:
    """In what the ledger's document is not as ours; a contact whose id is not known here is told by its name."""
    is_same_contact = (
        sent.contact_id.lower() == found.contact_id.lower()
        if sent.contact_id
        else normalised_name(sent.contact_name) == normalised_name(found.contact_name)
    )
    return agreement.differing(sent, found, is_same_contact=is_same_contact)


def look(session: Session, export: Export, connection: Connection, actor: Actor, now: datetime) -> Lookup:
    """Leave the question for the connection's holder; nothing is sent. Raises CannotLook."""
    reason = why_not_lookable(export, connection)
    if reason:
        raise CannotLook(reason)
    return lookups.ask(session, connection, LookupKind.FIND, {"export": export.id}, actor, now)


def why_not_lookable(export: Export, connection: Connection) -> str:
    if connection.state is not ConnectionState.CONNECTED:
        return f"{connection.provider.label} has to be connected before it can be asked."
    if export.attempt_id is None:
        return f"It was never sent to {connection.provider.label}, so there is nothing to look for."
    return ""


def adopt(
    session: Session,
    record: Record,
    export: Export,
    connection: Connection,
    ledger_id: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Take the ledger's document for this export: Synced, nothing is sent. The export is held by the caller's lock.

    Raises CannotAdopt unless a fresh look found that everything agrees.
    """
    if export.status is not Status.FAILED:
        raise CannotAdopt(f"{record.number} is {export.status.label.lower()}; only a failed export can adopt.")
    said = told(session, export)
    reason = why_not_adoptable(session, export, said, connection.provider.label, now)
    if reason:
        raise CannotAdopt(reason)
    found = said.objects[0]
    if found.ledger_id != ledger_id:
        raise CannotAdopt("What was found changed since this page was opened. Compare again.")
    try:
        attempts.accept(
            session,
            export,
            Cause.ADOPTED,
            now,
            ledger_id=found.ledger_id,
            url=found.url,
            state=found.state,
            actor=actor,
            words=f"Adopted {found.number or found.ledger_id}: it agrees in everything that was sent",
        )
    except lifecycle.StaleMove:
        raise CannotAdopt("It was taken for another record meanwhile, or moved on. Look at both again.") from None


def why_not_adoptable(session: Session, export: Export, said: Told, label: str, now: datetime) -> str:
    """Why what the ledger holds may not be adopted, as a sentence; "" when it may."""
    if said.is_asked:
        return f"{label} is being looked at; wait for what it says."
    match said.found:
        case "":
            return f"Adopting needs a fresh look: look in {label} first."
        case "foreign":
            return f"{label}'s document is not the one that was sent. {' '.join(said.differences)}"
        case "absent":
            return f"{label} does not hold it, so there is nothing to adopt: resend it."
        case "unsure":
            return f"It cannot be told which document in {label} it is. {' '.join(said.differences)}"
    if len(said.objects) != 1 or said.at is None or now - said.at > FRESH_FOR:
        return f"{label} was last looked at more than {FRESH_FOR.seconds // 60} minutes ago: look again first."
    return why_not_its_own(session, export, said.objects[0], label)


def alike(record: Record, export: Export, said: Told) -> LedgerObject | None:
    """A document of the supplier's number beside which this one may be sent all the same: suppliers number anew each
    year. None for a number of ours, which the ledger takes once."""
    is_theirs = record.kind.direction is Direction.PURCHASE and export.status is Status.FAILED
    others = [found for found in said.objects if found.key != export.key]
    return others[0] if is_theirs and len(others) == len(said.objects) == 1 else None


def why_not_its_own(session: Session, export: Export, found: LedgerObject, label: str) -> str:
    """Why this document of the ledger cannot be this export's whatever it says; "" when it can."""
    if found.state.is_gone:
        return f"{found.number or 'It'} is {found.state.value} in {label}, so it books nothing."
    taken = claims.other_record(session, export, found.ledger_id)
    return f"That document in {label} is the record {taken}'s already." if taken is not None else ""


def _is_since(lookup: Lookup, export: Export) -> bool:
    return lookup.answered_at is not None and lookup.answered_at >= export.status_since


def _restored(found: dict[str, Any]) -> LedgerObject:
    """The object as checking.plain wrote it."""
    return LedgerObject(
        **{
            **found,
            "kind": RecordKind(found["kind"]),
            "date": date.fromisoformat(found["date"]),
            "tax": Decimal(found["tax"]),
            "total": Decimal(found["total"]),
            "state": LedgerState(found["state"]),
            "due": Decimal(found["due"]) if found.get("due") else None,
        }
    )
