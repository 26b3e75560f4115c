"""Possible duplicates: the same seller, kind, number and date stated differently. A person decides; nothing is sent.
And hints: the same but for a date that may be a slip, which keeps nothing from being sent."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, extract, literal_column, or_, select
from sqlalchemy.orm import Session

from dashboard.domain import archiving, audit, publishing, scope
from dashboard.domain.actors import Actor
from dashboard.domain.archiving import CannotArchive
from dashboard.domain.intake.same_bill import is_same_seller
from dashboard.models import Export, Record
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.statuses import IN_FLIGHT

DAYS_APART = 7
"""Within a week hardly anybody gives one number twice."""

_MOST_COMPARED = 50
_MOST_ALIKE = 3


class CannotDecide(Exception):
    """There is nothing to decide on this record, or not now; the message says why."""


def both_held(session: Session, tenant_id: int, record_id: int) -> Record:
    """The record, locked together with the one that it may be the same as: in the order in which everybody does. Raises
    NotFound.
    """
    record = scope.owned(session, Record, tenant_id, record_id)
    for each in sorted({record.id, record.duplicate_of_id or record.id}):
        scope.owned(session, Record, tenant_id, each, locked=True)
    return record


def other_of(session: Session, record: Record) -> Record | None:
    """The record that it may be the same as."""
    if not record.is_possible_duplicate or record.duplicate_of_id is None or record.archived_at is not None:
        return None
    query = select(Record).where(Record.tenant_id == record.tenant_id, Record.id == record.duplicate_of_id)
    return session.scalars(query).one_or_none()


def alike(session: Session, record: Record) -> list[Record]:
    """Other records of the same seller, kind and number whose date may be a slip of the same one; the newest first.

    That is a date at most DAYS_APART away, or the same day of another year. Only a hint: a supplier may begin its
    numbers anew every month or year. What has the very same date is a possible duplicate, decided on by a person.
    """
    if record.archived_at is not None:
        return []
    on, apart = record.issue_date, timedelta(days=DAYS_APART)
    same_day = and_(extract("month", Record.issue_date) == on.month, extract("day", Record.issue_date) == on.day)
    query = (
        select(Record)
        .where(
            Record.tenant_id == record.tenant_id,
            Record.normalised_number == record.normalised_number,
            Record.kind == record.kind,
            Record.issue_date != on,
            or_(Record.issue_date.between(on - apart, on + apart), same_day),
            Record.archived_at.is_(None),
        )
        .order_by(Record.id.desc())
        .limit(_MOST_COMPARED)
    )
    return [other for other in session.scalars(query) if is_same_seller(record, other)][:_MOST_ALIKE]


def undecided(tenant_id: int) -> Select[int]:
    """Ids of the organisation's records that nobody told apart from another yet: none of them is sent."""
    # Written as in the index: see records._is.
    is_possible_duplicate: ColumnElement[bool] = literal_column("record.is_possible_duplicate")
    return select(Record.id).where(Record.tenant_id == tenant_id, is_possible_duplicate, Record.archived_at.is_(None))


def later_ones(session: Session, record: Record) -> Sequence[Record]:
    """Records that came after it, may be the same, and are not decided on."""
    query = select(Record).where(
        Record.tenant_id == record.tenant_id,
        Record.duplicate_of_id == record.id,
        Record.is_possible_duplicate,
        Record.archived_at.is_(None),
    )
    return session.scalars(query.order_by(Record.id)).all()


def keep_both(session: Session, record: Record, actor: Actor, now: datetime) -> None:
    """It is another document: it may be approved and sent from now on. Raises CannotDecide."""
    _check(session, record)
    record.is_possible_duplicate = False
    if record.duplicate_of_id is not None:
        record.kept_apart = [*record.kept_apart, record.duplicate_of_id]
    _note(session, record, Act.RECORD_NOT_DUPLICATE, "A document of its own: both are kept", actor, now)
    publishing.release(session, record, actor, now)


def archive(session: Session, record: Record, actor: Actor, now: datetime) -> None:
    """It is the same document: this one is put away and never sent. Raises CannotDecide."""
    _check(session, record)
    _put_away(session, record, "The same document as another, which is kept", actor, now)


def archive_other(session: Session, record: Record, actor: Actor, now: datetime) -> None:
    """It is the same document, and this one is right: the other is put away, this one may be approved and sent.

    Both are held by the caller's locks. Raises CannotDecide, also while the other is in a ledger or on its way there.
    """
    _check(session, record)
    other = other_of(session, record)
    if other is None:
        raise CannotDecide(f"{record.number} has no other record beside it any more.")
    _put_away(session, other, f"The same document as {record.number} taken in again, which is kept", actor, now)
    # Restored, it is the one that has to be told apart from what was kept in its place.
    other.duplicate_of_id = record.id
    record.is_possible_duplicate = False
    _note(session, record, Act.RECORD_NOT_DUPLICATE, "The same document as another: this one is kept", actor, now)
    publishing.release(session, record, actor, now)


def _put_away(session: Session, record: Record, reason: str, actor: Actor, now: datetime) -> None:
    try:
        archiving.archive(session, record, reason, actor, now)
    except CannotArchive as refused:
        raise CannotDecide(str(refused)) from refused


def _check(session: Session, record: Record) -> None:
    """The record is held by the caller's lock."""
    if not record.is_possible_duplicate:
        raise CannotDecide(f"{record.number} was decided on already.")
    in_flight = select(Export.id).where(Export.record_id == record.id, Export.status.in_(IN_FLIGHT)).limit(1)
    if session.scalar(in_flight) is not None:
        raise CannotDecide(f"{record.number} is on its way to a ledger: wait until that has ended.")


def _note(session: Session, record: Record, act: Act, words: str, actor: Actor, now: datetime) -> None:
    session.flush()
    audit.note_act(
        session,
        record.tenant_id,
        act,
        now,
        actor=actor,
        reference=record.number,
        entity_type=record.kind,
        record_id=record.id,
        words=words,
        operation=secrets.token_hex(12),
    )
