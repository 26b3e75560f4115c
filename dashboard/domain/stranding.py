"""Stranding: what a former holder left unfinished is closed as unanswered, and looked up before anything is sent."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.domain import audit, counts, lifecycle
from dashboard.domain.leases import Lease
from dashboard.models import Attempt, Export, Record
from dashboard.models.export import AttemptState, Step
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.statuses import Cause, Status

RUNNER_DIED = "runner-died"
"""Kept in Attempt.finding of an attempt whose own process died: its export may go on by itself when absent."""

_AT_ONCE = 500


def strand(session: Session, lease: Lease, now: datetime, settles_after: timedelta) -> int:
    """Turn what a former holder left in Sending to Checking: whether it was booked is not known. Returns how many.

    Raises lifecycle.StaleMove when the lease was lost.
    """
    _end_attachments(session, lease, now)
    left = session.scalars(
        select(Export)
        .join(Attempt, Attempt.id == Export.attempt_id)
        .where(
            lifecycle.of_connection(lease.tenant_id, lease.connection_id, Status.SENDING),
            Attempt.epoch < lease.epoch,
        )
        .order_by(Export.id)
        .limit(_AT_ONCE)
        # A holder that was only slow may be storing its outcomes at this moment; they count.
        .with_for_update(of=Export)
        .execution_options(populate_existing=True)
    ).all()
    words = "The sender stopped before an answer came; it is looked up in the ledger before anything is sent again"
    with counts.together(session):
        for export in left:
            attempt = session.get_one(Attempt, export.attempt_id)
            attempt.state, attempt.ended_at, attempt.error_words = AttemptState.UNANSWERED, now, words
            attempt.finding = RUNNER_DIED
            lifecycle.move(
                session,
                export,
                Status.CHECKING,
                Cause.RUNNER_DIED,
                now,
                words=words,
                fence=lease.fence,
                outcome_of=attempt.id,
                check_at=now + settles_after,
                absences=0,
            )
    return len(left)


def _end_attachments(session: Session, lease: Lease, now: datetime) -> None:
    """The file is simply sent again: the ledger replaces one of the same name."""
    words = "The sender stopped before an answer came; the original is sent again"
    left = session.execute(
        select(Attempt, Export, Record.number)
        .join(Export, Export.id == Attempt.export_id)
        .join(Record, Record.id == Export.record_id)
        .where(
            Attempt.state == AttemptState.BEGUN,
            Attempt.step == Step.ATTACHMENT,
            Attempt.epoch < lease.epoch,
            Export.connection_id == lease.connection_id,
        )
        .order_by(Attempt.id)
        .limit(_AT_ONCE)
        .with_for_update(of=Attempt)
        .execution_options(populate_existing=True)
    )
    for attempt, export, reference in left.all():
        attempt.state, attempt.ended_at, attempt.error_words = AttemptState.UNANSWERED, now, words
        session.flush()
        audit.note_export(session, export, reference, Act.ATTACHMENT_OUTCOME, now, words=words, attempt_id=attempt.id)
