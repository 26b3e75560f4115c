"""What a resync is made of: the set a person chose, frozen with its exact count and sums. Sending it is resync.py."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, case, func, insert, literal, select, update
from sqlalchemy.orm import Session

from dashboard.db import changed, one_of
from dashboard.domain import condition, export_filters, missing_mappings
from dashboard.domain.actors import Actor
from dashboard.domain.resync_causes import cause_of_export
from dashboard.domain.resync_choices import Choice, Matching, Offer, Offered, RestOf, Ticked
from dashboard.models import Connection, Export, Record, Resync, ResyncItem, StatusCount
from dashboard.models.connection import ConnectionState
from dashboard.models.resync import ItemState, ResyncState
from dashboard.vocabulary.statuses import Status

FIRST_OF_A_CAUSE = 3
SMALL = 25
"""A resync of up to this many is sent at once; of a larger one a few of every cause go first, never more than this."""
LAST_WAVE = 3
"""First a few of the causes, then a few of every other cause, then all that is left."""

ALARMED = "Skipped: it may be in the ledger twice; look at its record first"
UNDECIDED = "Skipped: it may be a duplicate; decide that first"
STALE = "Skipped: it was no longer failed as it was when chosen"


NOTHING_FAILED = "None of them is failed any more, so nothing was sent."


class EmptySelection(Exception):
    """Nothing that may be sent was chosen; the message says why, to a person."""


_PRESS = "."
"""Stands between the parts of a stored form token: the form's, what was chosen, and for which connection."""

_REMAINING = (ItemState.LEFT, ItemState.WAITING, ItemState.CANCELLED)


def freeze(
    session: Session, tenant_id: int, choice: Choice, form_token: str, actor: Actor, now: datetime
) -> list[Resync]:
    """Write down the exports that were chosen, a resync for each connection; nothing is sent yet.

    Ticked exports that changed since they were seen become skipped items; ids of others are counted in `left_out` of
    the first resync, and so is what was offered and is failed no more. The same choice with the same form token gives
    the same resyncs. Raises EmptySelection.
    """
    connections = _connections(session, tenant_id, choice)
    reason = NOTHING_FAILED
    digest = hashlib.sha256(choice.fingerprint.encode()).hexdigest()[:12]
    made = []
    for connection in connections:
        if connection.state is ConnectionState.DISCONNECTED:
            reason = f"{connection.provider.label} is disconnected, so nothing was sent; connect it first."
            continue
        session.execute(select(Connection.id).where(Connection.id == connection.id).with_for_update(key_share=True))
        token = f"{form_token[:30]}{_PRESS}{digest}{_PRESS}{connection.id}"
        same = select(Resync).where(Resync.tenant_id == tenant_id, Resync.form_token == token)
        try:
            made.append(session.scalars(same).one_or_none() or _freeze(session, connection, choice, token, actor, now))
        except EmptySelection as refused:
            reason = str(refused)
    if not made:
        raise EmptySelection(reason)
    if isinstance(choice, Ticked) and made[0].state is ResyncState.FROZEN:
        made[0].left_out = choice.boxes - sum(resync.total for resync in made)
        session.flush()
    if isinstance(choice, Offered) and made[0].state is ResyncState.FROZEN:
        made[0].left_out = max(0, choice.n - made[0].total)
        session.flush()
    return made


def frozen_with(session: Session, resync: Resync) -> list[Resync]:
    """What the same press froze for other connections and nobody confirmed yet."""
    press = resync.form_token.rpartition(_PRESS)[0]
    query = select(Resync).where(
        Resync.tenant_id == resync.tenant_id,
        Resync.form_token.startswith(f"{press}{_PRESS}", autoescape=True),
        Resync.state == ResyncState.FROZEN,
    )
    return list(session.scalars(query.order_by(Resync.id)))


def _connections(session: Session, tenant_id: int, choice: Choice) -> Sequence[Connection]:
    """The connections that the chosen exports go to, in id order: two presses take their locks in one order."""
    mine = select(Connection).where(Connection.tenant_id == tenant_id).order_by(Connection.id)
    match choice:
        case Ticked(ids=ids):
            to = select(Export.connection_id).where(Export.tenant_id == tenant_id, Export.id.in_(ids))
            return session.scalars(mine.where(Connection.id.in_(to))).all()
        case Matching(connections=connections):
            meant = [each.id for each in connections]
            failed = select(StatusCount.connection_id).where(
                StatusCount.tenant_id == tenant_id, StatusCount.status == Status.FAILED, StatusCount.n > 0
            )
            return session.scalars(mine.where(Connection.id.in_(meant), Connection.id.in_(failed))).all()
        case Offered(connection=connection):
            return session.scalars(mine.where(Connection.id == connection.id)).all()
        case RestOf(resync=earlier):
            return session.scalars(mine.where(Connection.id == earlier.connection_id)).all()


def _freeze(
    session: Session, connection: Connection, choice: Choice, token: str, actor: Actor, now: datetime
) -> Resync:
    """The frozen resync of one connection. Raises EmptySelection when nothing of it is left to send."""
    resync = Resync(
        tenant_id=connection.tenant_id,
        connection_id=connection.id,
        form_token=token,
        scope=choice.scope,
        created_by_id=actor.id,
        created_at=now,
    )
    with session.begin_nested():
        session.add(resync)
        session.flush()
        _write_items(session, resync, choice)
        items = select(ResyncItem.state, func.count()).where(ResyncItem.resync_id == resync.id)
        states = dict(session.execute(items.group_by(ResyncItem.state)).all())
        if ItemState.WAITING not in states:
            raise EmptySelection(_why_none(session, resync))
        resync.total = sum(states.values())
        if resync.total and not _is_anyway(choice):
            _send_a_few_first(session, resync, states[ItemState.WAITING])
        resync.sums = _sums(session, resync)
        session.flush()
    return resync


def _why_none(session: Session, resync: Resync) -> str:
    query = select(ResyncItem.words).where(ResyncItem.resync_id == resync.id, ResyncItem.words != STALE)
    said = session.scalars(query.distinct().order_by(ResyncItem.words)).all()
    return " ".join(f"{words.replace('Skipped', 'Nothing was sent')}." for words in said) or NOTHING_FAILED


def _write_items(session: Session, resync: Resync, choice: Choice) -> None:
    chosen, is_as_seen = _conditions(choice)
    # What may be in the ledger twice, or may be another record, is looked at by a person before it goes again.
    is_clear = and_(Export.alarm == "", ~Record.is_possible_duplicate)
    to_send = case((and_(Export.status == Status.FAILED, is_clear, *is_as_seen), 1), else_=0)
    cause = cause_of_export()
    found = (
        select(
            Export.id.label("export_id"),
            func.row_number().over(order_by=Export.id).label("position"),
            func.row_number().over(partition_by=(to_send, cause), order_by=Export.id).label("of_cause"),
            to_send.label("to_send"),
            cause.label("cause"),
            Export.failed_at.label("failed_at"),
            Export.alarm.label("alarm"),
            Record.is_possible_duplicate.label("is_undecided"),
        )
        .join(Record, Record.id == Export.record_id)
        .where(Export.tenant_id == resync.tenant_id, Export.connection_id == resync.connection_id, *chosen)
        .subquery()
    )
    in_waves = case((found.c.of_cause > FIRST_OF_A_CAUSE, LAST_WAVE), else_=2)
    state_type = ResyncItem.__table__.c.state.type
    state = case(
        (found.c.to_send == 1, literal(ItemState.WAITING, state_type)), else_=literal(ItemState.SKIPPED, state_type)
    )
    columns = {
        "resync_id": literal(resync.id),
        "export_id": found.c.export_id,
        "position": found.c.position,
        "wave": literal(1) if _is_anyway(choice) else in_waves,
        "state": state,
        "cause": found.c.cause,
        "failed_at": found.c.failed_at,
        "words": case(
            (found.c.to_send == 1, ""), (found.c.alarm != "", ALARMED), (found.c.is_undecided, UNDECIDED), else_=STALE
        ),
    }
    session.execute(insert(ResyncItem).from_select(list(columns), select(*columns.values())))


def _send_a_few_first(session: Session, resync: Resync, n: int) -> None:
    """Put a small set into the first wave; of a larger one a few of what tells the most."""
    items = update(ResyncItem).where(ResyncItem.resync_id == resync.id)
    if n > SMALL:
        # Of many causes one each goes before a second of any.
        of_cause = func.row_number().over(partition_by=ResyncItem.cause, order_by=ResyncItem.export_id)
        told = select(ResyncItem.export_id, of_cause.label("of_cause")).where(
            ResyncItem.resync_id == resync.id, ResyncItem.state == ItemState.WAITING, ResyncItem.wave < LAST_WAVE
        )
        some = told.subquery()
        few = select(some.c.export_id).order_by(some.c.of_cause, some.c.export_id).limit(SMALL)
        items = items.where(ResyncItem.export_id.in_(session.scalars(few).all()))
    changed(session, items.values(wave=1))


def _conditions(choice: Choice) -> tuple[list[ColumnElement[bool]], list[ColumnElement[bool]]]:
    """Which exports become items, and which of these are as they were seen: only those are sent."""
    failed = [Export.status == Status.FAILED]
    match choice:
        case Ticked(ids=ids, seen=seen):
            return [Export.id.in_(ids)], [] if seen is None else [Export.failed_at <= seen]
        case Matching(filters=filters):
            return [*failed, *export_filters.narrowing(filters)], []
        case Offered(connection=connection, seen=seen):
            return [*failed, Export.failed_at <= seen, _is_offered(choice, connection)], []
        case RestOf(resync=earlier):
            remaining = select(ResyncItem.export_id).where(
                ResyncItem.resync_id == earlier.id, ResyncItem.state_in(earlier).in_(_REMAINING)
            )
            return [*failed, Export.id.in_(remaining)], []


def _is_offered(choice: Offered, connection: Connection) -> ColumnElement[bool]:
    match choice.offer:
        case Offer.MENDED:
            return missing_mappings.is_mended_now(connection.id, choice.code, choice.subject)
        case Offer.MEANWHILE:
            return condition.failed_meanwhile(connection)


def _is_anyway(choice: Choice) -> bool:
    """Whether a person saw the first ones fail again and wants the rest sent all the same."""
    return isinstance(choice, RestOf) and choice.resync.state is ResyncState.DONE


def _sums(session: Session, resync: Resync) -> dict[str, dict[str, str]]:
    """What is to be sent, by kind and currency."""
    items = select(ResyncItem.export_id).where(ResyncItem.waiting(resync))
    rows = session.execute(
        select(Record.kind, Record.currency, func.sum(Record.total))
        .join(Export, Export.record_id == Record.id)
        .where(one_of(Export.id, items.scalar_subquery()))
        .group_by(Record.kind, Record.currency)
        .order_by(Record.currency)
    )
    found: dict[str, dict[str, str]] = {}
    for kind, currency, total in rows:
        found.setdefault(kind.value, {})[currency] = _written(total)
    return found


def _written(total: Decimal) -> str:
    places = max(2, -int(total.as_tuple().exponent))
    return f"{total:.{places}f}"
