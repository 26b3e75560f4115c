"""What the plan hides of the audit log, counted by day: how much, kept until when, seen on which plan."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.domain.audit_filters import Filters, midnight
from dashboard.domain.audit_log import Window
from dashboard.domain.counts import QUARTER, quarter
from dashboard.models import AuditCount
from dashboard.vocabulary.plans import Keeping, Plan
from dashboard.vocabulary.statuses import Status

LONGEST = 100
"""Days told one by one; what is older is one sum."""

_DAY = 24 * 3600 // QUARTER


@dataclass(frozen=True)
class Counted:
    """Entries by status, None standing for acts without one, of the days from `first` to `last`.

    They are kept to the end of `kept_until`, those of the first day not longer than `kept_from`; None stands for ever.
    A day that has passed means that an export which is still open needs them. `seen_on` is the smallest plan that shows
    them.
    """

    first: date
    last: date
    by_status: dict[Status | None, int]
    kept_from: date | None
    kept_until: date | None
    seen_on: Plan

    @property
    def entries(self) -> int:
        return sum(self.by_status.values())

    @property
    def failures(self) -> int:
        return self.by_status.get(Status.FAILED, 0)


@dataclass(frozen=True)
class Hidden:
    """`days` the newest first, those without entries left out; `before` sums up what is older than LONGEST days."""

    days: Sequence[Counted]
    before: Counted | None

    @property
    def by_plan(self) -> list[Counted]:
        """The same, one sum for each plan that shows more."""
        every = [*self.days, *([self.before] if self.before else [])]
        return [_sum(list(each)) for _, each in groupby(every, key=lambda day: day.seen_on)]

    @property
    def statuses(self) -> list[Status]:
        """Those that occur, in the order of the vocabulary."""
        every = [*self.days, *([self.before] if self.before else [])]
        return [status for status in Status if any(status in each.by_status for each in every)]


def count(session: Session, tenant_id: int, window: Window, keeping: Keeping, filters: Filters) -> Hidden | None:
    """What the window hides of the days and the status that are asked for, other filters left aside; None: nothing."""
    if window.since is None:
        return None
    asked_first, asked_end = filters.span(window.zone, window.today)
    end = min(window.since, asked_end) if asked_end else window.since
    oldest = session.scalar(select(func.min(AuditCount.quarter)).where(AuditCount.tenant_id == tenant_id))
    if oldest is None:
        return None
    oldest_day = datetime.fromtimestamp(oldest * QUARTER, window.zone).date()
    first = max(oldest_day, asked_first.astimezone(window.zone).date()) if asked_first else oldest_day
    last = (end - timedelta(microseconds=1)).astimezone(window.zone).date()
    listed = max(first, last - timedelta(days=LONGEST - 1))
    sums = _Sums(session, tenant_id, window, filters.status)
    days = [
        _counted(window, keeping, day, day, by_status) for day, by_status in sorted(sums.by_day(listed, last).items())
    ]
    earlier = sums.of(first, listed - timedelta(days=1)) if first < listed else {}
    before = _counted(window, keeping, first, listed - timedelta(days=1), earlier) if earlier else None
    return Hidden(days[::-1], before) if days or before else None


def _counted(window: Window, keeping: Keeping, first: date, last: date, by_status: dict[Status | None, int]) -> Counted:
    return Counted(
        first,
        last,
        by_status,
        keeping.last_day_of(first),
        keeping.last_day_of(last),
        window.terms.cheapest_showing(first, window.today),
    )


def _sum(days: list[Counted]) -> Counted:
    newest, oldest = days[0], days[-1]
    by_status: dict[Status | None, int] = {}
    for day in days:
        for status, n in day.by_status.items():
            by_status[status] = by_status.get(status, 0) + n
    return Counted(oldest.first, newest.last, by_status, oldest.kept_from, newest.kept_until, newest.seen_on)


@dataclass(frozen=True)
class _Sums:
    session: Session
    tenant_id: int
    window: Window
    status: Status | None

    def of(self, first: date, last: date) -> dict[Status | None, int]:
        """Entries of these days together."""
        return self._by(0, self._quarter(first), self._quarter(last + timedelta(days=1))).get(0, {})

    def by_day(self, first: date, last: date) -> dict[date, dict[Status | None, int]]:
        """Entries of each day that has some. Days of one length are one statement: mostly all between two changes of
        the clocks, and the database adds up each day's quarters of an hour."""
        found: dict[date, dict[Status | None, int]] = {}
        for began, days in self._runs(first, last):
            start, end = self._quarter(began), self._quarter(began + timedelta(days=days))
            length = (end - start) // days
            found |= {began + timedelta(days=n): sums for n, sums in self._by(length, start, end).items()}
        return found

    def _by(self, length: int, start: int, end: int) -> dict[int, dict[Status | None, int]]:
        """Entries of so many quarters at a time, by their number from `start` on; a length of 0 takes all together."""
        column = AuditCount.quarter
        place = (column - start) // length if length else column * 0
        query = (
            select(place, AuditCount.status, func.sum(AuditCount.n))
            .where(AuditCount.tenant_id == self.tenant_id, column >= start, column < end, AuditCount.n > 0)
            .group_by(place, AuditCount.status)
        )
        if self.status is not None:
            query = query.where(AuditCount.status == self.status.value)
        found: dict[int, dict[Status | None, int]] = {}
        for number, status, n in self.session.execute(query):
            found.setdefault(int(number), {})[Status(status) if status else None] = int(n)
        return found

    def _runs(self, first: date, last: date) -> Iterator[tuple[date, int]]:
        """(first day, how many) of days of one length that follow each other."""
        all_days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        for _, run in groupby(all_days, key=lambda day: self._quarter(day + timedelta(days=1)) - self._quarter(day)):
            days = list(run)
            yield days[0], len(days)

    def _quarter(self, day: date) -> int:
        return quarter(midnight(day, self.window.zone))
