"""Outcomes: every attempt is ended by exactly one, which moves the export; and what a late one still may do."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.db import changed
from dashboard.domain import attempts, audit, backoff, claims, lifecycle
from dashboard.domain.lifecycle import DocumentTaken
from dashboard.models import Attempt, Export, Record
from dashboard.models.export import AttemptState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode, Retry
from dashboard.vocabulary.postings import Accepted, Exchange, Fault, Outcome, Refused, Unknown, Wait
from dashboard.vocabulary.providers import Timing
from dashboard.vocabulary.records import Trigger
from dashboard.vocabulary.statuses import Cause, Status


def end(session: Session, attempt_id: int, outcome: Outcome, now: datetime, timing: Timing) -> Status | None:
    """Record what came back and move the export accordingly; returns its status afterwards.

    The outcome of a try that is not the newest any more moves nothing, unless it says that the document was booked and
    nothing was since. Where the newest may be booked too, the export may be in the ledger twice: its entry in the log
    says so, for a person. None is returned for a try that is not the newest.
    """
    export, attempt = attempts.locked(session, attempt_id)
    was_ended = attempt.state is not AttemptState.BEGUN
    if was_ended and not isinstance(outcome, (Accepted, Refused)):
        return export.status
    _close(attempt, outcome, now)
    if export.attempt_id != attempt.id:
        _note_superseded(session, export, attempt, outcome, now)
        return None
    # An error that says nothing of the document is an answer too: the provider gives it again under the same
    # idempotency value. Not so being told to wait: should it have been booked all the same, the same value brings the
    # answer that was due.
    is_to_wait = isinstance(outcome, Wait) and not _was_its_one_try(export, outcome)
    export.answers += 0 if outcome.exchange.status is None or is_to_wait else 1
    session.flush()
    if export.status is not Status.SENDING:
        return _record_late(session, export, attempt, outcome, now)
    match outcome:
        case Accepted():
            try:
                _accept(session, export, attempt, outcome, Cause.ACCEPTED, now)
            except DocumentTaken:
                doubtful = Unknown(_whose(session, export, outcome), outcome.exchange)
                _close(attempt, doubtful, now)
                session.flush()
                _doubt(session, export, attempt, doubtful, now, timing)
        case Refused():
            _refuse(session, export, attempt, outcome, now, timing)
        case Wait() if _was_its_one_try(export, outcome):
            fault = Fault(outcome.code, "", outcome.words)
            _fail(session, export, attempt, (fault,), now)
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
            _doubt(session, export, attempt, outcome, now, timing)
    return export.status


def _accept(session: Session, export: Export, attempt: Attempt, outcome: Accepted, cause: Cause, now: datetime) -> None:
    attempts.accept(
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


def _doubt(session: Session, export: Export, attempt: Attempt, outcome: Unknown, now: datetime, timing: Timing) -> None:
    lifecycle.move(
        session,
        export,
        Status.CHECKING,
        Cause.NO_ANSWER,
        now,
        words=f"No clear answer; it is looked up before anything is sent again ({outcome.words})",
        outcome_of=attempt.id,
        check_at=now + timing.settles_after,
        absences=0,
    )


def _accept_late(session: Session, export: Export, attempt: Attempt, outcome: Accepted, now: datetime) -> None:
    try:
        _accept(session, export, attempt, outcome, Cause.LATE_OUTCOME, now)
    except DocumentTaken:
        words = f"A late answer cannot be true: {_whose(session, export, outcome)}. Look in the ledger for both."
        _raise_alarm(session, export, attempt, words, now)


def _whose(session: Session, export: Export, outcome: Accepted) -> str:
    """What is wrong with an answer that names the document of another record."""
    other = claims.other_record(session, export, outcome.ledger_id)
    return f"it was answered with document {outcome.ledger_id}, which stands for {other} here"


def _refuse(
    session: Session, export: Export, attempt: Attempt, outcome: Refused, now: datetime, timing: Timing
) -> None:
    first = outcome.faults[0]
    may_go_again = export.trigger is Trigger.AUTOMATIC and first.code.retry is Retry.AGAIN
    again = backoff.next_try(export.tries, now, timing.retry_minute) if may_go_again else None
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
    _fail(session, export, attempt, outcome.faults, now)


def _was_its_one_try(export: Export, outcome: Wait) -> bool:
    """What a person sent is sent once. At a limit it waits, and so it does when the outage was known before; but this
    one was sent, and the ledger answered that it is out of service."""
    is_answered = outcome.exchange.status is not None
    return export.trigger is Trigger.MANUAL and outcome.code is ErrorCode.PROVIDER_DOWN and is_answered


def _fail(session: Session, export: Export, attempt: Attempt, faults: Sequence[Fault], now: datetime) -> None:
    is_taken = any(fault.code is ErrorCode.NUMBER_EXISTS for fault in faults)
    lifecycle.move(
        session,
        export,
        Status.FAILED,
        Cause.REFUSED,
        now,
        faults=faults,
        outcome_of=attempt.id,
        is_urgent=False,
        # What stands under the number is looked up as soon as may be, by whoever holds the connection then.
        next_try_at=now if is_taken else None,
        absences=0,
        found=None,
    )


def _close(attempt: Attempt, outcome: Outcome, now: datetime) -> None:
    exchange: Exchange = outcome.exchange
    attempt.ended_at = now
    attempt.method, attempt.address = exchange.method, exchange.address
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
        _accept_late(session, export, attempt, outcome, now)
    elif isinstance(outcome, Refused) and export.status in (Status.CHECKING, Status.PENDING):
        lifecycle.move(
            session, export, Status.FAILED, Cause.LATE_OUTCOME, now, faults=outcome.faults, outcome_of=attempt.id
        )
    elif isinstance(outcome, Accepted) and export.ledger_id != outcome.ledger_id:
        stood = f"found in the ledger as {export.ledger_id}" if export.ledger_id else "resolved without sending it"
        words = (
            f"It was {stood}, and a late answer says that it was booked as {outcome.ledger_id}: "
            "it may be in the ledger twice. Look there and void one."
        )
        _raise_alarm(session, export, attempt, words, now)
    return export.status


def _note_superseded(session: Session, export: Export, attempt: Attempt, outcome: Outcome, now: datetime) -> None:
    is_waiting = export.status in (Status.PENDING, Status.FAILED)
    if isinstance(outcome, Accepted) and is_waiting and _is_known_unbooked(session, export):
        # What was sent since is not in the ledger, and would be if it were sent once more.
        _accept_late(session, export, attempt, outcome, now)
        return
    if isinstance(outcome, Accepted) and outcome.ledger_id != export.ledger_id:
        words = (
            f"An earlier try was booked after all (ledger id {outcome.ledger_id}) although the export was sent again: "
            "it may be in the ledger twice. Look there and void one."
        )
        _raise_alarm(session, export, attempt, words, now)
        return
    words = f"A late answer to an earlier try: {attempt.state.value.replace('-', ' ')}"
    audit.note_export(
        session,
        export,
        _reference(session, export),
        Act.EXPORT_OUTCOME,
        now,
        words=words,
        attempt_id=attempt.id,
        details={"attempt": attempt.id},
    )


def _is_known_unbooked(session: Session, export: Export) -> bool:
    """Whether the newest try booked nothing for certain: it was answered so, never left, or was looked up as absent."""
    newest = session.get_one(Attempt, export.attempt_id)
    if newest.state in (AttemptState.REFUSED, AttemptState.TOLD_TO_WAIT, AttemptState.NOT_SENT):
        return True
    return export.status is Status.PENDING or export.error_code == ErrorCode.NOT_IN_LEDGER.value


def _raise_alarm(session: Session, export: Export, attempt: Attempt, words: str, now: datetime) -> None:
    """Say that it may be in the ledger twice; it stays said until a person looked."""
    changed(session, update(Export).where(Export.id == export.id).values(alarm=words))
    audit.note_export(
        session,
        export,
        _reference(session, export),
        Act.EXPORT_OUTCOME,
        now,
        words=words,
        attempt_id=attempt.id,
        error_code=ErrorCode.DOUBLE_BOOKED,
        details={"attempt": attempt.id},
    )


def _reference(session: Session, export: Export) -> str:
    return session.scalar(select(Record.number).where(Record.id == export.record_id)) or ""
