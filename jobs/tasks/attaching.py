"""Attaching: the original follows its document as a step of its own; when it is refused the document stays Synced."""

from sqlalchemy import select
from sqlalchemy.orm import undefer

from dashboard.db import writing
from dashboard.domain import attachments, attempts, audit
from dashboard.domain.leases import attachment_due
from dashboard.models import Attempt, Export, Original, Record, RecordOriginal
from dashboard.models.export import AttachmentState, AttemptState, Step
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import (
    Accepted,
    AttachmentPosting,
    Exchange,
    Fault,
    Outcome,
    ProviderError,
    Refused,
    Unknown,
    Wait,
)
from jobs.tasks.holding import Holding

TRIES = 5
AGAIN_AFTER = 2
"""Minutes after the first try that had no answer; each further wait is as much longer."""


def attach_next(holding: Holding) -> bool:
    """Attach one original; False when none is due. Raises ProviderError when the connection must wait.

    Sending it again is harmless: a ledger replaces an attachment of the same name.
    """
    session = holding.session
    session.rollback()
    query = select(Export).where(Export.connection_id == holding.connection.id, *attachment_due(holding.clock()))
    export = session.scalars(query.order_by(Export.id).limit(1)).one_or_none()
    if export is None:
        return False
    original = session.execute(
        select(Original, RecordOriginal.file_name, Record.number)
        .join(RecordOriginal, RecordOriginal.original_id == Original.id)
        .join(Record, Record.id == RecordOriginal.record_id)
        .where(RecordOriginal.record_id == export.record_id, Original.documents == 1)
        .order_by(RecordOriginal.id)
        .limit(1)
        .options(undefer(Original.content))
    ).one_or_none()
    if original is None:
        with writing(session):
            export.attachment = AttachmentState.NONE
        return True
    file, name, reference = original
    posting = AttachmentPosting(export.key, export.kind, export.ledger_id, name, file.media_type, file.content)
    holding.gate.take_turn()
    with writing(session):
        attempt = Attempt(
            tenant_id=export.tenant_id,
            export_id=export.id,
            step=Step.ATTACHMENT,
            trigger=export.trigger,
            epoch=holding.lease.epoch,
            posting={"file_name": name, "sha256": file.sha256, "ledger_id": export.ledger_id},
            begun_at=holding.clock(),
        )
        session.add(attempt)
        session.flush()
    outcome: Outcome
    try:
        (outcome,) = holding.connector.push([posting])
    except ProviderError as fault:
        if fault.code is not ErrorCode.SCOPE_MISSING:
            with writing(session):
                attempt.state, attempt.ended_at = AttemptState.NOT_SENT, holding.clock()
                attempt.error_code, attempt.error_words = fault.code.value, fault.words
                session.flush()
                said = f"The original was not sent and goes later: {fault.words or fault.code.value}"
                _note_delay(holding, export, attempt, reference, said)
            raise
        # The right to attach is one of its own: documents go on without it.
        words = fault.words or "the right to attach files is missing"
        outcome = Refused((Fault(fault.code, "", words),), Exchange("PUT", "", "", None, words))
    with writing(session):
        _end(holding, attempt.id, outcome, reference)
    if isinstance(outcome, Wait):
        raise ProviderError(outcome.code, words=outcome.words, retry_after=outcome.seconds)
    return True


def _end(holding: Holding, attempt_id: int, outcome: Outcome, reference: str) -> None:
    session, now = holding.session, holding.clock()
    export, attempt = attempts.locked(session, attempt_id)
    exchange = outcome.exchange
    attempt.ended_at, attempt.http_status, attempt.request_id = now, exchange.status, exchange.request_id
    attempt.method, attempt.address = exchange.method, exchange.address
    attempt.request, attempt.response = exchange.request, exchange.response
    match outcome:
        case Accepted():
            attempt.state = AttemptState.ACCEPTED
        case Refused(faults=faults):
            attempt.state, attempt.error_code = AttemptState.REFUSED, faults[0].code.value
            attempt.error_words = "; ".join(fault.words for fault in faults)
        case Wait(code=code, words=told):
            attempt.state, attempt.error_code, attempt.error_words = AttemptState.TOLD_TO_WAIT, code.value, told
        case Unknown(words=told):
            attempt.state, attempt.error_words = AttemptState.UNANSWERED, told
    session.flush()
    if export.attachment is not AttachmentState.DUE:
        # Another holder has ended it meanwhile: an answer as late as that is recorded and changes nothing.
        words = f"A late answer to an earlier try to attach the original: {attempt.state.value.replace('-', ' ')}"
    elif isinstance(outcome, Wait):
        said = f"The original waits and is sent later: {outcome.words or outcome.code.value}"
        _note_delay(holding, export, attempt, reference, said)
        return
    else:
        words = _settle(holding, export, attempt, outcome)
    session.flush()
    audit.note_export(session, export, reference, Act.ATTACHMENT_OUTCOME, now, words=words, attempt_id=attempt.id)


def _settle(holding: Holding, export: Export, attempt: Attempt, outcome: Accepted | Refused | Unknown) -> str:
    """What becomes of the original, in words for the log."""
    match outcome:
        case Accepted():
            export.attachment = AttachmentState.DONE
            return "The original is attached"
        case Refused():
            export.attachment = AttachmentState.REFUSED
            export.warning = attachments.warned(export, attempt.error_words)
            return f"{attachments.NOT_ATTACHED}: {attempt.error_words}"
        case Unknown():
            return _after_silence(export, holding)


def _note_delay(holding: Holding, export: Export, attempt: Attempt, reference: str, words: str) -> None:
    """Log that the original goes later; the same delay again and again is logged once."""
    session = holding.session
    last = session.scalars(
        select(Attempt)
        .where(Attempt.export_id == export.id, Attempt.step == Step.ATTACHMENT, Attempt.id < attempt.id)
        .order_by(Attempt.id.desc())
        .limit(1)
    ).one_or_none()
    if last is not None and (last.state, last.error_code) == (attempt.state, attempt.error_code):
        return
    now = holding.clock()
    audit.note_export(session, export, reference, Act.ATTACHMENT_OUTCOME, now, words=words, attempt_id=attempt.id)


def _after_silence(export: Export, holding: Holding) -> str:
    export.attachment_tries += 1
    if export.attachment_tries >= TRIES:
        export.attachment = AttachmentState.REFUSED
        silence = "the ledger did not answer"
        export.warning = attachments.warned(export, silence)
        return f"{attachments.NOT_ATTACHED}: {silence}"
    export.attachment_not_before = holding.clock() + holding.timing.retry_minute * AGAIN_AFTER * export.attachment_tries
    return "No answer to the attachment; it is sent again"
