"""Attempts: stored before anything is sent, ended by exactly one outcome, which moves the export."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.db import changed
from dashboard.domain import audit, backoff, lifecycle, stored_postings
from dashboard.domain.leases import Lease
from dashboard.models import Attempt, Connection, Export, Original, Record, RecordOriginal
from dashboard.models.export import AttachmentState, AttemptState, Step
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode, Retry
from dashboard.vocabulary.postings import (
    Accepted,
    DocumentPosting,
    Exchange,
    LedgerState,
    Outcome,
    Refused,
    Unknown,
    Wait,
)
from dashboard.vocabulary.records import Trigger
from dashboard.vocabulary.statuses import Cause, Status


@dataclass(frozen=True)
class Ready:
    """An export that passed its checks, with what it sends and the mapping versions used."""

    export: Export
    posting: DocumentPosting
    versions: dict[str, int]


def begin(session: Session, lease: Lease, batch: Sequence[Ready], now: datetime) -> list[Attempt]:
    """Store one attempt per export and turn them to Sending, before anything leaves. In the order of the batch.

    An export that somebody moved meanwhile raises lifecycle.StaleMove: the caller takes the batch anew.
    """
    attempts = []
    for ready in batch:
        attempt = Attempt(
            tenant_id=ready.export.tenant_id,
            export_id=ready.export.id,
            step=Step.DOCUMENT,
            trigger=ready.export.trigger,
            epoch=lease.epoch,
            posting=stored_postings.stored(ready.posting),
            mapping_versions=ready.versions,
            begun_at=now,
        )
        session.add(attempt)
        attempts.append(attempt)
    session.flush()
    for ready, attempt in zip(batch, attempts, strict=True):
        lifecycle.move(
            session,
            ready.export,
            Status.SENDING,
            Cause.TAKEN,
            now,
            fence=lease.fence,
            attempt_id=attempt.id,
            tries=ready.export.tries + 1,
            next_try_at=None,
        )
    return attempts


def end(session: Session, attempt_id: int, outcome: Outcome, now: datetime, settles_after: timedelta) -> Status | None:
    """Record what came back and move the export accordingly; returns its status afterwards.

    The outcome of a try that is not the newest any more moves nothing. When it says that the document was booked, the
    export may be in the ledger twice: its entry in the log says so, for a person. None is returned then.
    """
    attempt = session.get_one(Attempt, attempt_id, with_for_update=True, populate_existing=True)
    export = session.get_one(Export, attempt.export_id, with_for_update=True, populate_existing=True)
    was_ended = attempt.state is not AttemptState.BEGUN
    if was_ended and not isinstance(outcome, (Accepted, Refused)):
        return export.status
    _close(attempt, outcome, now)
    if export.attempt_id != attempt.id:
        _note_superseded(session, export, attempt, outcome, now)
        return None
    export.answers += 0 if isinstance(outcome, Unknown) else 1
    session.flush()
    if export.status is not Status.SENDING:
        return _record_late(session, export, attempt, outcome, now)
    match outcome:
        case Accepted():
            _accept(session, export, attempt, outcome, Cause.ACCEPTED, now)
        case Refused():
            _refuse(session, export, attempt, outcome, now)
        case Wait():
            lifecycle.move(
                session,
                export,
                Status.PENDING,
                Cause.TOLD_TO_WAIT,
                now,
                words=outcome.words,
                outcome_of=attempt.id,
                tries=max(0, export.tries - 1),
                next_try_at=now + timedelta(seconds=outcome.seconds),
            )
        case Unknown():
            lifecycle.move(
                session,
                export,
                Status.CHECKING,
                Cause.NO_ANSWER,
                now,
                words=outcome.words,
                outcome_of=attempt.id,
                check_at=now + settles_after,
                absences=0,
            )
    return export.status


def hand_back(session: Session, attempt_id: int, words: str, now: datetime) -> None:
    """The batch never left: the attempt is closed as not sent and the export waits in Pending as before."""
    attempt = session.get_one(Attempt, attempt_id)
    export = session.get_one(Export, attempt.export_id, populate_existing=True)
    attempt.state, attempt.ended_at, attempt.error_words = AttemptState.NOT_SENT, now, words
    lifecycle.move(
        session,
        export,
        Status.PENDING,
        Cause.TOLD_TO_WAIT,
        now,
        words=words,
        outcome_of=attempt.id,
        tries=max(0, export.tries - 1),
    )


def strand(session: Session, lease: Lease, now: datetime, settles_after: timedelta) -> int:
    """Turn what a former holder left in Sending to Checking: whether it was booked is not known. Returns how many."""
    left = session.scalars(
        select(Export)
        .join(Attempt, Attempt.id == Export.attempt_id)
        .where(
            Export.connection_id == lease.connection_id,
            Export.status == Status.SENDING,
            Attempt.epoch < lease.epoch,
        )
        .order_by(Export.id)
        .limit(500)
    ).all()
    for export in left:
        attempt = session.get_one(Attempt, export.attempt_id)
        words = "The sender stopped before an answer came; it is looked up in the ledger before anything is sent again"
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


RUNNER_DIED = "runner-died"
"""Kept in Attempt.finding of an attempt whose own process died: its export may go on by itself when absent."""


def accept(
    session: Session,
    export: Export,
    cause: Cause,
    now: datetime,
    *,
    ledger_id: str,
    url: str,
    state: LedgerState,
    warnings: Sequence[str] = (),
    outcome_of: int | None = None,
    **said: Any,
) -> None:
    """Make the export Synced with the ledger's own id; the original follows as a step of its own when there is one."""
    lifecycle.move(
        session,
        export,
        Status.SYNCED,
        cause,
        now,
        outcome_of=outcome_of,
        ledger_id=ledger_id,
        ledger_url=url,
        ledger_state=state,
        warning="; ".join(warnings),
        attachment=AttachmentState.DUE if _has_original(session, export) else AttachmentState.NONE,
        is_urgent=False,
        **said,
    )


def _has_original(session: Session, export: Export) -> bool:
    """Whether a file of this one document alone is there to attach; a table of many documents is not attached."""
    own_file = (
        select(RecordOriginal.id)
        .join(Original, Original.id == RecordOriginal.original_id)
        .join(Connection, Connection.id == export.connection_id)
        .where(RecordOriginal.record_id == export.record_id, Original.documents == 1, Connection.attach_original)
    )
    return session.scalar(own_file.limit(1)) is not None


def _accept(session: Session, export: Export, attempt: Attempt, outcome: Accepted, cause: Cause, now: datetime) -> None:
    accept(
        session,
        export,
        cause,
        now,
        ledger_id=outcome.ledger_id,
        url=outcome.url,
        state=outcome.state,
        warnings=outcome.warnings,
        outcome_of=attempt.id,
    )


def _refuse(session: Session, export: Export, attempt: Attempt, outcome: Refused, now: datetime) -> None:
    first = outcome.faults[0]
    is_automatic = export.trigger is Trigger.AUTOMATIC
    again = backoff.next_try(export.tries, now) if is_automatic and first.code.retry is Retry.AGAIN else None
    if again is not None:
        lifecycle.move(
            session,
            export,
            Status.PENDING,
            Cause.TRIED_AGAIN,
            now,
            words=first.words,
            outcome_of=attempt.id,
            next_try_at=again,
        )
        return
    lifecycle.move(session, export, Status.FAILED, Cause.REFUSED, now, faults=outcome.faults, outcome_of=attempt.id)


def _close(attempt: Attempt, outcome: Outcome, now: datetime) -> None:
    exchange: Exchange = outcome.exchange
    attempt.ended_at = now
    attempt.method, attempt.address = exchange.method, exchange.address[:1000]
    attempt.request, attempt.response = exchange.request, exchange.response
    attempt.http_status, attempt.request_id = exchange.status, exchange.request_id
    match outcome:
        case Accepted():
            attempt.state = AttemptState.ACCEPTED
            attempt.error_code = attempt.error_words = ""
        case Refused(faults=faults):
            attempt.state, attempt.error_code = AttemptState.REFUSED, faults[0].code.value
            attempt.error_words = "; ".join(fault.words for fault in faults)
        case Wait(code=code, words=words):
            attempt.state, attempt.error_code, attempt.error_words = AttemptState.TOLD_TO_WAIT, code.value, words
        case Unknown(words=words):
            attempt.state, attempt.error_words = AttemptState.UNANSWERED, words


def _record_late(session: Session, export: Export, attempt: Attempt, outcome: Outcome, now: datetime) -> Status:
    """An answer after the export was given up for unanswered: the best evidence, while nothing newer was sent."""
    movable = (Status.CHECKING, Status.PENDING, Status.FAILED)
    if isinstance(outcome, Accepted) and export.status in movable:
        _accept(session, export, attempt, outcome, Cause.LATE_OUTCOME, now)
    elif isinstance(outcome, Refused) and export.status in (Status.CHECKING, Status.PENDING):
        lifecycle.move(
            session, export, Status.FAILED, Cause.LATE_OUTCOME, now, faults=outcome.faults, outcome_of=attempt.id
        )
    return export.status


def _note_superseded(session: Session, export: Export, attempt: Attempt, outcome: Outcome, now: datetime) -> None:
    reference = session.scalar(select(Record.number).where(Record.id == export.record_id)) or ""
    words = f"A late answer to an earlier try: {attempt.state.value.replace('-', ' ')}"
    if isinstance(outcome, Accepted):
        words = (
            f"An earlier try was booked after all (ledger id {outcome.ledger_id}) although the export was sent again: "
            "it may be in the ledger twice. Look there and void one."
        )
        changed(session, update(Export).where(Export.id == export.id).values(alarm=words))
    audit.note_export(
        session,
        export,
        reference,
        Act.EXPORT_OUTCOME,
        now,
        words=words,
        attempt_id=attempt.id,
        error_code=ErrorCode.DOUBLE_BOOKED if isinstance(outcome, Accepted) else None,
        details={"attempt": attempt.id},
    )
