"""The main job: failed bills are seen, understood, mended by an admin, ticked and resent by finance, and arrive."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Meet, in_every_way
from tests.browser.people import Person
from tests.browser.running import Demo

pytestmark = pytest.mark.browser

WAITING = ["T-523", "T-522", "T-521", "T-520", "T-512", "T-511", "T-510"]
FAILURE = "Account 5410 is not mapped to an account in Xero"
ONLY_ADMIN = "Only an admin may change mappings. Ask an admin of your organisation."


@in_every_way
@pytest.mark.requirement("S2-05", "S2-08", "S2-10", "S2-11", "S2-12", "B-17")
def test_bills_whose_account_was_missing_are_mended_and_resent(meet: Meet, demo: Demo) -> None:
    bo, ada = meet("bo"), meet("ada")
    understand(bo)
    map_the_account(ada)
    resend(bo)
    assert {bill["number"] for bill in demo.ledger.holds("bills")} >= set(WAITING)
    read_the_story_of_one(bo)


def understand(bo: Person) -> None:
    """The reason by hover or focus and by opening the row; what mends it is another's to do, and says so."""
    bo.go("/exports/xero")
    expect(bo.heading("Failed (40) · Xero exports")).to_be_visible()
    row = bo.row("T-523")
    reason = row.locator("summary")
    bo.hands.point_at(reason)
    expect(reason).to_have_attribute("data-tip", FAILURE)
    assert bo.bubble_of(reason) == FAILURE
    remedy = bo.control("Choose the account", row)
    expect(remedy).to_have_attribute("aria-disabled", "true")
    bo.hands.point_at(remedy)
    expect(row.get_by_role("tooltip")).to_have_text(ONLY_ADMIN)
    expect(row.get_by_role("tooltip")).to_be_visible()
    bo.shoot("resending-1-failed")
    if bo.way.scripts:
        bo.hands.press(reason)
        opened = bo.page.locator("tr.detail").filter(visible=True)
        expect(opened).to_contain_text("No Xero account is chosen for a line")
        expect(opened.locator("ol.steps li")).to_have_count(2)
        bo.look("resending-2-opened")
        bo.hands.press(reason)
        expect(opened).to_have_count(0)


def map_the_account(ada: Person) -> None:
    ada.go("/exports/xero")
    ada.press("Choose the account", ada.row("T-523"))
    ada.hands.choose(ada.page.get_by_label("5410"), "453 Office Supplies")
    ada.press("Save mappings")
    expect(ada.page.locator("#messages")).to_have_text("1 mapping saved.")
    expect(ada.control("Resync 7 to Xero")).to_be_visible()
    ada.shoot("resending-3-mapped")


def resend(bo: Person) -> None:
    """All seven, told to go twice by a nervous hand; they leave the Failed tile and arrive at Synced."""
    if bo.way.scripts:
        tick_and_press_twice(bo)
    else:
        for number in WAITING:
            bo.hands.tick(bo.box(number))
        bo.press("Resync to Xero")
    bo.waits_for(bo.told("7 exported, 0 still failing"))
    if bo.way.scripts:
        expect(bo.page).to_have_title("Failed (33) · Xero exports · tieout")
        expect(bo.row("T-523")).to_have_count(0)
        assert bo.page.evaluate("window.isTheSamePage"), "the page was loaded anew"
        bo.look("resending-5-exported")
    else:
        bo.press("Xero exports")
    expect(bo.heading("Failed (33) · Xero exports")).to_be_visible()
    bo.press_tile("Synced")
    bo.hands.write(bo.page.get_by_label("Number or contact begins with"), "T-5")
    bo.press("Filter")
    for number in WAITING:
        expect(bo.row(number)).to_contain_text("Synced")
    bo.go("/resyncs")
    expect(bo.page.get_by_role("row").filter(has_text="Bo Sandberg")).to_have_count(2)


def tick_and_press_twice(bo: Person) -> None:
    bo.page.evaluate("window.isTheSamePage = true")
    bo.hands.tick_through(bo.box("T-523"), bo.box("T-520"))
    for number in WAITING[4:]:
        bo.hands.tick(bo.box(number))
    with bo.page.expect_response(lambda answer: "/exports/xero" in answer.url):
        bo.page.locator("#board").dispatch_event("poll")
    for number in WAITING:
        expect(bo.box(number)).to_be_checked()
    bo.shoot("resending-4-ticked")
    bo.hands.press_twice(bo.control("Resync 7 to Xero"))


def read_the_story_of_one(bo: Person) -> None:
    bo.go("/exports/xero?status=synced&q=T-52")
    bo.press("T-523")
    expect(bo.heading("Bill T-523")).to_be_visible()
    history = bo.page.get_by_role("list", name="History of T-523").get_by_role("listitem")
    arrived = history.filter(has_text="Export to Xero: Synced")
    bo.hands.press(arrived.locator("summary"))
    expect(arrived.get_by_role("region", name="Response")).to_contain_text('"InvoiceNumber": "T-523"')
    bo.shoot("resending-6-record")
    bo.go("/audit-log?q=T-523")
    expect(bo.page.get_by_role("row").filter(has_text="Account 5410")).not_to_have_count(0)
