"""Each cause in the demo is mended where its row leads, and what waited for it goes through."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Meet, in_every_way
from tests.browser.people import Person
from tests.browser.running import Demo

pytestmark = [pytest.mark.browser, in_every_way]

MONTH = timedelta(days=31)


def documents(demo: Demo, kind: str, number: str) -> list[dict[str, object]]:
    """What the ledger holds under that number."""
    return [each for each in demo.ledger.holds(kind) if each["number"] == number]


def opens(person: Person, number: str) -> None:
    """The record page, found from the list of what failed."""
    person.go(f"/exports/xero?q={number}")
    person.press(number)


def test_one_contact_is_picked_and_another_created(meet: Meet, demo: Demo) -> None:
    demo.ledger.seed(contacts=[{"Name": "Visby Hostel"}])
    ada = meet("ada")
    ada.go("/connections")
    before = int(re.findall(r"(\d+) contacts", ada.page.locator("main").inner_text())[0])
    ada.press("Refresh lists from Xero (sends nothing)")
    ada.waits_for(ada.page.get_by_text(f"{before + 1} contacts"))
    ada.go("/exports/xero?q=UT-723")
    ada.press("Choose or create the contact")
    ada.hands.write(ada.page.get_by_label("Look for it among all contacts in Xero"), "hostel")
    ada.press("Search")
    ada.hands.choose(ada.page.get_by_label("Visby Vandrarhem AB"), "Visby Hostel")
    ada.press("Save mappings")
    expect(ada.told("1 mapping saved.")).to_be_visible()
    galleri = ada.page.get_by_role("row").filter(has_text="Galleri Norrsken")
    ada.press("Search all contacts", galleri)
    search = ada.page.get_by_label("Look for it among all contacts in Xero")
    expect(search).to_have_value("Galleri Norrsken")
    expect(ada.page.get_by_label("Galleri Norrsken")).to_be_focused()
    ada.press("Create in Xero", galleri)
    ada.waits_for(ada.told("and mapped: Galleri Norrsken"))
    expect(ada.page.get_by_text("is being created in Xero")).to_have_count(0)
    ada.look("contacts-1-mapped")
    ada.page.reload()
    ada.press("Resync 6 to Xero")
    ada.waits_for(ada.told("6 exported, 0 still failing"))
    assert [each["number"] for each in demo.ledger.holds("invoices") if each["number"] in ("UT-723", "UT-721")]


@pytest.mark.requirement("S3-11", "S3-12")
def test_a_number_that_exists_is_compared_then_resolved_or_freed_and_resent(meet: Meet, demo: Demo) -> None:
    bo = meet("bo")
    bo.go("/exports/xero?q=NL-1903")
    bo.press("Compare with Xero")
    table = bo.page.get_by_role("table")
    expect(table.get_by_role("row").filter(has_text="Total")).to_contain_text("Differs")
    bo.look("duplicate-1-side-by-side")
    bo.press("Resolve…")
    bo.hands.pick(bo.page.get_by_label("It is not to be booked"))
    bo.press("Resolve (sends nothing)")
    expect(bo.page.get_by_role("alert")).to_be_visible()
    bo.hands.write(bo.page.get_by_label("Note"), "Typed into Xero by hand, with a discount")
    bo.press("Resolve (sends nothing)")
    expect(bo.told("NL-1903 is Resolved. Nothing was sent.")).to_be_visible()
    bo.shoot("duplicate-2-resolved")

    (old,) = documents(demo, "invoices", "NL-1904")
    demo.ledger.change(f"delete:{old['id']}")
    bo.go("/exports/xero?q=NL-1904")
    bo.press("Compare with Xero")
    bo.press("Resend from the record")
    bo.press("Export to Xero again")
    bo.waits_for(bo.page.locator("#exports").get_by_text("Synced", exact=True))
    assert [each["id"] != old["id"] for each in documents(demo, "invoices", "NL-1904")].count(True) == 1


@pytest.mark.requirement("S4-02", "S4-03", "S4-08")
def test_a_bill_of_a_closed_period_is_booked_on_a_later_day(meet: Meet, demo: Demo) -> None:
    bo = meet("bo")
    opens(bo, "87950")
    first_of_all = bo.page.locator("main > :visible").first
    expect(first_of_all).to_contain_text("Xero is locked to")
    bo.look("closed-period-1-record")
    bo.press("Move the booking date", first_of_all)
    bo.look("closed-period-2-form")
    moved_to = move_a_month_on(meet("ada") if crosses_the_year(bo) else bo)
    (sent,) = documents(demo, "bills", "87950")
    assert sent["date"] == moved_to.isoformat()


def test_the_date_of_an_issued_invoice_is_an_admins_to_move(meet: Meet, demo: Demo) -> None:
    bo, ada = meet("bo"), meet("ada")
    ada.go("/exports/xero?status=on-hold")
    ada.press("NL-1500")
    ada.hands.press(ada.page.locator("#record-menu > summary"))
    ada.hands.write(ada.page.get_by_label("Why it is sent all the same"), "It was never booked")
    ada.press("Export to Xero")
    ada.waits_for(ada.page.locator("#banners").get_by_text("Xero is locked to"))
    opens(bo, "NL-1500")
    banner = bo.page.locator("#banners")
    bo.waits_for(banner.get_by_text("Xero is locked to"))
    remedy = bo.control("Move the booking date", banner)
    expect(remedy).to_have_attribute("aria-disabled", "true")
    bo.hands.point_at(remedy)
    expect(banner.get_by_role("tooltip")).to_have_text(
        "Only an admin may move an issued sales invoice's date, or a date across a year end."
        " Ask an admin of your organisation."
    )
    bo.shoot("closed-period-3-refused")
    opens(ada, "NL-1500")
    ada.press("Move the booking date", ada.page.locator("#banners"))
    moved_to = move_a_month_on(ada)
    (sent,) = documents(demo, "invoices", "NL-1500")
    assert sent["date"] == moved_to.isoformat()


def crosses_the_year(person: Person) -> bool:
    issued, suggested = (date.fromisoformat(day) for day in dates_of(person))
    return issued.year != (suggested + MONTH).year


def dates_of(person: Person) -> tuple[str, str]:
    """The document's date, and the day that is suggested."""
    issued = person.page.locator("#dates time").first.get_attribute("datetime")
    return issued or "", person.page.get_by_label("New booking date").input_value()


def move_a_month_on(person: Person) -> date:
    """On the page of the booking date: to a month after the suggested day, so that tax moves to another month."""
    day = date.fromisoformat(dates_of(person)[1]) + MONTH
    person.hands.set_date(person.page.get_by_label("New booking date"), day)
    person.hands.write(person.page.get_by_label("Reason"), "Came late, agreed with the auditor")
    meant = person.page.get_by_label("This is meant")
    if not person.way.scripts:
        person.press("Save and export to Xero again")
    expect(person.page.locator("#date-notice")).to_contain_text(f"to {day:%B %Y}")
    person.hands.tick(meant)
    person.press("Save and export to Xero again")
    person.waits_for(person.page.locator("#exports").get_by_text("Synced", exact=True))
    return day


def test_a_tax_without_a_rate_is_mapped_and_what_waited_is_resent(meet: Meet, demo: Demo) -> None:
    ada = meet("ada")
    ada.go("/exports/xero?q=LW-4421")
    ada.press("Choose the tax rate")
    drop_down = ada.page.get_by_label("Purchase, intra-community supply 0 % (DE)")
    ada.hands.choose(drop_down, "EU-inköp, omvänd moms 25 % (0 %)")
    ada.press("Save mappings")
    ada.press("Resync 6 to Xero")
    ada.waits_for(ada.told("6 exported, 0 still failing"))
    assert documents(demo, "bills", "LW-4421")


@pytest.mark.requirement("B-10")
def test_an_account_activated_in_the_ledger_is_noticed_without_refreshing_lists(meet: Meet, demo: Demo) -> None:
    bo = meet("bo")
    demo.ledger.change("activate-account:493")
    bo.go("/exports/xero?q=RK-92")
    for number in ("RK-922", "RK-921", "RK-920"):
        bo.hands.tick(bo.box(number))
    bo.press("Resync 3 to Xero" if bo.way.scripts else "Resync to Xero")
    expect(bo.page.get_by_text("What was not mended in Xero itself will fail again.")).to_be_visible()
    bo.press("Resync 3 to Xero")
    bo.waits_for(bo.told("3 exported, 0 still failing"))
    assert len(documents(demo, "bills", "RK-922")) == 1
