"""Dates of CII documents, each written with the code of its format (UNCL 2379)."""

import calendar
import re
from datetime import date

from dashboard.domain.intake.readers import codes
from dashboard.domain.intake.readers.refused import Refused
from dashboard.domain.intake.readers.xml_node import Node
from dashboard.vocabulary.documents import UnreadableFile

_MONTH = "610"
# 102, and 203, 204 and 205 with a time behind the day, which does not change it. Some write the dashes of ISO 8601.
_DAY = re.compile(r"([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})(?:T?[0-9:.]{4,}(?:Z|[+-]?[0-9:]{4,6})?|Z|[+-][0-9:]{5})?")
_DAY_FORMATS = frozenset({"", "102", "203", "204", "205"})
_IN_MONTH = re.compile(r"([0-9]{4})-?([0-9]{2})")
_WORDINGS = ("DateTimeString", "DateString", "DateTime", "Date")


def day_at(holder: Node, path: str) -> date | None:
    """The day at `path` below `holder`, if one is stated; a month alone is refused."""
    stated = _stated(holder, path)
    return stated.read(lambda words: _day(words, _format(stated))) if stated else None


def required_day_at(holder: Node, path: str) -> date:
    """As `day_at`; refuses a document without it."""
    found = day_at(holder, path)
    if found is None:
        raise UnreadableFile(
            f"{holder.path}/{path}/udt:DateTimeString", "This element is missing or empty.", "Ask the sender for it."
        )
    return found


def first_day_at(holder: Node, path: str) -> date | None:
    """As `day_at`; a month stands for its first day."""
    return _in_month(holder, path, is_end=False)


def last_day_at(holder: Node, path: str) -> date | None:
    """As `day_at`; a month stands for its last day."""
    return _in_month(holder, path, is_end=True)


def _in_month(holder: Node, path: str, *, is_end: bool) -> date | None:
    stated = _stated(holder, path)
    if stated is None or _format(stated) != _MONTH:
        return day_at(holder, path)
    return stated.read(lambda words: _day_of_month(words, is_end))


def _stated(holder: Node, path: str) -> Node | None:
    """The element that holds the words: its namespace depends on where it stands, and senders mix them up."""
    found = (node for wording in _WORDINGS for node in holder.each(f"{path}/{wording}"))
    return next((node for node in found if node.words), None)


def _format(stated: Node) -> str:
    return stated.element.get("format", "").strip()


def _day(words: str, written_in: str) -> date:
    if written_in == _MONTH:
        raise Refused(f"“{words[:40]}” is a month, where a day is needed.", "Ask the sender for the day.")
    match = _DAY.fullmatch(words) if written_in in _DAY_FORMATS else None
    if match is None:
        shown = f" in the format {written_in[:10]}" if written_in else ""
        raise Refused(f"“{words[:40]}”{shown} is not a date.", "Write it as 20260131 in the format 102.")
    return codes.calendar_date(int(match[1]), int(match[3]), int(match[4]))


def _day_of_month(words: str, is_end: bool) -> date:
    match = _IN_MONTH.fullmatch(words)
    if match is None:
        raise Refused(f"“{words[:40]}” is not a month.", "Write it as 202601 in the format 610.")
    first = codes.calendar_date(int(match[1]), int(match[2]), 1)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1]) if is_end else first
