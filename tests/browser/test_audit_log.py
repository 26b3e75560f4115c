"""The log is found by its filter, the filter is its address, an entry opens in place; a plan shows so many days."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Meet, in_every_way
from tests.browser.people import Person

pytestmark = [pytest.mark.browser, in_every_way]


def asked_of(person: Person) -> dict[str, list[str]]:
    return parse_qs(urlsplit(person.page.url).query)


def test_the_log_is_filtered_and_its_address_is_the_filter(meet: Meet) -> None:
    cleo = meet("cleo")
    cleo.press("Audit log")
    cleo.hands.choose(cleo.page.get_by_label("Status"), "Failed")
    cleo.press("Filter")
    expect(cleo.page.get_by_role("list", name="Filters in force")).to_contain_text("Status: Failed")
    cleo.hands.write(cleo.page.get_by_label("Text"), "archived")
    cleo.press("Filter")
    expect(cleo.page.get_by_text("5 entries")).to_be_visible()
    assert asked_of(cleo) == {"status": ["failed"], "q": ["archived"]}

    first = cleo.page.get_by_role("row").nth(1)
    expect(first).to_contain_text("Account 493 Domestic Travel is archived in Xero")
    cleo.hands.press(first.locator("summary"))
    if not cleo.way.scripts:
        cleo.press("All about this entry", first)
    expect(cleo.page.get_by_text("Exact time")).to_be_visible()
    expect(cleo.control("How to mend it")).to_be_visible()
    cleo.look("audit-log-1-opened")


def test_what_one_person_did_is_found_and_the_address_can_be_passed_on(meet: Meet) -> None:
    ada, bo = meet("ada"), meet("bo")
    ada.go("/audit-log")
    ada.hands.choose(ada.page.get_by_label("Person"), "Ada Lindqvist")
    ada.press("Filter")
    expect(ada.page.get_by_role("list", name="Filters in force")).to_contain_text("Ada Lindqvist")
    address = ada.page.url.removeprefix(ada.site.url)
    bo.go(address)
    rows = bo.page.get_by_role("table", name="Entries of the audit log").get_by_role("row")
    expect(rows).to_have_count(ada.page.get_by_role("row").count())
    expect(rows.filter(has_text="5460: not mapped → 453 Office Supplies")).to_have_count(1)
    expect(rows.filter(has_text="Bo Sandberg")).to_have_count(0)


def test_a_day_before_the_plans_window_names_the_plan_that_shows_it(meet: Meet) -> None:
    dov = meet("dov")
    dov.go("/audit-log")
    day = datetime.now(UTC).date() - timedelta(days=10)
    dov.hands.set_date(dov.page.get_by_label("To", exact=True), day)
    dov.press("Filter")
    banner = dov.page.get_by_role("region", name="Older entries are kept, but not shown on the Free plan")
    expect(banner).to_contain_text(f"The Growth plan shows {day}")
    dov.look("audit-log-2-older")
