"""How a day is written in a sentence. Put together by hand: strftime's "%-d" is unknown to some platforms."""

import calendar
from datetime import date


def day(on: date) -> str:
    """ "2 Nov 2026"."""
    return f"{day_and_month(on)} {on.year}"


def day_and_month(on: date) -> str:
    """ "2 Nov"."""
    return f"{on.day} {calendar.month_abbr[on.month]}"


def month(on: date) -> str:
    """ "November 2026"."""
    return f"{calendar.month_name[on.month]} {on.year}"
