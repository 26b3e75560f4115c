"""docs/requirements.md tells the truth: a ticked row has a test, and a test names rows that exist."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "requirements.md"
STUDIED = ROOT.parent / "shared" / "requirements.md"
LISTED = re.compile(r"^- \[(?P<tick>[ x])\] (?P<row>\S+) \S", re.MULTILINE)
# These have commands of their own: a row they name still has to be proven by the suite.
OUTSIDE_THE_SUITE = ("bench", "chaos")


def listed_rows() -> dict[str, bool]:
    """Every row of the page, and whether it is ticked."""
    return {found["row"]: found["tick"] == "x" for found in LISTED.finditer(PAGE.read_text(encoding="utf-8"))}


def marks(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every row that a test file below the folder names in a mark, with that file."""
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.requirement":
                yield from ((path, ast.literal_eval(row)) for row in node.args)


def test_every_line_of_the_page_that_has_a_box_is_read() -> None:
    boxes = re.findall(r"^\s*[-*] *\[", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(listed_rows()) == len(boxes)


def test_every_ticked_row_is_proven_by_a_test() -> None:
    proven = {
        row for path, row in marks(ROOT / "tests") if path.relative_to(ROOT / "tests").parts[0] not in OUTSIDE_THE_SUITE
    }
    assert [row for row, is_ticked in listed_rows().items() if is_ticked and row not in proven] == []


def test_every_row_that_a_test_names_is_on_the_page() -> None:
    rows = listed_rows()
    assert [f"{path.relative_to(ROOT)}: {row}" for path, row in marks(ROOT / "tests") if row not in rows] == []


def test_the_page_lists_the_rows_that_were_studied_in_their_order() -> None:
    if not STUDIED.exists():
        pytest.skip(f"{STUDIED} is not here")
    studied = re.findall(r"^\| ((?:S\d|B)-\d+) \|", STUDIED.read_text(encoding="utf-8"), re.MULTILINE)
    assert list(listed_rows()) == studied
