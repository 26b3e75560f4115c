"""Writing CSV that is opened in a spreadsheet. Reading CSV that came from one is intake's."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for the machine's own code page, and names lose their letters."""

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_PARTS_CELLS = re.compile(r"([;\t\r\n])")
"""Where the spreadsheets of many countries part cells, though we part them by commas."""

_LEFT_OUT = ' "\u00a0'
"""What a spreadsheet may leave out before it looks how a cell begins."""


def lines(heading: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The heading and each row as a line of CSV, with no cell that a spreadsheet would run as a formula."""
    yield BYTE_ORDER_MARK + _line(heading)
    for row in rows:
        yield _line(row)


def neutral(cell: object) -> str:
    """The cell as text; what begins like a formula gets an apostrophe, which makes it text there. Figures stay figures.

    So does what begins like one inside: it begins a cell of its own where the separator is another than ours.
    """
    if cell is None or isinstance(cell, int | Decimal):
        return "" if cell is None else str(cell)
    parts = _PARTS_CELLS.split(str(cell))
    texts = [f"'{part}" if part.lstrip(_LEFT_OUT).startswith(_BEGINS_A_FORMULA) else part for part in parts]
    text = "".join(texts)
    return f"'{text}" if text.startswith(("\t", "\r", "\n")) else text


def _line(cells: Iterable[object]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([neutral(cell) for cell in cells])
    return written.getvalue()
