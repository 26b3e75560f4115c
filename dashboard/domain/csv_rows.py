"""Writing CSV that is opened in a spreadsheet. Reading CSV that came from one is intake's."""

import csv
import io
from collections.abc import Iterable, Iterator

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for the machine's own code page, and names lose their letters."""

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def lines(heading: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The heading and each row as a line of CSV, with no cell that a spreadsheet would run as a formula."""
    yield BYTE_ORDER_MARK + _line(heading)
    for row in rows:
        yield _line(row)


def neutral(cell: object) -> str:
    """The cell as text; one that begins like a formula gets an apostrophe, which makes it text there."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text


def _line(cells: Iterable[object]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([neutral(cell) for cell in cells])
    return written.getvalue()
