"""Attempts: stored before anything is sent, handed back when nothing left. What came back is outcomes.py."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.db import changed
from dashboard.domain import counts, lifecycle, stored_postings
from dashboard.domain.leases import Lease
from dashboard.models import Attempt, Connection, Export, Original, Record, RecordOriginal
from dashboard.models.export import AttachmentState, AttemptState, Step
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import DocumentPosting, Fault, LedgerState
from dashboard.vocabulary.records import Payment
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
    with counts.together(session):
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


def hand_back(session: Session, attempt_id: int, words: str, now: datetime) -> None:
    """The batch never left: the attempt is closed as not sent and the export waits in Pending as before.

    Nothing happens to an export that another holder has turned to Checking meanwhile: it is looked up.
    """
    export, attempt = locked(session, attempt_id)
    if export.status is not Status.SENDING or export.attempt_id != attempt.id:
        return
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


def accept(
    session: Session,
    export: Export,
    cause: Cause,
    now: datetime,
    *,
    ledger_id: str,
    url: str,
    state: LedgerState | None,
    warnings: Sequence[str] = (),
    outcome_of: int | None = None,
    words: str = "",
    **further: Any,
) -> None:
    """Make the export Synced with the ledger's own id; the original follows as a step of its own when there is one.

    One that is paid there already makes its record paid. Raises lifecycle.DocumentTaken where another export stands for
    that document.
    """
    if state is LedgerState.PAID:
        changed(session, update(Record).where(Record.id == export.record_id).values(payment=Payment.PAID))
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
        words=words or ("Accepted" if state is None else f"Accepted as {state.label.lower()}"),
        **further,
    )


def twice_fault(export: Export) -> Fault:
    """Why an export with an alarm is not sent by anybody before a person looked."""
    return Fault(ErrorCode.DOUBLE_BOOKED, "", export.alarm)


def hold_records(session: Session, ids: Collection[int]) -> None:
    """Hold these records until the transaction ends, in the order of their ids. Records come before their exports, by
    everybody who holds both: whoever ends several attempts in one transaction holds all their records first."""
    query = select(Record.id).where(Record.id.in_(ids)).order_by(Record.id)
    session.execute(query.with_for_update(key_share=True)).all()


def locked(session: Session, attempt_id: int) -> tuple[Export, Attempt]:
    """Export and attempt as they are now, held in this order by everybody who changes both, behind their record."""
    whose = select(Export.id, Export.record_id).join(Attempt, Attempt.export_id == Export.id)
    export_id, record_id = session.execute(whose.where(Attempt.id == attempt_id)).one()
    hold_records(session, [record_id])
    export = session.get_one(Export, export_id, with_for_update=True, populate_existing=True)
    attempt = session.get_one(Attempt, attempt_id, with_for_update=True, populate_existing=True)
    return export, attempt


def _has_original(session: Session, export: Export) -> bool:
    """Whether a file of this one document alone is there to attach; a table of many documents is not attached."""
    own_file = (
        select(RecordOriginal.id)
        .join(Original, Original.id == RecordOriginal.original_id)
        .join(Connection, Connection.id == export.connection_id)
        .where(RecordOriginal.record_id == export.record_id, Original.documents == 1, Connection.attach_original)
    )
    return session.scalar(own_file.limit(1)) is not None
