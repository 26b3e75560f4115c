"""Resyncs under way: confirm, send a few, send the rest when those did not fail again, cancel, end.

What is in one is resync_sets.py, what came of it resync_progress.py and resync_results.py.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from sqlalchemy import ColumnElement, func, literal, or_, select, update
from sqlalchemy.orm import Session

from dashboard.db import changed
from dashboard.domain import amounts, audit, duplicates, lifecycle, resync_progress
from dashboard.domain.actors import MACHINE, Actor
from dashboard.domain.lifecycle import Moved
from dashboard.domain.resync_causes import cause_of, code_of, has_code
from dashboard.domain.resync_sets import FIRST_OF_A_CAUSE, STALE, UNDECIDED
from dashboard.models import Connection, Export, Resync, ResyncItem, User
from dashboard.models.resync import ItemState, ResyncState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.statuses import Cause, Status

LAPSES_AFTER = timedelta(minutes=15)


class Lapsed(Exception):
    """The set was frozen too long ago to be confirmed; the message says so to a person."""

    def __init__(self) -> None:
        super().__init__("It was chosen more than 15 minutes ago and nothing was sent. Choose it again.")


def confirm(session: Session, resync: Resync, reason: str, actor: Actor, now: datetime) -> None:
    """Start a frozen resync; once started, a second confirmation does nothing. Raises Lapsed after fifteen minutes."""
    if has_lapsed(resync, now):
        raise Lapsed
    started = changed(
        session,
        update(Resync)
        .where(Resync.id == resync.id, Resync.state == ResyncState.FROZEN)
        .values(state=ResyncState.RUNNING, confirmed_by_id=actor.id, confirmed_at=now, reason=reason[:500]),
    )
    session.refresh(resync)
    if not started:
        return
    connection = session.get_one(Connection, resync.connection_id)
    sums = ", ".join(
        f"{RecordKind(kind).label} {amounts.in_words(Decimal(total), currency)}"
        for kind, by_currency in resync.sums.items()
        for currency, total in by_currency.items()
    )
    to_send = session.scalar(select(func.count()).where(ResyncItem.waiting(resync)))
    audit.note_act(
        session,
        resync.tenant_id,
        Act.RESYNC_STARTED,
        now,
        actor=actor,
        connection_id=connection.id,
        reference=resync.label,
        words=f"{to_send} to {connection.provider.label} ({sums})" + (f": {reason}" if reason else ""),
        details={"resync": resync.id, "scope": resync.scope},
    )
    advance(session, resync, now)


def has_lapsed(resync: Resync, now: datetime) -> bool:
    """Whether the frozen set is too old to be confirmed, marked as lapsed or not."""
    is_old = resync.state is ResyncState.FROZEN and now - resync.created_at > LAPSES_AFTER
    return is_old or resync.state is ResyncState.LAPSED


def cancel(session: Session, resync: Resync, actor: Actor, now: datetime) -> bool:
    """Stop what has not been sent: it goes back to Failed with its former error. What is being sent ends by itself.

    False when there was nothing left to stop. A set that was only frozen is dropped without a word in the log.
    """
    mine = Resync.id == resync.id
    dropped = {"state": ResyncState.CANCELLED, "ended_at": now, "words": "Not confirmed; nothing was sent"}
    frozen = update(Resync).where(mine, Resync.state == ResyncState.FROZEN)
    if changed(session, frozen.values(cancelled_by_id=actor.id, **dropped)):
        session.refresh(resync)
        return True
    stopping = update(Resync).where(mine, Resync.state == ResyncState.RUNNING)
    if not changed(session, stopping.values(state=ResyncState.CANCELLING, cancelled_by_id=actor.id)):
        session.refresh(resync)
        return False
    session.refresh(resync)
    audit.note_act(
        session,
        resync.tenant_id,
        Act.RESYNC_CANCELLED,
        now,
        actor=actor,
        connection_id=resync.connection_id,
        reference=resync.label,
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
    while not _is_any(session, ResyncItem.queued(locked)):
        if locked.wave:
            _stop_unmended(session, locked, now)
        if not _is_any(session, ResyncItem.waiting(locked)):
            _end(session, locked, now)
            return
        locked.wave += 1
        _queue_wave(session, locked, now)


def open_ones(session: Session) -> list[Resync]:
    """Every resync that has a next step, for the task that moves them on."""
    states = [ResyncState.RUNNING, ResyncState.CANCELLING]
    return list(session.scalars(select(Resync).where(Resync.state.in_(states)).order_by(Resync.id)))


def lapse(session: Session, now: datetime) -> int:
    """Close frozen resyncs that nobody confirmed; returns how many."""
    old = (Resync.state == ResyncState.FROZEN, Resync.created_at < now - LAPSES_AFTER)
    return changed(session, update(Resync).where(*old).values(state=ResyncState.LAPSED, ended_at=now))


def _is_any(session: Session, items: ColumnElement[bool]) -> bool:
    return session.scalar(select(literal(1)).select_from(ResyncItem).where(items).limit(1)) is not None


def _queue_wave(session: Session, resync: Resync, now: datetime) -> None:
    """Turn the wave's exports to Pending, those only that are still failed as they were when the set was frozen."""
    in_wave = ResyncItem.queued(resync)
    seen_at = select(ResyncItem.failed_at).where(ResyncItem.resync_id == resync.id, ResyncItem.export_id == Export.id)
    as_seen = seen_at.correlate(Export).scalar_subquery() == Export.failed_at
    undecided = duplicates.undecided(resync.tenant_id)
    moved = lifecycle.move_set(
        session,
        partial(lifecycle.with_ids, select(ResyncItem.export_id).where(in_wave)),
        (as_seen, Export.alarm == "", Export.record_id.not_in(undecided)),
        Status.FAILED,
        Status.PENDING,
        Cause.RESYNC,
        now,
        actor=_actor(session, resync.confirmed_by_id),
        words=resync.label,
        resync_id=resync.id,
        is_urgent=resync.total <= 1,
        **lifecycle.MANUAL_AGAIN,
    )
    if moved.n == session.scalar(select(func.count()).where(in_wave)):
        return
    stayed = update(ResyncItem).where(in_wave, ~_was_moved_by(moved)).values(state=ItemState.SKIPPED, ended_at=now)
    held = select(Export.id).where(Export.tenant_id == resync.tenant_id, Export.record_id.in_(undecided))
    changed(session, stayed.where(ResyncItem.export_id.in_(held)).values(words=UNDECIDED))
    changed(session, stayed.values(words=STALE))


def _actor(session: Session, user_id: int | None) -> Actor:
    person = session.get(User, user_id) if user_id is not None else None
    return MACHINE if person is None else Actor(person.id, person.name)


def _stop_unmended(session: Session, resync: Resync, now: datetime) -> None:
    """Leave the rest of every cause of which all that went first failed again for that same cause.

    A cause of which none went first is left when all that were tried of its error code failed again with that code:
    a thousand numbers that exist already are a thousand causes, and one mistake.
    """
    same_cause: dict[str, list[bool]] = defaultdict(list)
    same_code: dict[str, list[bool]] = defaultdict(list)
    tried = session.execute(
        select(ResyncItem.cause, ResyncItem.state, Export.error_code, Export.error_subject)
        .join(Export, Export.id == ResyncItem.export_id)
        .where(ResyncItem.resync_id == resync.id, ResyncItem.state.in_([ItemState.FAILED, ItemState.SYNCED]))
    )
    for cause, state, code, subject in tried:
        has_failed = state is ItemState.FAILED
        same_cause[cause].append(has_failed and cause == cause_of(code, subject))
        same_code[code_of(cause)].append(has_failed and code_of(cause) == code)
    unmended = [cause for cause, failed_again in same_cause.items() if all(failed_again)]
    hopeless = [code for code, again in same_code.items() if all(again) and len(again) >= FIRST_OF_A_CAUSE]
    untried = [has_code(code) for code in hopeless]
    waiting = ResyncItem.waiting(resync)
    left = {"state": ItemState.LEFT, "words": LEFT, "ended_at": now}
    for at in range(0, len(unmended), _CHUNK):
        some = ResyncItem.cause.in_(unmended[at : at + _CHUNK])
        changed(session, update(ResyncItem).where(waiting, some).values(**left))
    if untried and resync.wave == 1:
        others = ResyncItem.cause.not_in(list(same_cause))
        changed(session, update(ResyncItem).where(waiting, others, or_(*untried)).values(**left))


LEFT = "Not tried: the first ones failed again for the same cause"
_CHUNK = 500


def _settle_moved_elsewhere(session: Session, resync: Resync, now: datetime) -> None:
    """Close queued items whose export left the resync by another way, so that no job waits for ever."""
    still_here = select(Export.id).where(Export.id == ResyncItem.export_id, Export.resync_id == resync.id)
    gone = (ResyncItem.queued(resync), ~still_here.correlate(ResyncItem).exists())
    words = "Skipped: somebody changed it meanwhile"
    changed(session, update(ResyncItem).where(*gone).values(state=ItemState.SKIPPED, words=words, ended_at=now))


def _put_back(session: Session, resync: Resync, now: datetime) -> None:
    in_wave = ResyncItem.queued(resync)
    moved = lifecycle.move_set(
        session,
        partial(lifecycle.with_ids, select(ResyncItem.export_id).where(in_wave)),
        (Export.resync_id == resync.id,),
        Status.PENDING,
        Status.FAILED,
        Cause.CANCELLED,
        now,
        actor=_actor(session, resync.cancelled_by_id),
        words="",
        resync_id=None,
    )
    words = "Cancelled before it was sent; it was taken out of the queue"
    cancelled = {"state": ItemState.CANCELLED, "words": words, "ended_at": now}
    changed(session, update(ResyncItem).where(in_wave, _was_moved_by(moved)).values(**cancelled))
    # These never left Failed, so that the log has no line of them.
    untouched = {**cancelled, "words": "Cancelled before its turn came; it was never queued"}
    changed(session, update(ResyncItem).where(ResyncItem.waiting(resync)).values(**untouched))


def _was_moved_by(moved: Moved) -> ColumnElement[bool]:
    """Whether the newest set move of an item's export is this one; looked up one by one: joined, PostgreSQL takes a set
    it has no statistics of for a single row and compares everything with everything.
    """
    newest = select(Export.operation).where(Export.id == ResyncItem.export_id)
    return newest.correlate(ResyncItem).scalar_subquery() == moved.operation


def _end(session: Session, resync: Resync, now: datetime) -> None:
    was_cancelled = resync.state is ResyncState.CANCELLING
    resync.state = ResyncState.CANCELLED if was_cancelled else ResyncState.DONE
    resync.ended_at = now
    resync.words = resync_progress.progress(session, resync, now).sentence
    session.flush()
    audit.note_act(
        session,
        resync.tenant_id,
        Act.RESYNC_ENDED,
        now,
        connection_id=resync.connection_id,
        reference=resync.label,
        words=resync.words,
        details={"resync": resync.id},
    )
