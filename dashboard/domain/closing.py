"""Closing: which month is locked next and when, as far as the organisation says and its ledgers have told."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from dashboard.domain import booking
from dashboard.models import Connection, Tenant

NAMED_WITHIN = 7
"""Days before a lock in which it is spoken of."""


@dataclass(frozen=True)
class Closing:
    """The month that ends with `last_day` is locked in `days` days (0: today)."""

    last_day: date
    days: int

    @property
    def sentence(self) -> str:
        """ "October locks in 3 days." """
        when = {0: "today", 1: "tomorrow"}.get(self.days, f"in {self.days} days")
        return f"{calendar.month_name[self.last_day.month]} locks {when}."


def soon(session: Session, tenant: Tenant, connections: Sequence[Connection], today: date) -> Closing | None:
    """The lock of the month before this one, when it is near and some ledger has not locked that month already."""
    if tenant.closing_day is None:
        return None
    last_day = today.replace(day=1) - timedelta(days=1)
    days = tenant.closing_day - today.day
    if not 0 <= days <= NAMED_WITHIN:
        return None
    locks = [booking.locks(session, each) for each in connections]
    is_open = not locks or any(lock.closing(last_day) is None for lock in locks)
    return Closing(last_day, days) if is_open else None
