"""Twins: bills about to be sent that another record brought, or is bringing, to the same ledger. Whether a file states
a bill that is stored already is intake's question; this one can only be asked once the ledger's contact is known."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dashboard.domain import mappings, stored_postings
from dashboard.models import Attempt, Connection, Export, Record, Tenant
from dashboard.vocabulary.days import day
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.mappings import MappingKind
from dashboard.vocabulary.postings import Fault, LedgerState
from dashboard.vocabulary.records import Direction, RecordKind
from dashboard.vocabulary.statuses import IN_FLIGHT, Status

BOOKED_BY_HAND = ("in-ledger", "by-hand")
"""Resolutions that say that the ledger has the document."""

_Key = tuple[str, str, RecordKind]


@dataclass(frozen=True)
class Candidate:
    """A bill or supplier credit that may be sent next, with the ledger's id of its contact."""

    record: Record
    export: Export
    contact_id: str


def hold_back(session: Session, connection: Connection, candidates: Sequence[Candidate]) -> dict[int, Fault]:
    """Why candidates may not be sent, by export id: another record's bill has the same contact, number and kind there.

    Each of them becomes a possible duplicate of that other record, for a person to decide. What was decided to be a
    document of its own beside that record is not asked about again. Two queries for all candidates.
    """
    bills = [each for each in candidates if each.record.kind.direction is Direction.PURCHASE]
    if not bills:
        return {}
    others = _others(session, connection, bills)
    faults = {}
    # Rows are changed in the order of their ids, as by everybody who holds several records.
    for each in sorted(bills, key=lambda bill: bill.record.id):
        record = each.record
        key = (each.contact_id, record.normalised_number, record.kind)
        for other, theirs in others.get(key, ()):
            if other.id == record.id or _is_behind(theirs, each.export) or are_kept_apart(record, other):
                continue
            faults[each.export.id] = mark(session, record, other, connection.provider.label, theirs)
            break
    return faults


def mark(session: Session, record: Record, other: Record, label: str, theirs: Export | None = None) -> Fault:
    """Make the record a possible duplicate of the other, whose export `theirs` brings the bill; with None the ledger
    was seen to hold it. Why it is not sent. The record is held by the caller's lock."""
    record.is_possible_duplicate = True
    record.duplicate_of_id = other.id
    session.flush()
    taken_in = other.created_at.astimezone(session.get_one(Tenant, record.tenant_id).zone).date()
    words = _words(other, theirs, taken_in, label)
    return Fault(ErrorCode.NUMBER_EXISTS, record.number, words, f"record:{other.id}")


def _others(
    session: Session, connection: Connection, bills: Sequence[Candidate]
) -> dict[_Key, list[tuple[Record, Export]]]:
    """Bills with any of the numbers that the ledger has or is about to get, by key, the oldest record first.

    A bill stands under the contact that was sent, and under the one that its supplier is mapped to now: what is in the
    ledger stays with the one while the mapping moves on to the other.
    """
    is_booked = or_(
        Export.status == Status.SYNCED,
        (Export.status == Status.RESOLVED) & Export.resolution.in_(BOOKED_BY_HAND),
    )
    # What was voided or deleted in the ledger books nothing there.
    still = or_(
        Export.ledger_state.is_(None), Export.ledger_state.not_in([state for state in LedgerState if state.is_gone])
    )
    has_it = or_(Export.status.in_(IN_FLIGHT), is_booked & still)
    query = (
        select(Record, Export, Attempt.posting)
        .join(Export, Export.record_id == Record.id)
        .outerjoin(Attempt, Attempt.id == Export.attempt_id)
        .where(
            Record.tenant_id == connection.tenant_id,
            Record.normalised_number.in_(sorted({bill.record.normalised_number for bill in bills})),
            Record.kind.in_(sorted({bill.record.kind for bill in bills})),
            Export.connection_id == connection.id,
            has_it,
        )
        .order_by(Record.id)
    )
    found: dict[_Key, list[tuple[Record, Export]]] = defaultdict(list)
    rows = session.execute(query).all()
    mapped = mappings.contacts(session, connection.id, {record.contact_key for record, _, _ in rows})
    for record, export, posting in rows:
        target = mapped.get((MappingKind.CONTACT, record.contact_key))
        contacts = {target.target_id} if target is not None else set()
        if posting:
            contacts.add(stored_postings.restored(posting).contact_id)
        for contact_id in contacts:
            found[(contact_id, record.normalised_number, record.kind)].append((record, export))
    return found


def _is_behind(theirs: Export, ours: Export) -> bool:
    """Of two that wait, the one that began first goes first."""
    return theirs.status is Status.PENDING and theirs.id > ours.id


def are_kept_apart(record: Record, other: Record) -> bool:
    """Whether a person kept both. That one was kept in the place of the other says the opposite."""
    return other.id in record.kept_apart or record.id in other.kept_apart


def _words(other: Record, theirs: Export | None, taken_in: date, label: str) -> str:
    what = f"{other.kind.label.lower()} {other.number} of {other.contact_name}"
    origin = f"from another record taken in on {day(taken_in)}: same bill?"
    if theirs is not None and theirs.status is Status.RESOLVED and theirs.resolution == "by-hand":
        return f"{what[0].upper()}{what[1:]} was entered in {label} by hand already, {origin}"
    if theirs is not None and theirs.status in IN_FLIGHT:
        return f"{what[0].upper()}{what[1:]} is on its way to {label} already, {origin}"
    return f"{label} holds {what} already, {origin}"
