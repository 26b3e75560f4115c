"""Numbers and dates as people and spreadsheets write them. What could mean two things is settled by the other cells of
its column, then of the file, and refused where they do not tell."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from dashboard.domain.intake.readers import codes
from dashboard.domain.intake.readers.csv_table import Row
from dashboard.domain.intake.readers.refused import Refused

NUMBERS = ("quantity", "unit_price", "net", "tax_rate", "tax_amount", "rounding", "total")
DATES = ("issue_date", "due_date")
_LONGEST = 40
_MARKS = frozenset(".,")
_FIX_NUMBER = "Write digits alone, such as 1234.50, without a currency sign."
_FIX_DATE = "Write dates as 2026-01-31."
T = TypeVar("T")
# Grouping spaces of any width, the typographic apostrophe and the minus sign.
_SPACES = str.maketrans("\u00a0\u202f\u2009\u2007\u2019\u2212", "    '-")
_NUMBER = re.compile(r"(?P<sign>[+-]?) ?(?P<digits>[0-9 '.,]*[0-9])")
_GROUPED = re.compile(r"[0-9]{1,3}(?:(?P<mark>[ '.,])[0-9]{3})(?:(?P=mark)[0-9]{3})*")
_ISO = re.compile(r"([0-9]{4})[-/]?([0-9]{2})[-/]?([0-9]{2})(?:[T ][0-9:.,]+(?:Z|[+-][0-9:]+)?)?")
_NUMERIC = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})")


class Order(StrEnum):
    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


@dataclass(frozen=True)
class Habits:
    """How the file writes: the decimal sign and the order of days and months, per column, and for the whole file."""

    decimal_signs: dict[str, set[str]]
    date_orders: dict[str, set[Order]]

    def decimal_sign(self, column: str) -> str | None:
        return _settled(self.decimal_signs, column)

    def date_order(self, column: str) -> Order | None:
        return _settled(self.date_orders, column)


def learn_habits(rows: Iterable[Row]) -> Habits:
    """What the cells that leave no doubt say about the others."""
    signs: dict[str, set[str]] = defaultdict(set)
    orders: dict[str, set[Order]] = defaultdict(set)
    for row in rows:
        for column in NUMBERS:
            signs[column] |= _certain_sign(row[column], column)
        for column in DATES:
            orders[column] |= _certain_order(row[column])
    return Habits(signs, orders)


def number(text: str, column: str, habits: Habits) -> Decimal:
    """A decimal. Raises Refused for what is no number, or for one that might be a thousand times as much."""
    if len(text) > _LONGEST:
        raise Refused(f"A number of {len(text)} characters cannot be an amount.")
    match = _NUMBER.fullmatch(_plain(text))
    if match is None:
        raise Refused(f"“{text}” is not a number.", _FIX_NUMBER)
    digits = match["digits"]
    certain = _certain_sign(text, column)
    if certain and len(habits.decimal_signs[column]) > 1:
        raise Refused(f"“{text}”: this column has both decimal points and decimal commas.", "Write one of them.")
    sign = next(iter(certain), None) or habits.decimal_sign(column)
    if sign is None and (marks := _MARKS & set(digits)):
        mark = next(iter(marks))
        small, large = digits.replace(mark, "."), digits.replace(mark, "")
        raise Refused(f"“{text}” may mean {small} or {large}.", f"Write {small}0 or {large}.00.")
    whole, _, part = digits.partition(sign) if sign else (digits, "", "")
    is_plain = whole.isdigit() or _GROUPED.fullmatch(whole) or (not whole and part)
    if not is_plain or (part and not part.isdigit()):
        raise Refused(f"“{text}” is not a number.", _FIX_NUMBER)
    return Decimal(f"{match['sign']}{re.sub('[^0-9]', '', whole)}.{part}")


def day(text: str, column: str, habits: Habits) -> date:
    """A date, ISO or day first. Raises Refused for one whose month cannot be told from its day."""
    iso = _ISO.fullmatch(text)
    if iso:
        return codes.calendar_date(int(iso[1]), int(iso[2]), int(iso[3]))
    match = _NUMERIC.fullmatch(text)
    if match is None:
        raise Refused(f"“{text[:40]}” is not a date.", _FIX_DATE)
    first, mark, second, year = int(match[1]), match[2], int(match[3]), int(match[4])
    if mark != "." and first != second:
        order = next(iter(_certain_order(text)), None) or habits.date_order(column)
        if order is Order.MONTH_FIRST:
            raise Refused(f"“{text}” seems to have the month before the day.", _FIX_DATE)
        if order is None:
            one, other = f"{year}-{second:02}-{first:02}", f"{year}-{first:02}-{second:02}"
            raise Refused(f"“{text}” may be {one} or {other}.", _FIX_DATE)
    return codes.calendar_date(year, second, first)


def _plain(text: str) -> str:
    return text.translate(_SPACES)


def _certain_sign(text: str, column: str) -> set[str]:
    """The decimal sign this number shows without doubt; 1,234 shows none, 1.234.567 shows the comma it does not use."""
    match = _NUMBER.fullmatch(_plain(text).removesuffix("%").rstrip())
    marks = [sign for sign in match["digits"] if sign in _MARKS] if match else []
    if match is None or not marks:
        return set()
    last = marks[-1]
    if len(set(marks)) == 2:
        return {last}
    if len(marks) > 1:
        return {"," if last == "." else "."}
    whole, _, part = match["digits"].partition(last)
    may_group = len(part) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0") and whole.isdigit()
    # No tax rate reaches a thousand, so 6.625 can only be a fraction.
    return set() if may_group and column != "tax_rate" else {last}


def _certain_order(text: str) -> set[Order]:
    match = _NUMERIC.fullmatch(text)
    if match is None or match[2] == ".":
        return set()
    first, second = int(match[1]), int(match[3])
    if first > 12:
        return {Order.DAY_FIRST}
    return {Order.MONTH_FIRST} if second > 12 else set()


def _settled(certain: dict[str, set[T]], column: str) -> T | None:
    own = certain[column] or set().union(*certain.values())
    return next(iter(own)) if len(own) == 1 else None
