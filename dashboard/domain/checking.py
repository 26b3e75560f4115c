"""Checking: what becomes of an export that may or may not have arrived, once the ledger was looked at."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.db import changed
from dashboard.domain import attempts, backoff, lifecycle, stored_postings
from dashboard.domain.leases import Lease
from dashboard.domain.lifecycle import Fence
from dashboard.models import Attempt, Export
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Absent, DocumentPosting, Fault, Finding, Foreign, LedgerObject, Ours, Unsure
from dashboard.vocabulary.records import Trigger
from dashboard.vocabulary.statuses import Cause, Status

ABSENCES_NEEDED = 2
"""A ledger's reads may lag as long as a late booking takes: only a second look, as much later again, proves absence."""


def due(session: Session, lease: Lease, now: datetime, limit: int) -> list[tuple[Export, DocumentPosting]]:
    """Exports to look up now, with what their newest attempt sent; the longest waiting first."""
    rows = session.execute(
        select(Export, Attempt.posting)
        .join(Attempt, Attempt.id == Export.attempt_id)
        .where(
            Export.connection_id == lease.connection_id,
            Export.status == Status.CHECKING,
            Export.check_at <= now,
        )
        .order_by(Export.check_at, Export.id)
        .limit(limit)
    )
    return [(export, stored_postings.restored(posting)) for export, posting in rows]


def settle(
    session: Session, lease: Lease, export: Export, finding: Finding, now: datetime, settles_after: timedelta
) -> Status:
    """Move a Checking export as the finding says; returns its status then (Checking still after a first absence).

    Raises StaleMove when it moved meanwhile.
    """
    _keep_finding(session, export, finding)
    match finding:
        case Ours(object=found):
            attempts.accept(
                session,
                export,
                Cause.FOUND_OURS,
                now,
                ledger_id=found.ledger_id,
                url=found.url,
                state=found.state,
                outcome_of=export.attempt_id,
                words=f"Found in the ledger as {found.number or found.ledger_id}: it had arrived",
                fence=lease.fence,
            )
        case Foreign():
            _fail(session, export, Cause.FOUND_FOREIGN, foreign_fault(finding), now, lease.fence, told(finding))
        case Unsure(reason=reason):
            fault = Fault(ErrorCode.CANNOT_TELL, export_reference(finding), f"Look in the ledger: {reason}")
            _fail(session, export, Cause.FOUND_UNSURE, fault, now, lease.fence, told(finding))
        case Absent():
            _settle_absent(session, export, now, settles_after, lease.fence)
    return export.status


def foreign_fault(finding: Foreign) -> Fault:
    """Why an object found under our number is not ours."""
    found = finding.object
    differs = ", ".join(finding.differences)
    if found.key:
        words = f"{found.number} is in the ledger, but not as it was sent: {differs}"
        return Fault(ErrorCode.FOUND_DIFFERENT, found.number, words)
    words = f"The number {found.number} exists in the ledger already, for {found.contact_name}: {differs}"
    return Fault(ErrorCode.NUMBER_EXISTS, found.number, words)


def told(finding: Finding) -> dict[str, Any] | None:
    """What was found, as JSON for the page that shows both sides; None when nothing was."""
    match finding:
        case Ours(object=found):
            return {"objects": [plain(found)], "differences": []}
        case Foreign(object=found, differences=differences):
            return {"objects": [plain(found)], "differences": list(differences)}
        case Unsure(candidates=candidates, reason=reason):
            return {"objects": [plain(each) for each in candidates], "differences": [reason]}
        case Absent():
            return None


def plain(found: LedgerObject) -> dict[str, Any]:
    """A ledger object as JSON: dates ISO, decimals as text."""
    return {name: value if isinstance(value, str | type(None)) else str(value) for name, value in asdict(found).items()}


def export_reference(finding: Unsure) -> str:
    return finding.candidates[0].number if finding.candidates else ""


def _settle_absent(session: Session, export: Export, now: datetime, settles_after: timedelta, fence: Fence) -> None:
    export_absences = export.absences + 1
    if export_absences < ABSENCES_NEEDED:
        changed(
            session,
            update(Export)
            .where(Export.id == export.id, Export.status == Status.CHECKING)
            .values(absences=export_absences, check_at=now + settles_after),
        )
        return
    attempt = session.get_one(Attempt, export.attempt_id)
    own_process_died = attempt.finding.startswith(attempts.RUNNER_DIED)
    again = backoff.next_try(export.tries, now) if export.trigger is Trigger.AUTOMATIC else None
    if own_process_died or again is not None:
        lifecycle.move(
            session,
            export,
            Status.PENDING,
            Cause.FOUND_ABSENT,
            now,
            words="Not in the ledger: it is sent again",
            fence=fence,
            outcome_of=export.attempt_id,
            next_try_at=None if own_process_died else again,
            check_at=None,
        )
        return
    words = "It is not in the ledger, and will not be sent again by itself"
    _fail(session, export, Cause.FOUND_ABSENT, Fault(ErrorCode.NOT_IN_LEDGER, "", words), now, fence, None)


def _fail(
    session: Session,
    export: Export,
    cause: Cause,
    fault: Fault,
    now: datetime,
    fence: Fence,
    found: dict[str, Any] | None,
) -> None:
    faults: Sequence[Fault] = (fault,)
    lifecycle.move(
        session,
        export,
        Status.FAILED,
        cause,
        now,
        faults=faults,
        fence=fence,
        outcome_of=export.attempt_id,
        found=found,
        is_urgent=False,
    )


def _keep_finding(session: Session, export: Export, finding: Finding) -> None:
    attempt = session.get_one(Attempt, export.attempt_id)
    kept = [attempt.finding] if attempt.finding else []
    attempt.finding = "; ".join([*kept, type(finding).__name__.lower()])
    session.flush()
