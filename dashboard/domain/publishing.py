"""Approving records, and handing them to connections: by the machine on approval, or by a person."""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.domain import audit, counts, lifecycle
from dashboard.domain.actors import Actor
from dashboard.models import Connection, Export, Record
from dashboard.models.connection import ConnectionState
from dashboard.models.export import AttachmentState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.days import day
from dashboard.vocabulary.postings import LedgerState
from dashboard.vocabulary.records import Approval, Direction, Trigger
from dashboard.vocabulary.statuses import Cause, Status

LONGEST_REASON = 500


class NotSendable(Exception):
    """A record that may not be sent now; the message is the reason, for a person."""


@dataclass(frozen=True)
class Approved:
    """What one order to approve did: what was approved, how many exports began, how many are on hold instead, and what
    was left out and why."""

    records: tuple[Record, ...]
    exports: int
    on_hold: int
    left_out: tuple[str, ...]


def approve(session: Session, tenant_id: int, records: Sequence[Record], actor: Actor, now: datetime) -> Approved:
    """Approve what awaits approval and start the exports that follow from it. Possible duplicates are left out.

    The records are read afresh and held until the transaction ends, so that two presses of one button have one effect.
    """
    targets = followers(session, tenant_id)
    operation = secrets.token_hex(12)
    begun: Counter[Status] = Counter()
    approved: list[Record] = []
    left_out = []
    # Counted record by record, two approvals would take the counts of bills and of sales in two orders, and each would
    # wait for the other.
    with counts.together(session):
        for record in _held(session, tenant_id, [record.id for record in records]):
            reason = why_not_approvable(record)
            if reason:
                left_out.append(f"{record.number}: {reason}")
                continue
            record.approval = Approval.APPROVED
            record.approved_by_id = actor.id
            record.approved_at = now
            session.flush()
            audit.note_act(
                session,
                tenant_id,
                Act.RECORD_APPROVED,
                now,
                actor=actor,
                reference=record.number,
                entity_type=record.kind,
                record_id=record.id,
                words="Approved",
                operation=operation,
            )
            approved.append(record)
            begun.update(publish(session, record, connection, actor, now).status for connection in targets)
    on_hold = begun.pop(Status.ON_HOLD, 0)
    return Approved(tuple(approved), begun.total(), on_hold, tuple(left_out))


def publish(session: Session, record: Record, connection: Connection, actor: Actor, now: datetime) -> Export:
    """Begin the automatic export of an approved record: Pending, or On Hold when dated before the start date."""
    export = _export_of(session, record, connection) or _begin(session, record, connection, now)
    if export.status is not Status.READY:
        return export
    if connection.start_date is not None and record.issue_date < connection.start_date:
        words = f"Dated before {day(connection.start_date)}, from which on documents are sent"
        lifecycle.move(session, export, Status.ON_HOLD, Cause.TRIGGER_UNMET, now, actor=actor, words=words)
    else:
        words = f"Queued for {connection.provider.label}"
        lifecycle.move(session, export, Status.PENDING, Cause.PUBLISHED, now, actor=actor, words=words)
    return export


def send(
    session: Session,
    record: Record,
    connection: Connection,
    actor: Actor,
    now: datetime,
    *,
    may_release: bool = False,
    why: str = "",
    beside: str = "",
) -> Export:
    """A person's order to export this one record now; it is tried once. Raises NotSendable with the reason.

    `beside` is the ledger's id of a document alike that the person knows to be another one.

    What is held for its date goes only with `may_release` and a reason `why`, which is kept in the log.
    """
    label = connection.provider.label
    _held(session, record.tenant_id, [record.id])
    export = _export_of(session, record, connection)
    reason = why_not_sendable(record, connection, export)
    if reason:
        raise NotSendable(reason)
    held, said = why_held(record, connection, export), why.strip()[:LONGEST_REASON]
    if held and not may_release:
        raise NotSendable(f"{held} Only an admin may send it.")
    if held and not said:
        raise NotSendable(f"{held} To send it, say why under Options.")
    if export is None:
        export = _begin(session, record, connection, now)
    words = f"Queued for {label}"
    anew: dict[str, Any] = {}
    if export.status is Status.SYNCED and export.ledger_state is not None:
        words += f" anew: document {export.ledger_id} there is {export.ledger_state.value}"
        # A key of its own: what carries the former one is another document, and found dead it would be in the way.
        anew = {"key": secrets.token_urlsafe(18), **_NOTHING_THERE}
    if held:
        words += f", although dated before the start date: {said}"
    if beside:
        words += f", beside document {beside} there, which is another one"
    lifecycle.move(
        session,
        export,
        Status.PENDING,
        Cause.SENT_BY_HAND,
        now,
        actor=actor,
        words=words,
        is_urgent=True,
        beside=[*export.beside, *([beside] if beside else [])],
        **anew,
        **lifecycle.MANUAL_AGAIN,
    )
    return export


def release(session: Session, record: Record, actor: Actor, now: datetime) -> None:
    """Let go on its way what was held of the record and is held by nothing any more. The caller holds the record.

    What waits for the answer whether it is still to be sent goes on waiting.
    """
    if record.archived_at is not None or record.is_possible_duplicate or record.approval is not Approval.APPROVED:
        return
    for _, connection in exports_of(session, record):
        export = _export_of(session, record, connection)
        if export is None or export.status is not Status.ON_HOLD or export.ordered_at is not None:
            continue
        if not why_held(record, connection, export):
            words = f"Released: nothing holds it back from {connection.provider.label} any more"
            lifecycle.move(session, export, Status.PENDING, Cause.TRIGGER_MET, now, actor=actor, words=words)


def why_not_sendable(record: Record, connection: Connection, export: Export | None) -> str:
    """Why a person cannot send the record to the connection now, as a sentence; "" when they can."""
    number, label = record.number, connection.provider.label
    if record.archived_at is not None:
        return f"{number} is archived."
    if record.is_possible_duplicate:
        return f"{number} may be a duplicate; decide that first."
    if record.approval is not Approval.APPROVED:
        return f"{number} is not approved yet; approve it, then it can go to {label}."
    if connection.state is ConnectionState.DISCONNECTED:
        return f"{label} is disconnected; connect it first."
    if export is None:
        return ""
    if export.alarm:
        return f"{number} may be in {label} twice; look there first, and say so on its page."
    if export.status is Status.SYNCED and export.is_gone:
        return _why_not_anew(record, export, label)
    return _STANDING.get(export.status, "").format(number=number, label=label)


def _why_not_anew(record: Record, export: Export, label: str) -> str:
    """Why what is gone from the ledger cannot be sent there once more; "" when it can. A number of ours that was voided
    stays taken, a deleted one's is free, and of suppliers' numbers a ledger takes any."""
    if export.ledger_state is LedgerState.VOID and record.kind.direction is Direction.SALE:
        return (
            f"{record.number} was voided in {label}, where its number stays taken. If it is still to be booked, take "
            "it in with another number; this one can be archived."
        )
    return ""


def count_held(session: Session, record_ids: Sequence[int]) -> int:
    """How many exports of these records are On Hold."""
    query = select(func.count()).select_from(Export).where(Export.record_id.in_(record_ids))
    return session.scalar(query.where(Export.status == Status.ON_HOLD)) or 0


def why_held(record: Record, connection: Connection, export: Export | None) -> str:
    """That the record is held for its date, as a sentence; "" when it is not, or was released before."""
    start = connection.start_date
    if start is None or record.issue_date >= start:
        return ""
    is_held = export is None or export.status in (Status.READY, Status.ON_HOLD)
    return f"Held: dated before {day(start)}, from which on documents are sent." if is_held else ""


def exports_of(session: Session, record: Record) -> list[tuple[Export, Connection]]:
    """Every export of the record with its connection, the oldest first."""
    query = (
        select(Export, Connection)
        .join(Connection, Connection.id == Export.connection_id)
        .where(Export.record_id == record.id, Export.tenant_id == record.tenant_id)
        .order_by(Export.id)
    )
    return [(export, connection) for export, connection in session.execute(query)]


_NOTHING_THERE: dict[str, Any] = {
    "ledger_id": "",
    "ledger_url": "",
    "ledger_state": None,
    "drift": "",
    "warning": "",
    "attachment": AttachmentState.NONE,
    "attachment_tries": 0,
    "attachment_not_before": None,
}
"""What an export knows of its document in the ledger while it has none there."""

_STANDING = {
    Status.PENDING: "{number} is waiting to be sent to {label} already.",
    Status.SENDING: "{number} is being sent to {label} already.",
    Status.CHECKING: "{number} is being looked up in {label}; it is not sent again until that is clear.",
    Status.SYNCED: "{number} is in {label} already.",
    Status.RESOLVED: "{number} was resolved; reopen it to send it again.",
}


def why_not_approvable(record: Record) -> str:
    """Why it cannot be approved now, in a few words; "" when it can."""
    if record.archived_at is not None:
        return "archived"
    if record.is_possible_duplicate:
        return "possible duplicate, decide that first"
    if record.approval is Approval.APPROVED:
        return "approved already"
    return ""


def followers(session: Session, tenant_id: int) -> list[Connection]:
    """Connections whose exports begin on approval; a broken one is among them, its exports wait."""
    query = select(Connection).where(
        Connection.tenant_id == tenant_id,
        Connection.state != ConnectionState.DISCONNECTED,
        Connection.export_on_approval,
    )
    return list(session.scalars(query.order_by(Connection.id)))


def _held(session: Session, tenant_id: int, ids: Sequence[int]) -> list[Record]:
    """The records as they are now, locked in the order of their ids."""
    query = select(Record).where(Record.tenant_id == tenant_id, Record.id.in_(ids)).order_by(Record.id)
    return list(session.scalars(query.with_for_update(key_share=True).execution_options(populate_existing=True)))


def _export_of(session: Session, record: Record, connection: Connection) -> Export | None:
    query = select(Export).where(Export.connection_id == connection.id, Export.record_id == record.id)
    held = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalars(held).one_or_none()


def _begin(session: Session, record: Record, connection: Connection, now: datetime) -> Export:
    export = Export(
        tenant_id=record.tenant_id,
        connection_id=connection.id,
        record_id=record.id,
        kind=record.kind,
        trigger=Trigger.AUTOMATIC,
        key=secrets.token_urlsafe(18),
        created_at=now,
    )
    lifecycle.begin(session, export, now)
    return export
