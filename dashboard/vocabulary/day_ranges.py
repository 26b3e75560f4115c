"""Ranges of days that move on with the calendar: what "last 7 days" means today it does not mean tomorrow."""

from datetime import date, timedelta
from enum import StrEnum


class DayRange(StrEnum):
    TODAY = "today"
    YESTERDAY = "yesterday"
    LAST_7_DAYS = "last-7-days"
    LAST_30_DAYS = "last-30-days"
    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"

    @property
    def label(self) -> str:
        return self.value.replace("-", " ").capitalize()

    def days(self, today: date) -> tuple[date, date]:
        """The first and the last day, both included; the last n days are today and those before it, n altogether."""
        month = today.replace(day=1)
        before = month - timedelta(days=1)
        return {
            "today": (today, today),
            "yesterday": (today - timedelta(days=1), today - timedelta(days=1)),
            "last-7-days": (today - timedelta(days=6), today),
            "last-30-days": (today - timedelta(days=29), today),
            "this-month": (month, today),
            "last-month": (before.replace(day=1), before),
        }[self.value]
