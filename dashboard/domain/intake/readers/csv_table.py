"""CSV bytes into rows under tieout's own column names: encodings, delimiters, quotes and headings. Cells stay text."""

import codecs
import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from dashboard.domain.intake.csv_columns import COLUMNS, column_named
from dashboard.domain.intake.invisible import is_blank
from dashboard.domain.intake.readers.csv_faults import Faults
from dashboard.domain.intake.readers.refused import Refused
from dashboard.vocabulary.documents import UnreadableFile

MAX_ROWS = 50_000
_MAX_LINES = 500_000
_MAX_HEADINGS = 20_000
_DELIMITERS = (",", ";", "\t")
_FIX_HEADINGS = "Begin with the headings of the template."


@dataclass(frozen=True)
class Row:
    """`line` is where the row begins in the file, counted from 1. Empty cells and absent columns are both ""."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Table:
    rows: tuple[Row, ...]
    ignored: tuple[str, ...]


def read_table(content: bytes, faults: Faults) -> Table:
    """Raises UnreadableFile when the text or its headings cannot be read; faults of single rows go to `faults`."""
    text = _decode(content)
    if not re.search(r"[\r\n]", text[:_MAX_HEADINGS]) and len(text) > _MAX_HEADINGS:
        raise UnreadableFile(faults.file_name, "The first line is too long to be headings.", _FIX_HEADINGS)
    delimiter, text, skipped = _delimiter(text)
    records = _records(text, delimiter, faults.file_name)
    heading_line, headings = next(records, (1, []))
    columns, ignored = _columns(headings, f"{faults.file_name}, line {heading_line + skipped}")
    rows: list[Row] = []
    for line, cells in records:
        if not any(cells):
            continue
        if len(rows) == MAX_ROWS:
            raise UnreadableFile(faults.file_name, f"There are more than {MAX_ROWS:,} rows.", "Split the file.")
        if any(cells[len(headings) :]):
            faults.add(line + skipped, "", Refused(
                f"The row has {len(cells)} cells, but there are {len(headings)} headings.",
                "A cell that holds the delimiter must stand in double quotes.",
            ))  # fmt: skip
            continue
        rows.append(Row(line + skipped, {name: cells[at] for at, name in columns.items() if at < len(cells)}))
    if not rows and not faults.found:
        raise UnreadableFile(faults.file_name, "There are headings, but no rows.")
    return Table(tuple(rows), ignored)


def ignored_columns(content: bytes) -> tuple[str, ...]:
    """Headings of a CSV file that mean nothing to tieout, in their order. Raises UnreadableFile as `read` does."""
    return read_table(content, Faults("file")).ignored


def _decode(content: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or Windows-1252, which spreadsheets in western Europe write without asking."""
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        raise UnreadableFile("file", "The encoding of the text cannot be told.", "Save it as CSV in UTF-8.") from None


def _delimiter(text: str) -> tuple[str, str, int]:
    """The delimiter whose headings are understood best, the text after Excel's "sep=" line, and the lines skipped."""
    first, _, rest = text.partition("\n")
    if re.fullmatch(r"sep=[,;\t|]\r?", first, re.IGNORECASE):
        return first[4], rest, 1

    def understood(delimiter: str) -> tuple[int, int]:
        try:
            headings = next((cells for _, cells in _records(text, delimiter, "file")), [])
        except UnreadableFile:
            return (0, 0)
        return sum(column_named(heading) is not None for heading in headings), len(headings)

    return max(_DELIMITERS, key=understood), text, 0


def _records(text: str, delimiter: str, file_name: str) -> Iterator[tuple[int, list[str]]]:
    """Where each record begins and its cells, without white space at their ends; what shows nothing is empty.

    Blank lines are left out.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as broken:
            raise UnreadableFile(
                f"{file_name}, line {line}", f"The row cannot be told apart: {broken}.", "Check its double quotes."
            ) from None
        if cells is None:
            return
        if line > _MAX_LINES:
            raise UnreadableFile(file_name, f"There are more than {_MAX_LINES:,} lines.", "Split the file.")
        if cells:
            yield line, ["" if is_blank(cell) else cell.strip() for cell in cells]


def _columns(headings: list[str], place: str) -> tuple[dict[int, str], tuple[str, ...]]:
    """Which of tieout's columns stands where, and the headings that mean nothing here."""
    found: dict[str, list[int]] = defaultdict(list)
    ignored = []
    for at, heading in enumerate(headings):
        column = column_named(heading)
        if column:
            found[column.name].append(at)
        elif heading:
            ignored.append(heading)
    for name, places in found.items():
        if len(places) > 1:
            same = " and ".join(f"“{headings[at]}”" for at in places)
            raise UnreadableFile(place, f"The headings {same} both mean {name}.", "Keep one of them.")
    missing = [column.name for column in COLUMNS if column.is_required and column.name not in found]
    if "unit_price" not in found and "net" not in found:
        missing.append("unit_price or net")
    if "seller_name" not in found and "buyer_name" not in found:
        missing.append("seller_name or buyer_name")
    if not found:
        raise UnreadableFile(place, "The first row does not name columns that tieout knows.", _FIX_HEADINGS)
    if missing:
        raise UnreadableFile(place, f"These columns are missing: {', '.join(missing)}.", _FIX_HEADINGS)
    return {places[0]: name for name, places in found.items()}, tuple(ignored)
