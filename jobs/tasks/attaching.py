"""Attaching: the original follows its document as a step of its own; when it is refused the document stays Synced."""

from sqlalchemy import select
from sqlalchemy.orm import undefer

from dashboard.db import writing
from dashboard.domain import attachments, audit
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
    now = holding.clock()
    query = select(Export).where(Export.connection_id == holding.connection.id, *attachment_due(now))
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
            begun_at=now,
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
        _end(holding, export, attempt, outcome, reference)
    if isinstance(outcome, Wait):
        raise ProviderError(outcome.code, words=outcome.words, retry_after=outcome.seconds)
    return True


def _end(
    holding: Holding,
    export: Export,
    attempt: Attempt,
    outcome: Outcome,
    reference: str,
) -> None:
    session, now = holding.session, holding.clock()
    exchange = outcome.exchange
    attempt.ended_at, attempt.http_status, attempt.request_id = now, exchange.status, exchange.request_id
    attempt.method, attempt.address = exchange.method, exchange.address[:1000]
    attempt.request, attempt.response = exchange.request, exchange.response
    session.refresh(export)
    match outcome:
        case Accepted():
            attempt.state = AttemptState.ACCEPTED
            export.attachment = AttachmentState.DONE
            words = "The original is attached"
        case Refused(faults=faults):
            attempt.state, attempt.error_code = AttemptState.REFUSED, faults[0].code.value
            attempt.error_words = "; ".join(fault.words for fault in faults)
            export.attachment = AttachmentState.REFUSED
            words = f"{attachments.NOT_ATTACHED}: {attempt.error_words}"
            export.warning = attachments.warned(export, attempt.error_words)
        case Wait(code=code, words=told):
            attempt.state, attempt.error_code, attempt.error_words = AttemptState.TOLD_TO_WAIT, code.value, told
            session.flush()
            said = f"The original waits and is sent later: {told or code.value}"
            _note_delay(holding, export, attempt, reference, said)
            return
        case Unknown(words=told):
            attempt.state, attempt.error_words = AttemptState.UNANSWERED, told
            words = _after_silence(export, holding)
    session.flush()
    audit.note_export(session, export, reference, Act.ATTACHMENT_OUTCOME, now, words=words, attempt_id=attempt.id)


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
