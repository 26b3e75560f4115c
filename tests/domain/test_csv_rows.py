"""CSV for spreadsheets: no cell runs as a formula, whatever parts the cells there, and figures stay figures."""

import csv
import io
from decimal import Decimal

import pytest

from dashboard.domain import csv_rows

BEGINNINGS = ("=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", '"=1+1"', " =1+1")
PARTINGS = (";", "\t", "\r", "\n", "\r\n", '";', ";;")


def as_opened(cell: object, separator: str) -> list[str]:
    """Every cell that a spreadsheet makes of the line, without what it leaves out at a cell's beginning."""
    (_, line) = csv_rows.lines(["Before", "Cell"], [["x", cell]])
    rows = csv.reader(io.StringIO(line, newline=""), delimiter=separator)
    return [each.lstrip(' "\u00a0') for row in rows for each in row]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("beginning", BEGINNINGS)
@pytest.mark.parametrize("before", ["", *PARTINGS, *(f"EV{parting}" for parting in PARTINGS)])
def test_no_cell_runs_as_a_formula_whatever_parts_the_cells(before: str, beginning: str, separator: str) -> None:
    wrong = [each for each in as_opened(before + beginning, separator) if each.startswith(("=", "+", "-", "@", "＝"))]
    assert wrong == []


@pytest.mark.parametrize(
    "text", ["Refused; try again", "a=b; c = d", "2026-11-20\nand after", "x-y@z.example; 1+1", "", "'=1"]
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert csv_rows.neutral(text) == text


def test_figures_stay_figures() -> None:
    assert [csv_rows.neutral(each) for each in (Decimal("-12.50"), -3, None, "-12.50")] == [
        "-12.50",
        "-3",
        "",
        "'-12.50",
    ]
