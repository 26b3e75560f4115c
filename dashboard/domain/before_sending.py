"""Before sending: a bill is created only when the ledger holds none of its vendor with its number.

Ledgers take two bills with one number without a word. What tieout itself holds twice is the question of twins.py.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from dashboard.domain import attempts, checking, claims, counts, lifecycle, stored_postings
from dashboard.domain.attempts import Ready
from dashboard.domain.leases import Lease
from dashboard.models import Attempt
from dashboard.models.export import AttemptState, Step
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import DocumentPosting, Fault, Finding, Foreign, Ours, Unsure
from dashboard.vocabulary.records import Direction
from dashboard.vocabulary.statuses import Cause, Status


def is_searched(posting: DocumentPosting) -> bool:
    """Sales numbers are unique in the ledger, which says so itself; what suppliers number is not."""
    return posting.kind.direction is Direction.PURCHASE


def settle(
    session: Session, lease: Lease, ready: Sequence[Ready], findings: Sequence[Finding], now: datetime
) -> list[Ready]:
    """Those that may be sent. What is there already as sent becomes Synced, what looks alike Failed, for a person.

    Raises lifecycle.StaleMove when one was moved meanwhile, or the lease was lost.
    """
    left = []
    attempts.hold_records(session, [each.export.record_id for each in ready])
    with counts.together(session):
        for each, finding in zip(ready, findings, strict=True):
            if _may_go(session, lease, each, checking.heeded(each.export, finding), now):
                left.append(each)
    return left


def _may_go(session: Session, lease: Lease, ready: Ready, finding: Finding, now: datetime) -> bool:
    export = ready.export
    match finding:
        case Ours(object=found) if claims.other_record(session, export, found.ledger_id) is None:
            name = found.number or found.ledger_id
            attempts.accept(
                session,
                export,
                Cause.FOUND_OURS,
                now,
                ledger_id=found.ledger_id,
                url=found.url,
                state=found.state,
                words=f"Found in the ledger as {name} before it was sent: it is there already",
                fence=lease.fence,
            )
            return False
        case Ours(object=found) if found.key == export.key:
            words = "Look in the ledger: the document with this record's link stands for another record here"
            fault = Fault(ErrorCode.CANNOT_TELL, found.number, words)
        case Foreign(object=found) if claims.other_record(session, export, found.ledger_id) is None:
            fault = checking.foreign_fault(finding, export.key)
        case Unsure(reason=reason, candidates=candidates) if candidates:
            words = f"Look in the ledger: {reason}"
            fault = Fault(ErrorCode.CANNOT_TELL, checking.export_reference(finding), words)
        case _:
            # Nothing, or what stands for another record of ours: whether that is the same bill was decided here.
            return True
    _fail(session, lease, ready, fault, finding, now)
    return False


def _fail(session: Session, lease: Lease, ready: Ready, fault: Fault, finding: Finding, now: datetime) -> None:
    """Keep what would have been sent, so that both sides can be shown and the ledger be asked again."""
    export = ready.export
    attempt = Attempt(
        tenant_id=export.tenant_id,
        export_id=export.id,
        step=Step.DOCUMENT,
        state=AttemptState.NOT_SENT,
        trigger=export.trigger,
        epoch=lease.epoch,
        posting=stored_postings.stored(ready.posting),
        mapping_versions=ready.versions,
        begun_at=now,
        ended_at=now,
        error_code=fault.code.value,
        error_words=fault.words,
    )
    session.add(attempt)
    session.flush()
    lifecycle.move(
        session,
        export,
        Status.FAILED,
        Cause.FOUND_FOREIGN if isinstance(finding, Foreign) else Cause.FOUND_UNSURE,
        now,
        faults=(fault,),
        fence=lease.fence,
        outcome_of=attempt.id,
        attempt_id=attempt.id,
        found=checking.told(finding),
        is_urgent=False,
    )
