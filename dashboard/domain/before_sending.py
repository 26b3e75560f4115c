"""Before sending: a bill is created only when the ledger holds none of its vendor with its number.

Ledgers take two bills with one number without a word. What tieout itself holds twice is the question of twins.py.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from dashboard.domain import attempts, checking, claims, counts, lifecycle, stored_postings, twins
from dashboard.domain.attempts import Ready
from dashboard.domain.leases import Lease
from dashboard.models import Attempt, Connection, Record
from dashboard.models.export import AttemptState, Step
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Absent, DocumentPosting, Fault, Finding, Foreign, LedgerObject, Ours, Unsure
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
    """Only what is not there, and what a person kept beside the record whose document was found."""
    if isinstance(finding, Absent):
        return True
    export = ready.export
    # Read anew: a person may have decided while the ledger was asked.
    record = session.get_one(Record, export.record_id, populate_existing=True)
    label = session.get_one(Connection, export.connection_id).provider.label
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
        case Ours(object=found) | Foreign(object=found) if _is_anothers_by_our_link(session, ready, found):
            words = "Look in the ledger: the document with this record's link stands for another record here"
            fault = Fault(ErrorCode.CANNOT_TELL, found.number, words)
        case Ours(object=found) | Foreign(object=found):
            other = _other(session, ready, record, found)
            if other is not None and twins.are_kept_apart(record, other):
                return True
            if other is not None:
                fault = twins.mark(session, record, other, label)
            else:
                # An Ours has another record, whose document it is: only a Foreign has none.
                differences = finding.differences if isinstance(finding, Foreign) else ()
                fault = checking.foreign_fault(Foreign(found, differences), export.key)
        case Unsure(reason=reason, candidates=candidates):
            others = [_other(session, ready, record, found) for found in candidates]
            if others and all(other is not None and twins.are_kept_apart(record, other) for other in others):
                return True
            what = f"{record.kind.label.lower()} {record.number} of {record.contact_name}"
            words = f"Look in the ledger for {what}: it is not sent before that is clear. {reason}"
            fault = Fault(ErrorCode.CANNOT_TELL, checking.export_reference(finding), words)
    _fail(session, lease, ready, fault, finding, now)
    return False


def _is_anothers_by_our_link(session: Session, ready: Ready, found: LedgerObject) -> bool:
    """Whether what carries this export's own link stands for another record here."""
    export = ready.export
    return found.key == export.key and claims.other_record(session, export, found.ledger_id) is not None


def _other(session: Session, ready: Ready, record: Record, found: LedgerObject) -> Record | None:
    """The other record that brought the document found, as far as that is known here."""
    other = claims.owner(session, ready.export, found)
    return None if other is None or other.id == record.id else other


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
