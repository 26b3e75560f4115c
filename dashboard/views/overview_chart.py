"""The chart of the overview: what was synced and what failed on each day, as figures of a drawing and as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from dashboard.domain.outcome_counts import Day
from dashboard.vocabulary.statuses import Status

HEIGHT = 50
"""Of the larger half of the drawing, in its own units; a day is 10 wide."""
WIDTH = 10
LOWEST = 2
"""What happened at all is seen, however small beside the rest."""


@dataclass(frozen=True)
class Bar:
    """One figure of a day: its place in the drawing, and the log entries that it stands for."""

    status: Status
    n: int
    x: int
    y: float
    height: float
    url: str


@dataclass(frozen=True)
class Column:
    """One day with both of its bars, synced above the line and failed below it."""

    day: date
    bars: tuple[Bar, Bar]


@dataclass(frozen=True)
class Chart:
    """`most` is the largest figure of a day: what a bar of the full height stands for. `line` parts the two halves."""

    columns: list[Column]
    most: int
    line: float
    height: float

    @property
    def width(self) -> int:
        return WIDTH * len(self.columns)

    @property
    def is_empty(self) -> bool:
        return self.most == 0

    def total(self, status: Status) -> int:
        return sum(bar.n for column in self.columns for bar in column.bars if bar.status is status)


def draw(days: Sequence[Day]) -> Chart:
    """One scale for both halves, so that heights can be compared."""
    most = max([*(each.synced for each in days), *(each.failed for each in days)], default=0)
    line = _height(max(each.synced for each in days), most)
    below = _height(max(each.failed for each in days), most)
    columns = [
        Column(each.day, (_bar(each, Status.SYNCED, at, most, line), _bar(each, Status.FAILED, at, most, line)))
        for at, each in enumerate(days)
    ]
    return Chart(columns, most, line, line + below)


def _bar(day: Day, status: Status, at: int, most: int, line: float) -> Bar:
    n = day.synced if status is Status.SYNCED else day.failed
    height = _height(n, most)
    days: dict[str, Any] = {"from": day.day, "to": day.day}
    url = url_for("audit_log.listed", status=status.value, kind="export", **days)
    return Bar(status, n, at * WIDTH, line - height if status is Status.SYNCED else line, height, url)


def _height(n: int, most: int) -> float:
    return max(round(HEIGHT * n / most, 1), LOWEST) if n else 0
