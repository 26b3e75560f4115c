"""Support comes to look: the organisation sees it as it happens, gets a bundle, and ends the visit."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Meet, in_every_way

pytestmark = [pytest.mark.browser, in_every_way]

REASON = "Request 4711: invoices do not arrive"


@pytest.mark.requirement("B-14", "B-18")
def test_support_visits_an_organisation_that_sees_it_and_ends_it(meet: Meet) -> None:
    dov, sol = meet("dov"), meet("sol")
    dov.go("/records")
    sol.go("/support?q=maple")
    sol.press("Visit Maple & Finch…")
    sol.hands.write(sol.page.get_by_label("Why"), REASON)
    sol.hands.pick(sol.page.get_by_label("15 minutes"))
    sol.press("Visit Maple & Finch")
    expect(sol.page.get_by_role("heading", name="You are visiting Maple & Finch and can only read")).to_be_visible()
    sol.look("support-visit")

    dov.waits_for(dov.page.get_by_role("heading", name="Support (Sol Reyes) is looking at Overview"))
    sol.go("/connections")
    dov.waits_for(dov.page.get_by_role("heading", name="Support (Sol Reyes) is looking at Connections"))
    dov.look("support-visit-as-its-owner-sees-it")
    dov.press("End the visit of Sol Reyes")
    dov.waits_for(dov.told("The visit of Sol Reyes is over."))
    sol.go("/connections")
    sol.was_answered(404)
    dov.go("/audit-log?q=support")
    expect(dov.page.get_by_role("row").filter(has_text="Read “Connections” (/connections)")).to_be_visible()


@pytest.mark.requirement("B-18")
def test_a_bundle_of_ticked_failures_is_made_on_the_exports_page(meet: Meet) -> None:
    bo = meet("bo")
    bo.go("/exports/xero")
    numbers = bo.page.locator("#exports td.key a").all_inner_texts()[:2]
    for number in numbers:
        bo.hands.tick(bo.box(number))
    bo.press("Support bundle of 2" if bo.way.scripts else "Support bundle")
    expect(bo.heading("Support bundle")).to_be_visible()
    for number in numbers:
        expect(bo.page.get_by_text(number).first).to_be_visible()
    bo.look("support-bundle")
