"""Resyncs: freeze a set of failed exports, send a few, send the rest when those did not fail again, cancel, report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, case, func, insert, literal, select, update
from sqlalchemy.orm import Session

from dashboard.db import changed
from dashboard.domain import audit, lifecycle
from dashboard.domain.actors import Actor
from dashboard.models import AuditEntry, Connection, Export, Record, Resync, ResyncItem, User
from dashboard.models.resync import ItemState, ResyncState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import RETRY_CLASS, Retry
from dashboard.vocabulary.providers import FACTS
from dashboard.vocabulary.statuses import Cause, Status

FIRST_OF_A_CAUSE = 3
SMALL = 25
"""A resync of up to this many is sent at once; of a larger one a few of every cause go first, never more than this."""
LAPSES_AFTER = timedelta(minutes=15)


class EmptySelection(Exception):
    """Nothing that failed was chosen."""


class Lapsed(Exception):
    """The set was frozen too long ago to be confirmed."""


@dataclass(frozen=True)
class Progress:
    """How many items have each state; `left` seconds is an estimate, None while there is nothing to go by."""

    counts: dict[ItemState, int]
    total: int
    seconds_left: float | None

    @property
    def done(self) -> int:
        return self.total - self.counts[ItemState.WAITING] - self.counts[ItemState.QUEUED]

    @property
    def sentence(self) -> str:
        """ "3 exported, 2 still failing", with what else there is."""
        parts = [
            f"{self.counts[ItemState.SYNCED]:,} exported",
            f"{self.counts[ItemState.FAILED]:,} still failing",
        ]
        further = {
            ItemState.SKIPPED: "skipped",
            ItemState.LEFT: "not tried",
            ItemState.CANCELLED: "cancelled",
        }
        parts += [f"{self.counts[state]:,} {word}" for state, word in further.items() if self.counts[state]]
        return ", ".join(parts)


def freeze(
    session: Session,
    connection: Connection,
    chosen: Sequence[ColumnElement[bool]],
    ticked: int | None,
    scope: dict[str, str],
    form_token: str,
    actor: Actor,
    now: datetime,
) -> Resync:
    """Write down which failed exports of the connection meet `chosen`; nothing is sent yet.

    `ticked` is how many ids a person sent, those left out are counted. The same form token gives the same resync.
    Raises EmptySelection.
    """
    session.execute(select(Connection.id).where(Connection.id == connection.id).with_for_update())
    same = session.scalars(
        select(Resync).where(Resync.tenant_id == connection.tenant_id, Resync.form_token == form_token)
    ).one_or_none()
    if same is not None:
        return same
    resync = Resync(
        tenant_id=connection.tenant_id,
        connection_id=connection.id,
        form_token=form_token,
        scope=scope,
        created_by_id=actor.id,
        created_at=now,
    )
    session.add(resync)
    session.flush()
    mine = (
        Export.tenant_id == connection.tenant_id,
        Export.connection_id == connection.id,
        Export.status == Status.FAILED,
    )
    cause = func.substr(Export.error_code + "|" + Export.error_subject, 1, 300)
    rows = (
        select(
            literal(resync.id).label("resync_id"),
            Export.id.label("export_id"),
            func.row_number().over(order_by=Export.id).label("position"),
            func.row_number().over(partition_by=cause, order_by=Export.id).label("of_cause"),
            cause.label("cause"),
            Export.failed_at.label("failed_at"),
        )
        .join(Record, Record.id == Export.record_id)
        .where(*mine, *chosen)
        .subquery()
    )
    total = session.scalar(select(func.count()).select_from(rows)) or 0
    if total == 0:
        raise EmptySelection
    goes_first = case((rows.c.of_cause <= FIRST_OF_A_CAUSE, 1), else_=2) if total > SMALL else literal(1)
    session.execute(
        insert(ResyncItem).from_select(
            ["resync_id", "export_id", "position", "wave", "state", "cause", "failed_at", "words"],
            select(
                rows.c.resync_id,
                rows.c.export_id,
                rows.c.position,
                goes_first,
                literal(ItemState.WAITING, ResyncItem.__table__.c.state.type),
                rows.c.cause,
                rows.c.failed_at,
                literal(""),
            ),
        )
    )
    _keep_few_first(session, resync)
    resync.total = total
    resync.left_out = max(0, (ticked or total) - total)
    resync.sums = _sums(session, resync)
    session.flush()
    return resync


def confirm(session: Session, resync: Resync, reason: str, actor: Actor, now: datetime) -> None:
    """Start a frozen resync; once started, a second confirmation does nothing. Raises Lapsed after fifteen minutes."""
    if resync.state is ResyncState.FROZEN and now - resync.created_at > LAPSES_AFTER:
        raise Lapsed
    started = changed(
        session,
        update(Resync)
        .where(Resync.id == resync.id, Resync.state == ResyncState.FROZEN)
        .values(state=ResyncState.RUNNING, confirmed_at=now, reason=reason[:500]),
    )
    session.refresh(resync)
    if not started:
        return
    connection = session.get_one(Connection, resync.connection_id)
    sums = ", ".join(f"{amount} {currency}" for currency, amount in resync.sums.items())
    audit.note_act(
        session,
        resync.tenant_id,
        Act.RESYNC_STARTED,
        now,
        actor=actor,
        connection_id=connection.id,
        reference=f"Resync {resync.id}",
        words=f"{resync.total} to {connection.provider.label} ({sums})" + (f": {reason}" if reason else ""),
        details={"resync": resync.id, "scope": resync.scope},
    )
    advance(session, resync, now)


def cancel(session: Session, resync: Resync, actor: Actor, now: datetime) -> bool:
    """Stop what has not been sent: it goes back to Failed with its former error. What is being sent ends by itself."""
    stopped = changed(
        session,
        update(Resync)
        .where(Resync.id == resync.id, Resync.state.in_([ResyncState.FROZEN, ResyncState.RUNNING]))
        .values(state=ResyncState.CANCELLING),
    )
    session.refresh(resync)
    if not stopped:
        return False
    audit.note_act(
        session,
        resync.tenant_id,
        Act.RESYNC_CANCELLED,
        now,
        actor=actor,
        connection_id=resync.connection_id,
        reference=f"Resync {resync.id}",
        words="Cancelled; what was not sent yet keeps its former error",
        details={"resync": resync.id},
    )
    advance(session, resync, now)
    return True


def advance(session: Session, resync: Resync, now: datetime) -> None:
    """Take the next step that is due: the next wave, the stop of a cause that failed again, or the end."""
    locked = session.scalars(
        select(Resync).where(Resync.id == resync.id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if locked.state is ResyncState.CANCELLING:
        _put_back(session, locked, now)
    if locked.state not in (ResyncState.RUNNING, ResyncState.CANCELLING):
        return
    _settle_moved_elsewhere(session, locked, now)
    if _count(session, locked, ItemState.QUEUED):
        return
    if locked.state is ResyncState.RUNNING and locked.wave == 1:
        _stop_unmended(session, locked, now)
    if locked.state is ResyncState.RUNNING and _count(session, locked, ItemState.WAITING):
        locked.wave += 1
        _queue_wave(session, locked, now)
        if _count(session, locked, ItemState.QUEUED) or _count(session, locked, ItemState.WAITING):
            return
    _end(session, locked, now)


def open_ones(session: Session) -> list[Resync]:
    """Every resync that has a next step, and frozen ones, for the task that moves them on."""
    states = [ResyncState.RUNNING, ResyncState.CANCELLING]
    return list(session.scalars(select(Resync).where(Resync.state.in_(states)).order_by(Resync.id)))


def lapse(session: Session, now: datetime) -> int:
    """Close frozen resyncs that nobody confirmed; returns how many."""
    old = (Resync.state == ResyncState.FROZEN, Resync.created_at < now - LAPSES_AFTER)
    return changed(session, update(Resync).where(*old).values(state=ResyncState.LAPSED, ended_at=now))


def progress(session: Session, resync: Resync, now: datetime) -> Progress:
    """Counts per state as they are now, and the time left at the pace so far (at first at the provider's)."""
    found = session.execute(
        select(ResyncItem.state, func.count()).where(ResyncItem.resync_id == resync.id).group_by(ResyncItem.state)
    )
    by_state = {row[0]: int(row[1]) for row in found}
    counted = {state: by_state.get(state, 0) for state in ItemState}
    remaining = counted[ItemState.WAITING] + counted[ItemState.QUEUED]
    return Progress(counted, resync.total, _seconds_left(session, resync, remaining, now))


def unchanged(session: Session, resync: Resync) -> int:
    """How many items failed for a cause that needs mending while nothing was mended here since."""
    connection_changes = session.scalar(
        select(func.max(AuditEntry.at)).where(
            AuditEntry.tenant_id == resync.tenant_id,
            AuditEntry.connection_id == resync.connection_id,
            AuditEntry.act.in_(_MENDING),
        )
    )
    needs_mending = [code.value for code, retry in RETRY_CLASS.items() if retry in (Retry.AFTER_A_FIX, Retry.NEVER)]
    own_change = (
        select(literal(1))
        .where(
            AuditEntry.export_id == ResyncItem.export_id,
            AuditEntry.act == Act.EXPORT_DATE_MOVED,
            AuditEntry.at >= ResyncItem.failed_at,
        )
        .exists()
    )
    conditions: list[ColumnElement[bool]] = [
        ResyncItem.resync_id == resync.id,
        Export.error_code.in_(needs_mending),
        ~own_change,
    ]
    if connection_changes is not None:
        conditions.append(ResyncItem.failed_at > connection_changes)
    query = select(func.count()).select_from(ResyncItem).join(Export, Export.id == ResyncItem.export_id)
    return session.scalar(query.where(*conditions)) or 0


_MENDING = (
    Act.MAPPING_CHANGED,
    Act.CONTACT_CREATED,
    Act.CONNECTION_RECONNECTED,
    Act.CONNECTION_SETTINGS,
)


def _keep_few_first(session: Session, resync: Resync) -> None:
    """Of many causes, no more than SMALL exports go first."""
    first = (
        select(ResyncItem.id)
        .where(ResyncItem.resync_id == resync.id, ResyncItem.wave == 1)
        .order_by(ResyncItem.position)
        .offset(SMALL)
    )
    changed(session, update(ResyncItem).where(ResyncItem.id.in_(first)).values(wave=2))


def _sums(session: Session, resync: Resync) -> dict[str, str]:
    rows = session.execute(
        select(Record.currency, func.sum(Record.total))
        .join(Export, Export.record_id == Record.id)
        .join(ResyncItem, ResyncItem.export_id == Export.id)
        .where(ResyncItem.resync_id == resync.id)
        .group_by(Record.currency)
        .order_by(Record.currency)
    )
    return {row[0]: f"{Decimal(row[1]):.2f}" for row in rows}


def _count(session: Session, resync: Resync, state: ItemState) -> int:
    query = select(func.count()).where(ResyncItem.resync_id == resync.id, ResyncItem.state == state)
    return session.scalar(query) or 0


def _queue_wave(session: Session, resync: Resync, now: datetime) -> None:
    """Turn the wave's exports to Pending, those only that are still failed as they were when the set was frozen."""
    person = session.get_one(User, resync.created_by_id)
    in_wave = (
        ResyncItem.resync_id == resync.id,
        ResyncItem.wave <= resync.wave,
        ResyncItem.state == ItemState.WAITING,
    )
    as_seen = select(ResyncItem.export_id).where(*in_wave, ResyncItem.failed_at == Export.failed_at)
    operation = lifecycle.move_set(
        session,
        (Export.id.in_(as_seen.correlate(Export)),),
        Status.FAILED,
        Status.PENDING,
        Cause.RESYNC,
        now,
        actor=Actor(person.id, person.name),
        words=f"Resync {resync.id}",
        resync_id=resync.id,
        is_urgent=resync.total <= 1,
        **lifecycle.MANUAL_AGAIN,
    )
    moved = select(Export.id).where(Export.operation == operation)
    changed(session, update(ResyncItem).where(*in_wave, ResyncItem.export_id.in_(moved)).values(state=ItemState.QUEUED))
    changed(
        session,
        update(ResyncItem)
        .where(*in_wave)
        .values(state=ItemState.SKIPPED, words="It was no longer failed as it was when chosen", ended_at=now),
    )


def _stop_unmended(session: Session, resync: Resync, now: datetime) -> None:
    """Leave the rest of every cause of which all that went first failed again for that same cause."""
    same = func.substr(Export.error_code + "|" + Export.error_subject, 1, 300) == ResyncItem.cause
    failed_again = case(((ResyncItem.state == ItemState.FAILED) & same, 1), else_=0)
    tried = session.execute(
        select(ResyncItem.cause, func.count(), func.sum(failed_again))
        .join(Export, Export.id == ResyncItem.export_id)
        .where(ResyncItem.resync_id == resync.id, ResyncItem.state.in_([ItemState.FAILED, ItemState.SYNCED]))
        .group_by(ResyncItem.cause)
    ).all()
    stopped = [cause for cause, n, again in tried if n == again]
    if not stopped:
        return
    words = "Not tried: the first ones failed again for the same cause"
    left = changed(
        session,
        update(ResyncItem)
        .where(ResyncItem.resync_id == resync.id, ResyncItem.state == ItemState.WAITING, ResyncItem.cause.in_(stopped))
        .values(state=ItemState.LEFT, words=words, ended_at=now),
    )
    if left:
        resync.stopped_causes = stopped
        session.flush()


def _settle_moved_elsewhere(session: Session, resync: Resync, now: datetime) -> None:
    """Close queued items whose export left the resync by another way, so that no job waits for ever."""
    gone = select(Export.id).where(Export.resync_id == resync.id)
    changed(
        session,
        update(ResyncItem)
        .where(
            ResyncItem.resync_id == resync.id,
            ResyncItem.state == ItemState.QUEUED,
            ResyncItem.export_id.not_in(gone),
        )
        .values(state=ItemState.SKIPPED, words="It was changed by somebody meanwhile", ended_at=now),
    )


def _put_back(session: Session, resync: Resync, now: datetime) -> None:
    person = session.get_one(User, resync.created_by_id)
    operation = lifecycle.move_set(
        session,
        (Export.resync_id == resync.id,),
        Status.PENDING,
        Status.FAILED,
        Cause.CANCELLED,
        now,
        actor=Actor(person.id, person.name),
        words="",
        resync_id=None,
    )
    words = "Cancelled before it was sent"
    put_back = select(Export.id).where(Export.operation == operation)
    cancelled = {"state": ItemState.CANCELLED, "words": words, "ended_at": now}
    mine = ResyncItem.resync_id == resync.id
    changed(session, update(ResyncItem).where(mine, ResyncItem.export_id.in_(put_back)).values(**cancelled))
    changed(session, update(ResyncItem).where(mine, ResyncItem.state == ItemState.WAITING).values(**cancelled))


def _end(session: Session, resync: Resync, now: datetime) -> None:
    was_cancelled = resync.state is ResyncState.CANCELLING
    resync.state = ResyncState.CANCELLED if was_cancelled else ResyncState.DONE
    resync.ended_at = now
    resync.words = progress(session, resync, now).sentence
    session.flush()
    audit.note_act(
        session,
        resync.tenant_id,
        Act.RESYNC_ENDED,
        now,
        connection_id=resync.connection_id,
        reference=f"Resync {resync.id}",
        words=resync.words,
        details={"resync": resync.id},
    )


def _seconds_left(session: Session, resync: Resync, remaining: int, now: datetime) -> float | None:
    if remaining == 0 or resync.confirmed_at is None:
        return None
    done = resync.total - remaining
    elapsed = (now - resync.confirmed_at).total_seconds()
    if done and elapsed > 1:
        return remaining * elapsed / done
    connection = session.get_one(Connection, resync.connection_id)
    limits = FACTS[connection.provider].limits
    return remaining / (limits.documents_per_call * limits.per_minute) * 60
