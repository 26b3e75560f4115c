"""What runners found synced and failed: by day for a chart, and since a moment. Counting it is counts.py's."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.domain.audit_filters import midnight
from dashboard.domain.counts import QUARTER, quarter
from dashboard.models import AuditEntry, OutcomeCount
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.statuses import Status


@dataclass(frozen=True)
class Day:
    """One calendar day of the organisation."""

    day: date
    synced: int
    failed: int


def by_day(session: Session, tenant_id: int, zone: ZoneInfo, today: date, days: int) -> list[Day]:
    """The outcomes of today and the days before it, the oldest first; every day is there.

    In the log they are the entries of kind "Exports" with that status.
    """
    first = today - timedelta(days=days - 1)
    query = (
        select(OutcomeCount.quarter, OutcomeCount.status, func.sum(OutcomeCount.n))
        .where(OutcomeCount.tenant_id == tenant_id, OutcomeCount.quarter >= quarter(midnight(first, zone)))
        .group_by(OutcomeCount.quarter, OutcomeCount.status)
    )
    found: dict[tuple[date, Status], int] = {}
    for number, status, n in session.execute(query):
        day = datetime.fromtimestamp(number * QUARTER, zone).date()
        found[day, status] = found.get((day, status), 0) + int(n)
    all_days = [first + timedelta(days=n) for n in range(days)]
    return [Day(day, found.get((day, Status.SYNCED), 0), found.get((day, Status.FAILED), 0)) for day in all_days]


def since(session: Session, tenant_id: int, moment: datetime) -> dict[Status, int]:
    """How many outcomes were synced and failed from the moment on.

    Whole quarters of an hour are counted already; the log is read for the rest of the first one alone.
    """
    whole = quarter(moment - timedelta(microseconds=1)) + 1
    counted = (
        select(OutcomeCount.status, func.sum(OutcomeCount.n))
        .where(OutcomeCount.tenant_id == tenant_id, OutcomeCount.quarter >= whole)
        .group_by(OutcomeCount.status)
    )
    found = {Status.SYNCED: 0, Status.FAILED: 0} | {status: int(n) for status, n in session.execute(counted)}
    for status in found:
        rest = select(func.count()).where(
            AuditEntry.tenant_id == tenant_id,
            AuditEntry.status == status,
            AuditEntry.at >= moment,
            AuditEntry.at < datetime.fromtimestamp(whole * QUARTER, UTC),
            AuditEntry.act == Act.EXPORT_OUTCOME,
        )
        found[status] += session.scalar(rest) or 0
    return found
