"""The only module that changes the status of an export: one function for one export, one for a set, the same rules.

A move, the counts, the resync item it belongs to and, for an outcome or an act, its audit entry are one transaction,
which the caller owns.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, and_, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from dashboard.db import changed, one_of
from dashboard.domain import audit, audit_counts, counts, needs
from dashboard.domain.actors import MACHINE, Actor
from dashboard.models import AuditEntry, Connection, Export, Record, ResyncItem
from dashboard.models.resync import ItemState
from dashboard.vocabulary.audit import Act, EntryKind
from dashboard.vocabulary.postings import Fault
from dashboard.vocabulary.records import Trigger
from dashboard.vocabulary.statuses import Cause, Status, is_allowed


class MoveRefused(Exception):
    """The move is not one of vocabulary.statuses.MOVES."""


class StaleMove(Exception):
    """The export is no longer as it was seen, or the mover no longer holds its connection. Nothing was changed."""


class DocumentTaken(StaleMove):
    """Another export of the connection stands for the ledger's document already. Nothing was changed."""


@dataclass(frozen=True)
class Fence:
    """Lets a move through only while the lease of this epoch holds the connection."""

    connection_id: int
    epoch: int


@dataclass(frozen=True)
class Moved:
    """A set move: how many exports it moved, and the condition that finds exactly these rows until they move on.

    `operation` marks their audit entries.
    """

    operation: str
    n: int
    rows: ColumnElement[bool]


_ACTS = {
    Cause.PUBLISHED: Act.EXPORT_QUEUED,
    Cause.SENT_BY_HAND: Act.EXPORT_QUEUED,
    Cause.RESYNC: Act.EXPORT_QUEUED,
    Cause.TRIGGER_UNMET: Act.EXPORT_HELD,
    Cause.TRIGGER_MET: Act.EXPORT_RELEASED,
    Cause.WAITED_LONG: Act.EXPORT_HELD,
    Cause.CALLED_OFF: Act.EXPORT_CANCELLED,
    Cause.CANCELLED: Act.EXPORT_CANCELLED,
    Cause.ADOPTED: Act.EXPORT_ADOPTED,
    Cause.RESOLVED: Act.EXPORT_RESOLVED,
    Cause.REOPENED: Act.EXPORT_REOPENED,
}
"""Causes that are somebody's act; every other one but TAKEN is an outcome."""

COUNTED = frozenset({Status.SYNCED, Status.FAILED})
"""Results whose outcomes are counted by the time they came at."""

_ITEM_STATES = {Status.SYNCED: ItemState.SYNCED, Status.FAILED: ItemState.FAILED, Status.RESOLVED: ItemState.SKIPPED}


def move(
    session: Session,
    export: Export,
    after: Status,
    cause: Cause,
    now: datetime,
    *,
    actor: Actor = MACHINE,
    faults: Sequence[Fault] = (),
    words: str = "",
    fence: Fence | None = None,
    outcome_of: int | None = None,
    operation: str = "",
    **changes: Any,
) -> None:
    """Move one export. `faults` are required for Failed unless its former ones are put back; `changes` are further
    columns of the row (next_try_at, ledger_id, …) set by the same statement; `outcome_of` is the attempt's id.

    Raises MoveRefused for a move that is not allowed or a failure without words, StaleMove when the row or the lease
    has moved on, and of that DocumentTaken when another export of the connection stands for the ledger's document.
    """
    before = export.status
    if not is_allowed(before, after, cause):
        raise MoveRefused(f"{before.value} to {after.value} because of {cause.value}")
    values = {"status": after, "status_since": now, **_columns(after, cause, faults, now), **changes}
    if after is Status.FAILED and faults:
        values["need_set_id"] = needs.keep(session, export.connection_id, faults)
    statement = update(Export).where(Export.id == export.id, Export.status == before).values(**values)
    if fence is not None:
        statement = statement.where(holds(fence))
    if changes.get("ledger_id"):
        moved = _claim(session, statement, changes["ledger_id"])
    else:
        moved = changed(session, statement)
    if moved != 1:
        raise StaleMove(f"export {export.id} is no longer {before.value}")
    for column, value in values.items():
        set_committed_value(export, column, value)
    _count(session, export, before, after)
    # What waits to be compared with the ledger's own may yet prove to be there: see comparing.py.
    if after in _ITEM_STATES and not (after is Status.FAILED and export.next_try_at):
        end_item(session, export, cause, words, now)
    if cause is not Cause.TAKEN:
        reference = session.scalar(select(Record.number).where(Record.id == export.record_id)) or ""
        audit.note_export(
            session,
            export,
            reference,
            _ACTS.get(cause, Act.EXPORT_OUTCOME),
            now,
            actor=actor,
            words=words,
            attempt_id=outcome_of,
            operation=operation,
            details={"cause": cause.value},
        )
    if after in COUNTED and cause not in _ACTS:
        outcome = counts.OutcomeKey(export.tenant_id, export.connection_id, export.kind, after, counts.quarter(now))
        counts.add_outcome(session, outcome)


def _claim(session: Session, statement: Update, ledger_id: str) -> int:
    """Run a statement that makes the export stand for the ledger's document. Raises DocumentTaken."""
    try:
        # A savepoint, so that one refused by the database leaves the rest of the transaction as it was.
        with session.begin_nested():
            return changed(session, statement)
    except IntegrityError as refused:
        # SQLite names the columns, PostgreSQL the index.
        said = str(refused.orig)
        if "export.ledger_id" in said or "uq_export_ledger_document" in said:
            raise DocumentTaken(f"document {ledger_id} stands for another export") from refused
        raise


def move_set(
    session: Session,
    within: Callable[[Status], ColumnElement[bool]],
    chosen: Sequence[ColumnElement[bool]],
    before: Status,
    after: Status,
    cause: Cause,
    now: datetime,
    *,
    actor: Actor,
    words: str,
    **changes: Any,
) -> Moved:
    """Move every export of `within` that has the status `before` and meets `chosen`, with set statements.

    `within` leads to rows of a status by an index, before the move and after it: a `partial` of `of_connection` or of
    `with_ids`. Only for acts: an outcome is one export's own. Raises MoveRefused.
    """
    if cause not in _ACTS or not is_allowed(before, after, cause):
        raise MoveRefused(f"{before.value} to {after.value} because of {cause.value}")
    operation = secrets.token_hex(12)
    values = {
        "status": after,
        "status_since": now,
        "operation": operation,
        **_columns(after, cause, (), now),
        **changes,
    }
    n = changed(session, update(Export).where(within(before), *chosen).values(**values))
    moved = and_(within(after), Export.operation == operation)
    if not n:
        return Moved(operation, 0, moved)
    grouped = session.execute(
        select(Export.tenant_id, Export.connection_id, Export.kind, func.count())
        .where(moved)
        .group_by(Export.tenant_id, Export.connection_id, Export.kind)
    ).all()
    shifts: list[tuple[counts.CountKey, int]] = []
    for tenant, connection, kind, n in grouped:
        shifts.append((counts.CountKey(tenant, connection, kind, before), -n))
        shifts.append((counts.CountKey(tenant, connection, kind, after), n))
    counts.shift(session, shifts)
    _note_set(session, moved, _ACTS[cause], cause, now, actor, words, operation, is_failure=after is Status.FAILED)
    for tenant, _, _, n in grouped:
        audit_counts.add(session, tenant, counts.quarter(now), audit_counts.status_of(_ACTS[cause], after), n)
    return Moved(operation, n, moved)


def of_connection(tenant_id: int, connection_id: int, status: Status) -> ColumnElement[bool]:
    """The exports of one connection that have the status, by the columns of the index of exports by status."""
    return and_(Export.tenant_id == tenant_id, Export.connection_id == connection_id, Export.status == status)


def with_ids(ids: Select[int], status: Status) -> ColumnElement[bool]:
    """Those of these ids that have the status, found one by one."""
    # Put so that no index is taken for the status: within one, PostgreSQL would look for every id from its beginning.
    has_it = func.coalesce(Export.status, literal("")) == status
    return and_(one_of(Export.id, ids.correlate(None).scalar_subquery()), has_it)


def begin(session: Session, export: Export, now: datetime) -> None:
    """Count an export that was just added, and mark its record as handed to a connection. It begins as Ready."""
    export.status = Status.READY
    export.status_since = now
    session.add(export)
    session.flush()
    changed(session, update(Record).where(Record.id == export.record_id).values(has_export=True))
    counts.shift(session, [(_key(export, Status.READY), 1)])


_ORDERS = frozenset({Cause.SENT_BY_HAND, Cause.RESYNC})
"""Causes that are a person's order to send."""


def _columns(after: Status, cause: Cause, faults: Sequence[Fault], now: datetime) -> dict[str, Any]:
    """What hangs on the status: an error stays visible until the export is Synced or fails anew."""
    if cause in _ORDERS:
        return {"ordered_at": now}
    if cause is Cause.CALLED_OFF:
        return {"ordered_at": None, "next_try_at": None, "check_at": None}
    if after is Status.FAILED and not faults:
        return {"next_try_at": None, "check_at": None}
    if after is Status.FAILED:
        first = faults[0]
        if not all(fault.words for fault in faults):
            raise MoveRefused(f"a failure without a reason ({first.code.value})")
        return {
            "error_code": first.code.value,
            "error_subject": first.subject,
            "error_words": "; ".join(dict.fromkeys(fault.words for fault in faults)),
            "faults": [
                {"code": f.code.value, "subject": f.subject, "words": f.words, "source_value": f.source_value}
                for f in faults
            ],
            "failed_at": now,
            "next_try_at": None,
            "check_at": None,
        }
    if after in (Status.SYNCED, Status.RESOLVED):
        cleared: dict[str, Any] = {"next_try_at": None, "check_at": None, "found": None}
        if after is Status.SYNCED:
            cleared |= {"distrusted_at": None, "error_code": "", "error_subject": "", "error_words": "", "faults": []}
            cleared["need_set_id"] = None
        return cleared
    return {}


def holds(fence: Fence) -> ColumnElement[bool]:
    """True while the lease of that epoch still holds the connection."""
    return (
        select(literal(1))
        .where(Connection.id == fence.connection_id, Connection.lease_epoch == fence.epoch)
        .correlate(None)
        .exists()
    )


def _key(export: Export, status: Status) -> counts.CountKey:
    return counts.CountKey(export.tenant_id, export.connection_id, export.kind, status)


def _count(session: Session, export: Export, before: Status, after: Status) -> None:
    counts.shift(session, [(_key(export, before), -1), (_key(export, after), 1)])


def end_item(session: Session, export: Export, cause: Cause, words: str, now: datetime) -> None:
    """Tell the resync that sent the export what came of it; nothing happens when none did."""
    if export.resync_id is None:
        return
    state = ItemState.CANCELLED if cause is Cause.CANCELLED else _ITEM_STATES[export.status]
    said = words or (export.error_words if export.status is Status.FAILED else "")
    item = update(ResyncItem).where(ResyncItem.resync_id == export.resync_id, ResyncItem.export_id == export.id)
    changed(session, item.values(state=state, words=said, ended_at=now))
    changed(session, update(Export).where(Export.id == export.id).values(resync_id=None))
    set_committed_value(export, "resync_id", None)


def _note_set(
    session: Session,
    moved: ColumnElement[bool],
    act: Act,
    cause: Cause,
    now: datetime,
    actor: Actor,
    words: str,
    operation: str,
    *,
    is_failure: bool,
) -> None:
    said = func.coalesce(func.nullif(literal(words), ""), Export.error_words) if is_failure else literal(words)
    columns = {
        "tenant_id": Export.tenant_id,
        "at": literal(now, AuditEntry.__table__.c.at.type),
        "kind": literal(EntryKind.ACT, AuditEntry.__table__.c.kind.type),
        "act": literal(act, AuditEntry.__table__.c.act.type),
        "actor_id": literal(actor.id, AuditEntry.__table__.c.actor_id.type),
        "actor": literal(actor.name),
        "entity_type": Export.kind,
        "record_id": Export.record_id,
        "export_id": Export.id,
        "connection_id": Export.connection_id,
        "reference": Record.number,
        "status": Export.status,
        "error_code": Export.error_code if is_failure else literal(""),
        "error_subject": Export.error_subject if is_failure else literal(""),
        "words": said,
        "details": literal({"cause": cause.value}, AuditEntry.__table__.c.details.type),
        "operation": literal(operation),
    }
    rows = select(*columns.values()).join(Record, Record.id == Export.record_id).where(moved).order_by(Export.id)
    session.execute(insert(AuditEntry).from_select(list(columns), rows))


MANUAL_AGAIN: dict[str, Any] = {"trigger": Trigger.MANUAL, "next_try_at": None, "check_at": None, "tries": 0}
"""What a person's order to send changes on an export: it is manual from then on, and its tries begin anew."""
