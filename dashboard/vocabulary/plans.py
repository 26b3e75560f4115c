"""Plans: how far back each lets the audit log be seen, and for how long what it no longer shows is kept."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Plan(StrEnum):
    """The smallest first: each shows at least what the one before it does."""

    FREE = "free"
    GROWTH = "growth"
    SCALE = "scale"
    ENTERPRISE = "enterprise"

    @property
    def label(self) -> str:
        return self.value.title()

    def is_below(self, other: "Plan") -> bool:
        return list(Plan).index(self) < list(Plan).index(other)


@dataclass(frozen=True)
class Terms:
    """How many days before today each plan shows, and for how many more (`grace`) what it no longer shows is kept.

    Enterprise shows everything, and nothing of it is ever deleted.
    """

    free: int = 7
    growth: int = 30
    scale: int = 90
    grace: int = 90

    def days_seen(self, plan: Plan) -> int | None:
        """Days before today that can be seen; None means for ever."""
        return {Plan.FREE: self.free, Plan.GROWTH: self.growth, Plan.SCALE: self.scale}.get(plan)

    def days_kept(self, plan: Plan) -> int | None:
        """Days before today of which anything is kept; None means for ever."""
        seen = self.days_seen(plan)
        return None if seen is None else seen + self.grace

    def first_seen(self, plan: Plan, today: date) -> date | None:
        """The oldest day shown: today and the days before; None means no limit."""
        return _before(today, self.days_seen(plan))

    def cheapest_showing(self, day: date, today: date) -> Plan:
        """The smallest plan whose log still shows `day`."""
        for plan in Plan:
            first = self.first_seen(plan, today)
            if first is None or day >= first:
                return plan
        return Plan.ENTERPRISE


@dataclass(frozen=True)
class Keeping:
    """For how long one organisation's log is kept: by its plan, and for the grace after that was lowered also by the
    plan `before`, so that nobody loses at once what they saw yesterday. Days are the organisation's own."""

    terms: Terms
    plan: Plan
    before: Plan | None = None
    lowered_on: date | None = None

    def first_kept(self, today: date) -> date | None:
        """The oldest day of which entries are kept; None means that all of them are."""
        ends = self.ends
        if self.before is None or ends is None or today > ends:
            return _before(today, self.terms.days_kept(self.plan))
        days = [self.terms.days_kept(plan) for plan in (self.plan, self.before)]
        return None if None in days else _before(today, max(filter(None, days), default=0))

    def last_day_of(self, day: date) -> date | None:
        """The last day on which the entries of `day` are kept; None means for ever."""
        days = self.terms.days_kept(self.plan)
        if days is None:
            return None
        usual = day + timedelta(days=days)
        if self.before is None or self.ends is None:
            return usual
        before = self.terms.days_kept(self.before)
        return max(usual, self.ends if before is None else min(self.ends, day + timedelta(days=before)))

    @property
    def ends(self) -> date | None:
        """The last day on which the plan before counts."""
        return None if self.lowered_on is None else self.lowered_on + timedelta(days=self.terms.grace)


def _before(today: date, days: int | None) -> date | None:
    return None if days is None else today - timedelta(days=days)
