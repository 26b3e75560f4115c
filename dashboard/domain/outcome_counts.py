"""What runners found synced and failed: by day for a chart, and since a moment. Counting it is counts.py's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise
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
    all_days = [today - timedelta(days=n) for n in reversed(range(days))]
    starts = [quarter(midnight(day, zone)) for day in (*all_days, today + timedelta(days=1))]
    found: dict[tuple[int, Status], int] = {}
    for first, end in _even_spans(starts):
        day = (OutcomeCount.quarter - starts[first]) // (starts[first + 1] - starts[first])
        query = (
            select(day.label("day"), OutcomeCount.status, func.sum(OutcomeCount.n))
            .where(
                OutcomeCount.tenant_id == tenant_id,
                OutcomeCount.quarter >= starts[first],
                OutcomeCount.quarter < starts[end],
            )
            .group_by("day", OutcomeCount.status)
        )
        found |= {(first + int(number), status): int(n) for number, status, n in session.execute(query)}
    return [
        Day(day, found.get((at, Status.SYNCED), 0), found.get((at, Status.FAILED), 0))
        for at, day in enumerate(all_days)
    ]


def _even_spans(starts: list[int]) -> Iterator[tuple[int, int]]:
    """Runs of days of equal length, as places in `starts`: where clocks are changed a day is shorter or longer, and the
    database can count days only while they are all alike.
    """
    lengths = [after - before for before, after in pairwise(starts)]
    at = 0
    for _, run in groupby(lengths):
        n = len(list(run))
        yield at, at + n
        at += n


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
