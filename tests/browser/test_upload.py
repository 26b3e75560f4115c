"""Files are taken in, each with its result; what is approved goes to the ledger, and its record tells the whole way."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from jobs.demo.companies import NORDLYS, PURCHASES, SUPPLIERS
from jobs.demo.documents import Paper, Sold, table, ubl
from tests.browser.conftest import Meet, in_every_way
from tests.browser.running import Demo

pytestmark = [pytest.mark.browser, in_every_way]

NUMBER = "GK-7001"


def bill(quantity: int) -> Paper:
    today = datetime.now(UTC).date()
    sold = (Sold(PURCHASES[0], quantity),)
    return Paper(NUMBER, SUPPLIERS[0], NORDLYS, today, today + timedelta(days=30), "SEK", sold)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """One bill in four ways, and a file that is none."""
    contents = {
        "bill.xml": ubl(bill(4)),
        "the same bill.xml": ubl(bill(4)),
        "bill as a table.csv": table([bill(4)], "bill"),
        "bill with another amount.xml": ubl(bill(5)),
        "cut off.xml": ubl(bill(4))[:900],
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return [tmp_path / name for name in contents]


@pytest.mark.requirement("S2-01", "S2-07")
def test_files_are_taken_in_approved_and_exported(meet: Meet, demo: Demo, files: list[Path]) -> None:
    bo = meet("bo")
    bo.press("Upload")
    bo.hands.give(bo.page.get_by_label("Choose files or drop them here"), files)
    bo.press("Take in")
    results = bo.page.get_by_role("list", name="Result per file").get_by_role("listitem")
    said = {"bill.xml": "Taken in", "the same bill.xml": "Already here", "bill as a table.csv": "Attached"}
    said |= {"bill with another amount.xml": "Possible duplicate", "cut off.xml": "Refused"}
    for name, outcome in said.items():
        one = results.filter(has=bo.page.get_by_text(name, exact=True))
        expect(one.get_by_text(outcome, exact=True)).to_be_visible()
    expect(results).to_have_count(5)
    expect(results.last).to_contain_text("Line")
    if bo.way.scripts:
        expect(bo.page.get_by_text("Files: 5. Documents: ")).to_be_visible()
    expect(bo.page.get_by_role("link", name="See what waits for approval")).to_be_visible()
    bo.look("upload-1-results")

    bo.press("Records")
    bo.press_tile("Awaiting approval")
    bo.hands.tick(bo.box(NUMBER))
    bo.press("Approve 1" if bo.way.scripts else "Approve")
    expect(bo.told("Approved 1: Bill (1) 2,060.00 SEK. 1 export began.")).to_be_visible()
    bo.press_tile("Awaiting payment")
    bo.press(NUMBER)
    bo.waits_for(bo.page.locator("#exports").get_by_text("Synced", exact=True))
    expect(bo.page.locator("#originals").get_by_role("listitem")).to_have_count(2)
    history = bo.page.get_by_role("list", name=f"History of {NUMBER}").get_by_role("listitem")
    expect(history.filter(has_text="Export to Xero: Synced")).to_have_count(1)
    expect(history.last).to_contain_text("Taken in from bill.xml")
    bo.look("upload-2-record")
    assert [each["total"] for each in demo.ledger.holds("bills") if each["number"] == NUMBER] == ["2060.00"]
