"""A connection that lost its access waits, and is reconnected by who may, to the organisation it was made for."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Meet, in_every_way
from tests.browser.people import Person
from tests.browser.running import Demo

pytestmark = [pytest.mark.browser, in_every_way]


@pytest.mark.requirement("S2-09", "B-08")
def test_what_waited_goes_by_itself_once_the_right_organisation_is_reconnected(meet: Meet, demo: Demo) -> None:
    dov = meet("dov")
    dov.go("/exports/xero")
    expect(dov.heading("Failed (0) · Xero exports")).to_be_visible()
    dov.press_tile("Pending")
    expect(dov.row("MF-3900")).to_contain_text("waiting: Xero disconnected")
    dov.look("reconnecting-1-waiting")

    consents(dov, "Nordlys AB")
    sentence = dov.page.get_by_text("You signed in to Nordlys AB, this connection is Maple & Finch")
    dov.waits_for(sentence)
    expect(dov.page.locator("#consent")).to_contain_text("Nothing was changed.")
    dov.look("reconnecting-2-another-organisation")
    dov.press("Try again for Maple & Finch")
    allow(dov, "Maple & Finch")
    finish(dov, "Maple & Finch")
    dov.look("reconnecting-3-connected")

    dov.go("/exports/xero?status=pending")
    dov.waits_for(dov.heading("Pending (0) · Xero exports"))
    dov.press_tile("Synced")
    expect(dov.row("MF-3900")).to_be_visible()
    assert [each["number"] for each in demo.ledger.holds("invoices", "Maple & Finch")].count("MF-3900") == 1


@pytest.mark.requirement("S2-09")
def test_reconnecting_is_an_admins_and_finance_sees_why(meet: Meet, demo: Demo) -> None:
    bo, ada = meet("bo"), meet("ada")
    demo.ledger.change("revoke-grant")
    bo.go("/exports/xero?q=T-51")
    for number in ("T-512", "T-511"):
        bo.hands.tick(bo.box(number))
    bo.press("Resync 2 to Xero" if bo.way.scripts else "Resync to Xero")
    expect(bo.heading("Resync 2 to Xero?")).to_be_visible()
    bo.press("Resync 2 to Xero")
    expect(bo.page.get_by_role("heading", name="Resync no. 2 to Xero")).to_be_visible()
    banner = bo.page.get_by_role("region", name="Xero disconnected: Nordlys AB")
    bo.go("/exports/xero?status=pending")
    bo.waits_for(banner)
    expect(bo.control("Reconnect Xero", banner)).to_have_attribute("aria-disabled", "true")
    expect(banner).to_contain_text("Only an admin may connect or reconnect a ledger.")
    bo.look("reconnecting-4-finance")

    ada.go("/exports/xero")
    ada.press("Reconnect Xero")
    allow(ada, "Nordlys AB")
    finish(ada, "Nordlys AB")
    bo.go("/exports/xero?status=pending")
    bo.waits_for(bo.heading("Pending (0) · Xero exports"))
    expect(banner).to_have_count(0)


def consents(person: Person, company: str) -> None:
    person.press("Reconnect Xero")
    allow(person, company)


def allow(person: Person, company: str) -> None:
    """On the provider's page."""
    expect(person.page.get_by_role("heading", level=1)).to_contain_text("wants access to Xero")
    person.hands.tick(person.page.get_by_label(company))
    person.press("Allow access")


def finish(person: Person, company: str) -> None:
    """With scripts the page goes on by itself when it knows what was allowed; without, a button does it."""
    if not person.way.scripts:
        again = person.control(f"Reconnect {company}")
        person.waits_for(again)
        person.hands.press(again)
    person.waits_for(person.told(f"{company}: connected."))
