"""Still send? A person's order that waited longer than a day is asked about instead of carried out by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from sqlalchemy import ColumnElement, func, literal_column, select, tuple_, update
from sqlalchemy.orm import Session

from dashboard.db import changed
from dashboard.domain import lifecycle
from dashboard.domain.actors import MACHINE, Actor
from dashboard.domain.leases import Lease
from dashboard.domain.lifecycle import Moved
from dashboard.models import Connection, Export, Record, ResyncItem
from dashboard.models.resync import ItemState
from dashboard.vocabulary.records import Trigger
from dashboard.vocabulary.statuses import Cause, Status

PATIENCE = timedelta(hours=24)
"""After a wait of this long (a limit, an outage, a broken connection) whoever ordered it may have gone another way."""

ASKED = "Waited longer than a day: it goes when somebody says that it is still to be sent"


@dataclass(frozen=True)
class Question:
    """What one connection asks about: how many, their sums by currency (credits count against them), since when the
    oldest waits, and when the newest of them was held, so that an answer covers what was seen and no later one."""

    connection: Connection
    n: int
    sums: dict[str, Decimal]
    oldest: datetime
    seen: datetime


def is_asked(export: Export) -> bool:
    return export.status is Status.ON_HOLD and export.ordered_at is not None


def hold_back(session: Session, lease: Lease, now: datetime) -> int:
    """Hold what a person ordered more than a day ago and was not sent since; returns how many.

    Needs a writing transaction. Asked without one first by `is_overdue`.
    """
    held = lifecycle.move_set(
        session,
        partial(lifecycle.of_connection, lease.tenant_id, lease.connection_id),
        (*_overdue(now), lifecycle.holds(lease.fence)),
        Status.PENDING,
        Status.ON_HOLD,
        Cause.WAITED_LONG,
        now,
        actor=MACHINE,
        words=ASKED,
    )
    sent_by = select(Export.resync_id, Export.id).where(held.rows, Export.resync_id.is_not(None))
    item = update(ResyncItem).where(tuple_(ResyncItem.resync_id, ResyncItem.export_id).in_(sent_by))
    changed(session, item.values(state=ItemState.SKIPPED, words=ASKED, ended_at=now))
    changed(session, update(Export).where(held.rows).values(resync_id=None))
    return held.n


def is_overdue(session: Session, connection: Connection, now: datetime) -> bool:
    """Whether the connection has something to hold; only reads."""
    pending = lifecycle.of_connection(connection.tenant_id, connection.id, Status.PENDING)
    found = select(Export.id).where(pending, *_overdue(now))
    return session.scalar(found.limit(1)) is not None


def questions(session: Session, connections: Sequence[Connection]) -> list[Question]:
    """What these connections ask about, in their order; those that ask nothing are left out."""
    rows = session.execute(
        select(
            Export.connection_id,
            Record.currency,
            func.count(),
            func.sum(Record.signed_total()),
            func.min(Export.ordered_at),
            func.max(Export.status_since),
        )
        .join(Record, Record.id == Export.record_id)
        .where(Export.connection_id.in_([each.id for each in connections]), *_asked())
        .group_by(Export.connection_id, Record.currency)
        .order_by(Record.currency)
    ).all()
    found = []
    for connection in connections:
        mine = [row for row in rows if row[0] == connection.id]
        if mine:
            sums = {currency: total for _, currency, _, total, _, _ in mine}
            n, oldest, seen = sum(row[2] for row in mine), min(row[4] for row in mine), max(row[5] for row in mine)
            found.append(Question(connection, n, sums, oldest, seen))
    return found


def answer(
    session: Session,
    connection: Connection,
    is_yes: bool,
    seen: datetime,
    actor: Actor,
    now: datetime,
    *,
    export_id: int | None = None,
) -> int:
    """Send what is asked about, or leave it as it was before it was ordered; returns how many. Nothing is asked twice.

    Meant are all of the connection that were held when the person looked at `seen`, or one of them alone.
    """
    mine = partial(lifecycle.of_connection, connection.tenant_id, connection.id)
    chosen = (
        Export.ordered_at.is_not(None),
        Export.status_since <= seen,
        *(() if export_id is None else (Export.id == export_id,)),
    )
    label = connection.provider.label
    if is_yes:
        sent = lifecycle.move_set(
            session,
            mine,
            (*chosen, Export.alarm == ""),
            Status.ON_HOLD,
            Status.PENDING,
            Cause.SENT_BY_HAND,
            now,
            actor=actor,
            words=f"Still to be sent: queued for {label}",
            is_urgent=export_id is not None,
            **lifecycle.MANUAL_AGAIN,
        )
        return sent.n
    words = f"Not to be sent to {label} any more"
    _hold_records(session, (mine(Status.ON_HOLD), *chosen))
    failed = lifecycle.move_set(
        session,
        mine,
        (*chosen, Export.error_code != ""),
        Status.ON_HOLD,
        Status.FAILED,
        Cause.CALLED_OFF,
        now,
        actor=actor,
        words=words,
    )
    ready = lifecycle.move_set(
        session, mine, chosen, Status.ON_HOLD, Status.READY, Cause.CALLED_OFF, now, actor=actor, words=words
    )
    _list_as_not_sent(session, ready)
    return failed.n + ready.n


def _overdue(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Export.trigger == Trigger.MANUAL, Export.ordered_at <= now - PATIENCE


def _asked() -> tuple[ColumnElement[bool], ...]:
    # Written out, not bound: SQLite takes a partial index only where the text of the query implies it.
    return Export.status == literal_column(f"'{Status.ON_HOLD.value}'"), Export.ordered_at.is_not(None)


def _hold_records(session: Session, asked: Sequence[ColumnElement[bool]]) -> None:
    """Records before their exports, as by everybody who holds both."""
    query = select(Record.id).join(Export, Export.record_id == Record.id).where(*asked)
    session.execute(query.order_by(Record.id).with_for_update(of=Record, key_share=True)).all()


def _list_as_not_sent(session: Session, ready: Moved) -> None:
    """Records that are with no connection any more are listed as approved and not sent."""
    moved = select(Export.record_id).where(ready.rows)
    elsewhere = select(Export.id).where(Export.record_id == Record.id, Export.status != Status.READY)
    without = update(Record).where(Record.id.in_(moved), ~elsewhere.correlate(Record).exists())
    changed(session, without.values(has_export=False))
