"""Comparing: what the ledger holds under a number that it refused as taken. Ours is adopted, the rest is for a person.

A Failed export with a `next_try_at` waits for this; nothing is sent.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.db import changed
from dashboard.domain import attempts, checking, claims, lifecycle, stored_postings
from dashboard.domain.checking import ABSENCES_NEEDED, Doubt
from dashboard.domain.leases import Lease
from dashboard.models import Attempt, Export
from dashboard.vocabulary.postings import Absent, Finding, Ours
from dashboard.vocabulary.providers import Timing
from dashboard.vocabulary.statuses import Cause, Status


def due(session: Session, lease: Lease, now: datetime, limit: int) -> list[Doubt]:
    """Refusals to look up now; the longest waiting first."""
    rows = session.execute(
        select(Export.id, Attempt.id, Attempt.posting)
        .join(Attempt, Attempt.id == Export.attempt_id)
        .where(Export.connection_id == lease.connection_id, Export.status == Status.FAILED, Export.next_try_at <= now)
        .order_by(Export.next_try_at, Export.id)
        .limit(limit)
    )
    return [Doubt(export_id, attempt_id, stored_postings.restored(posting)) for export_id, attempt_id, posting in rows]


def postpone(session: Session, lease: Lease, doubts: Sequence[Doubt], until: datetime) -> None:
    """The ledger could not be asked about these: what else is due comes first."""
    ids = [doubt.export_id for doubt in doubts]
    still = (Export.id.in_(ids), Export.status == Status.FAILED, lifecycle.holds(lease.fence))
    changed(session, update(Export).where(*still).values(next_try_at=until))


def settle(session: Session, lease: Lease, doubt: Doubt, finding: Finding, now: datetime, timing: Timing) -> Status:
    """Adopt the document when it is ours in everything, else keep it to be shown side by side; returns the status then.

    Raises lifecycle.StaleMove when it moved meanwhile, or the lease was lost.
    """
    export, attempt = attempts.locked(session, doubt.attempt_id)
    if export.status is not Status.FAILED or export.attempt_id != attempt.id or export.next_try_at is None:
        raise lifecycle.StaleMove(f"export {export.id} no longer waits to be compared")
    checking.keep_finding(session, attempt, finding)
    if isinstance(finding, Ours) and claims.other_record(session, export, finding.object.ledger_id) is None:
        found = finding.object
        attempts.accept(
            session,
            export,
            Cause.ADOPTED,
            now,
            ledger_id=found.ledger_id,
            url=found.url,
            state=found.state,
            outcome_of=attempt.id,
            words=f"{found.number} was in the ledger already, and is this very document",
            fence=lease.fence,
        )
        return export.status
    # The refusal says that there is something: where a look shows nothing, reads may only lag.
    looks_again = isinstance(finding, Absent) and export.absences + 1 < ABSENCES_NEEDED
    values = {
        "absences": export.absences + 1 if isinstance(finding, Absent) else export.absences,
        "next_try_at": now + timing.settles_after if looks_again else None,
        "distrusted_at": None if isinstance(finding, Absent) and not looks_again else export.distrusted_at,
        "found": checking.told(finding),
    }
    kept = update(Export).where(Export.id == export.id, lifecycle.holds(lease.fence)).values(**values)
    if changed(session, kept) != 1:
        raise lifecycle.StaleMove(f"connection {lease.connection_id} has another holder")
    if not looks_again:
        lifecycle.end_item(session, export, Cause.REFUSED, "", now)
    return export.status
