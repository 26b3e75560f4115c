"""Plans and how far back each lets the audit log be seen."""

from datetime import date, timedelta
from enum import StrEnum


class Plan(StrEnum):
    FREE = "free"
    GROWTH = "growth"
    SCALE = "scale"
    ENTERPRISE = "enterprise"

    @property
    def label(self) -> str:
        return self.value.title()

    @property
    def days_visible(self) -> int | None:
        """Days of the audit log before today that can be seen; None means for ever."""
        return {"free": 7, "growth": 30, "scale": 90, "enterprise": None}[self.value]

    def first_visible_day(self, today: date) -> date | None:
        """The oldest day shown: today and the n days before; None means no limit."""
        days = self.days_visible
        return None if days is None else today - timedelta(days=days)

    @classmethod
    def cheapest_showing(cls, day: date, today: date) -> "Plan":
        """The smallest plan whose log still shows `day`."""
        for plan in cls:
            first = plan.first_visible_day(today)
            if first is None or day >= first:
                return plan
        return cls.ENTERPRISE
