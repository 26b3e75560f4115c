"""Checking: what becomes of an export that may or may not have arrived, once the ledger was looked at."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.db import changed
from dashboard.domain import attempts, backoff, claims, distrust, lifecycle, stored_postings, stranding
from dashboard.domain.leases import Lease
from dashboard.domain.lifecycle import Fence
from dashboard.models import Attempt, Export
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Absent, DocumentPosting, Fault, Finding, Foreign, LedgerObject, Ours, Unsure
from dashboard.vocabulary.providers import Timing
from dashboard.vocabulary.records import Trigger
from dashboard.vocabulary.statuses import Cause, Status

ABSENCES_NEEDED = 2
"""Only a second look proves absence. With settles_after as S: what was sent is booked within S of the end of its try,
so before the first look; the second look comes S after the first was answered, and a read that lags by less than S
shows then what was booked before the first."""


@dataclass(frozen=True)
class Doubt:
    """An export to look up, the attempt that raised the doubt, and what it sent."""

    export_id: int
    attempt_id: int
    posting: DocumentPosting


def due(session: Session, lease: Lease, now: datetime, limit: int) -> list[Doubt]:
    """Doubts to look up now; the longest waiting first."""
    rows = session.execute(
        select(Export.id, Attempt.id, Attempt.posting)
        .join(Attempt, Attempt.id == Export.attempt_id)
        .where(
            lifecycle.of_connection(lease.tenant_id, lease.connection_id, Status.CHECKING),
            Export.check_at <= now,
        )
        .order_by(Export.check_at, Export.id)
        .limit(limit)
    )
    return [Doubt(export_id, attempt_id, stored_postings.restored(posting)) for export_id, attempt_id, posting in rows]


def postpone(session: Session, lease: Lease, doubts: Sequence[Doubt], until: datetime) -> None:
    """The ledger could not be asked about these: what else is due comes first."""
    ids = [doubt.export_id for doubt in doubts]
    still = (Export.id.in_(ids), Export.status == Status.CHECKING, lifecycle.holds(lease.fence))
    changed(session, update(Export).where(*still).values(check_at=until))


def settle(session: Session, lease: Lease, doubt: Doubt, finding: Finding, now: datetime, timing: Timing) -> Status:
    """Move a Checking export as the finding says; returns its status then (Checking still after a first absence).

    Raises lifecycle.StaleMove when it moved meanwhile, or the lease was lost.
    """
    export, attempt = attempts.locked(session, doubt.attempt_id)
    if export.status is not Status.CHECKING or export.attempt_id != attempt.id:
        raise lifecycle.StaleMove(f"export {export.id} is no longer in doubt")
    keep_finding(session, attempt, finding)
    finding = heeded(export, finding)
    taken = claims.other_record(session, export, finding.object.ledger_id) if isinstance(finding, Ours) else None
    match finding:
        case Ours(object=found) if taken is None:
            attempts.accept(
                session,
                export,
                Cause.FOUND_OURS,
                now,
                ledger_id=found.ledger_id,
                url=found.url,
                state=found.state,
                outcome_of=attempt.id,
                words=f"Found in the ledger as {found.number or found.ledger_id}: it had arrived",
                fence=lease.fence,
            )
        case Ours(object=found) if found.key == export.key:
            words = f"Look in the ledger: the document with this record's link stands for {taken} here"
            fault = Fault(ErrorCode.CANNOT_TELL, found.number, words)
            _fail(session, export, Cause.FOUND_UNSURE, fault, now, lease.fence, told(finding))
        case Foreign(object=found) if _proves_no_more_than_absence(export, found):
            _settle_absent(session, export, attempt, now, timing, lease.fence)
        case Foreign():
            fault = foreign_fault(finding, export.key)
            _fail(session, export, Cause.FOUND_FOREIGN, fault, now, lease.fence, told(finding))
        case Unsure(reason=reason):
            fault = Fault(ErrorCode.CANNOT_TELL, export_reference(finding), f"Look in the ledger: {reason}")
            _fail(session, export, Cause.FOUND_UNSURE, fault, now, lease.fence, told(finding))
        case _:
            # Also what holds no key, agrees in everything, and is another record's: this one's is not there.
            _settle_absent(session, export, attempt, now, timing, lease.fence)
    return export.status


def heeded(export: Export, finding: Finding) -> Finding:
    """What a person said to be another document than this one is none of its: nothing else there is absence."""
    match finding:
        case Foreign(object=found):
            others = {found.ledger_id}
        case Unsure(candidates=candidates):
            others = {each.ledger_id for each in candidates}
        case _:
            return finding
    return Absent() if others and others <= set(export.beside) else finding


def foreign_fault(finding: Foreign, key: str) -> Fault:
    """Why an object found under our number is not ours as it was sent; it once was if it carries the export's `key`."""
    found = finding.object
    differs = ", ".join(finding.differences)
    if key and found.key == key:
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


def _proves_no_more_than_absence(export: Export, found: LedgerObject) -> bool:
    """A dead namesake says why a second one would be refused, not that ours did not come: reads may lag behind it."""
    return found.state.is_gone and found.key != export.key and export.absences + 1 < ABSENCES_NEEDED


def _settle_absent(
    session: Session, export: Export, attempt: Attempt, now: datetime, timing: Timing, fence: Fence
) -> None:
    if export.absences + 1 < ABSENCES_NEEDED:
        # The time of the next look counts from here, when the answer is in: what this look could not see yet was booked
        # before it, and may stay unseen as long again.
        seen = update(Export).where(Export.id == export.id, lifecycle.holds(fence))
        values = {"absences": export.absences + 1, "check_at": now + timing.settles_after}
        if changed(session, seen.values(**values)) != 1:
            raise lifecycle.StaleMove(f"connection {fence.connection_id} has another holder")
        return
    if export.alarm:
        _fail(session, export, Cause.FOUND_ABSENT, attempts.twice_fault(export), now, fence, None)
        return
    own_process_died = attempt.finding.startswith((stranding.RUNNER_DIED, distrust.RESTORED))
    is_automatic = export.trigger is Trigger.AUTOMATIC
    again = backoff.next_try(export.tries, now, timing.retry_minute) if is_automatic else None
    if own_process_died or again is not None:
        lifecycle.move(
            session,
            export,
            Status.PENDING,
            Cause.FOUND_ABSENT,
            now,
            words="Not in the ledger: it is sent again",
            fence=fence,
            outcome_of=attempt.id,
            # What our own process never brought there was no try.
            tries=max(0, export.tries - 1) if own_process_died else export.tries,
            next_try_at=None if own_process_died else again,
            check_at=None,
            distrusted_at=None,
        )
        return
    words = "It is not in the ledger, and will not be sent again by itself"
    absent = Fault(ErrorCode.NOT_IN_LEDGER, "", words)
    _fail(session, export, Cause.FOUND_ABSENT, absent, now, fence, None, distrusted_at=None)


def _fail(
    session: Session,
    export: Export,
    cause: Cause,
    fault: Fault,
    now: datetime,
    fence: Fence,
    found: dict[str, Any] | None,
    **further: Any,
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
        **further,
    )


def keep_finding(session: Session, attempt: Attempt, finding: Finding) -> None:
    """Add what was found to what the attempt knows already."""
    kept = [attempt.finding] if attempt.finding else []
    attempt.finding = "; ".join([*kept, type(finding).__name__.lower()])
    session.flush()
