"""Putting records away and taking them back. An archived record is in no list but its own and is never sent."""

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.domain import audit, counts, lifecycle, publishing, resolving, twins
from dashboard.domain.actors import Actor
from dashboard.models import Connection, Export, Record
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.statuses import IN_FLIGHT, Cause, Status

LONGEST_REASON = 500
ARCHIVED = "archived"
"""The resolution of an export that failed, and whose record was archived since: a restored record has it back."""
ARCHIVED_ON_HOLD = "archived-on-hold"
"""The same of an export that was On Hold."""


class CannotArchive(Exception):
    """The record cannot be archived or restored now; the message says why."""


class BadReason(Exception):
    """The reason is missing or too long; the message is for its field."""


def why_not_archivable(session: Session, record: Record) -> str:
    """Why the record cannot be archived now, as a sentence; "" when it can."""
    if record.archived_at is not None:
        return f"{record.number} is archived already."
    query = select(Export, Connection).join(Connection, Connection.id == Export.connection_id)
    for export, connection in session.execute(query.where(Export.record_id == record.id).order_by(Export.id)):
        label = connection.provider.label
        if export.status in IN_FLIGHT:
            return f"{record.number} is on its way to {label}: wait until that has ended."
        if export.alarm:
            return f"{record.number} may be in {label} twice: look there first."
        if is_in_ledger(export):
            return f"{record.number} is in {label}: what is booked is not archived."
    return ""


def is_in_ledger(export: Export) -> bool:
    """Whether the ledger has it, sent by us or by a person's word, and books it still."""
    if export.is_gone:
        return False
    return export.status is Status.SYNCED or (
        export.status is Status.RESOLVED
        and export.resolution in (resolving.Way.IN_LEDGER.value, resolving.Way.BY_HAND.value)
    )


def archive(session: Session, record: Record, reason: str, actor: Actor, now: datetime) -> None:
    """Put the record away; what failed or was held of it no longer counts as such. The caller holds the record's lock.

    Raises CannotArchive, BadReason.
    """
    refusal = why_not_archivable(session, record)
    if refusal:
        raise CannotArchive(refusal)
    said = reason.strip()
    if not said:
        raise BadReason("Say why it is archived.")
    if len(said) > LONGEST_REASON:
        raise BadReason(f"At most {LONGEST_REASON} characters.")
    words = f"Archived: {said}"
    record.archived_at = now
    record.is_possible_duplicate = False
    _note(session, record, Act.RECORD_ARCHIVED, words, actor, now)
    with counts.together(session):
        for status, resolution in ((Status.FAILED, ARCHIVED), (Status.ON_HOLD, ARCHIVED_ON_HOLD)):
            for export in _held(session, record, status):
                lifecycle.move(
                    session,
                    export,
                    Status.RESOLVED,
                    Cause.RESOLVED,
                    now,
                    actor=actor,
                    words=words,
                    resolution=resolution,
                    resolution_note=words,
                    is_urgent=False,
                )


def restore(session: Session, record: Record, actor: Actor, now: datetime) -> None:
    """Take the record back as it was. One that may be the same as another that is not archived has to be decided anew,
    unless a person said before that both are kept.

    What was held stays so only while something holds it. The record is held by the caller's lock. Raises CannotArchive.
    """
    if record.archived_at is None:
        raise CannotArchive(f"{record.number} is not archived.")
    record.archived_at = None
    record.is_possible_duplicate = _has_a_twin(session, record)
    _note(session, record, Act.RECORD_RESTORED, "Restored", actor, now)
    with counts.together(session):
        for export in _held(session, record, Status.RESOLVED):
            if export.resolution == ARCHIVED:
                resolving.reopen(session, record, export, actor, now)
            elif export.resolution == ARCHIVED_ON_HOLD:
                _hold_again(session, export, actor, now)
        publishing.release(session, record, actor, now)


def _hold_again(session: Session, export: Export, actor: Actor, now: datetime) -> None:
    lifecycle.move(
        session,
        export,
        Status.ON_HOLD,
        Cause.REOPENED,
        now,
        actor=actor,
        words="Restored: held as before",
        resolution="",
        resolution_note="",
    )


def _has_a_twin(session: Session, record: Record) -> bool:
    beside = (
        Record.tenant_id == record.tenant_id,
        Record.id == record.duplicate_of_id,
        Record.archived_at.is_(None),
    )
    other = session.scalars(select(Record).where(*beside)).one_or_none()
    return other is not None and not twins.are_kept_apart(record, other)


def _held(session: Session, record: Record, status: Status) -> list[Export]:
    query = select(Export).where(Export.record_id == record.id, Export.status == status).order_by(Export.id)
    return list(session.scalars(query.with_for_update(key_share=True).execution_options(populate_existing=True)))


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
