"""Distrust: after a restored backup, whatever may have been sent since is looked up before anything is sent.

The ledgers went on while the database went back: an export that is Pending, Failed or Ready here may be booked there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import Session

from dashboard.db import changed
from dashboard.domain import audit, counts, lifecycle, stored_postings
from dashboard.domain.actors import Actor
from dashboard.domain.attempts import Ready
from dashboard.domain.leases import Lease
from dashboard.models import Attempt, Connection, Export
from dashboard.models.export import AttemptState, Step
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.days import day
from dashboard.vocabulary.providers import Provider, Timing
from dashboard.vocabulary.statuses import Cause, Status

RESTORED = "restored"
"""Kept in Attempt.finding of a try that was perhaps made in the time that was lost: absent, its export goes on."""


@dataclass(frozen=True)
class Distrusted:
    """How many exports are looked up before they are sent, and how many of them at once, since they failed before."""

    exports: int
    compared: int


def since(
    session: Session, moment: datetime, timings: Mapping[Provider, Timing], actor: Actor, now: datetime
) -> Distrusted:
    """Mark what may have been sent after `moment` (aware UTC), by when the backup was made; no runner may run yet.

    Nothing is looked up earlier than the provider's settles_after from `now`: what the lost installation sent last may
    still be about to be booked. Raises ValueError for a moment that is still to come.
    """
    if moment > now:
        raise ValueError("the moment lies in the future")
    exports = compared = 0
    for connection in session.scalars(select(Connection).order_by(Connection.id)).all():
        mine = and_(Export.tenant_id == connection.tenant_id, Export.connection_id == connection.id)
        settled = now + timings[connection.provider].settles_after
        marked = changed(session, update(Export).where(mine, Export.status != Status.SYNCED).values(distrusted_at=now))
        looked_up = {"check_at": settled, "absences": 0}
        changed(session, update(Export).where(mine, Export.status == Status.CHECKING).values(**looked_up))
        # A failed one that was sent once is compared with what the ledger holds by now: see comparing.py.
        failed = (mine, Export.status == Status.FAILED, Export.attempt_id.is_not(None))
        again = changed(session, update(Export).where(*failed).values(next_try_at=settled, absences=0))
        exports, compared = exports + marked, compared + again
        if connection.changes_asked_at is not None:
            connection.changes_asked_at = min(connection.changes_asked_at, moment)
        audit.note_act(
            session,
            connection.tenant_id,
            Act.ORGANISATION_RESTORED,
            now,
            actor=actor,
            connection_id=connection.id,
            reference=connection.company_name,
            words=(
                f"The database was restored from a backup of {day(moment)} {moment:%H:%M} UTC. {marked} exports that "
                f"may have been sent since are looked up in {connection.provider.label} before anything is sent"
            ),
            details={"since": moment.isoformat()},
        )
    return Distrusted(exports, compared)


def doubt(session: Session, lease: Lease, ready: Sequence[Ready], now: datetime, settles_after: timedelta) -> None:
    """Turn restored exports that are about to be sent to Checking, as if this was sent in the time that was lost.

    Raises lifecycle.StaleMove when one was moved meanwhile, or the lease was lost.
    """
    words = "Restored from a backup: whether it was sent since is looked up before it is sent"
    tries = [
        Attempt(
            tenant_id=each.export.tenant_id,
            export_id=each.export.id,
            step=Step.DOCUMENT,
            state=AttemptState.UNANSWERED,
            trigger=each.export.trigger,
            epoch=lease.epoch,
            posting=stored_postings.stored(each.posting),
            mapping_versions=each.versions,
            begun_at=now,
            ended_at=now,
            error_words=words,
            finding=RESTORED,
        )
        for each in ready
    ]
    session.add_all(tries)
    session.flush()
    with counts.together(session):
        for each, attempt in zip(ready, tries, strict=True):
            export = each.export
            lifecycle.move(
                session,
                export,
                Status.CHECKING,
                Cause.RESTORED,
                now,
                words=words,
                fence=lease.fence,
                outcome_of=attempt.id,
                attempt_id=attempt.id,
                tries=export.tries + 1,
                check_at=max(now, (export.distrusted_at or now) + settles_after),
                next_try_at=None,
                absences=0,
            )


def waiting(session: Session, connection_id: int) -> int:
    """How many exports of the connection are still to be looked up."""
    marked = (Export.connection_id == connection_id, Export.distrusted_at.is_not(None))
    return session.scalar(select(func.count()).where(*marked)) or 0
