"""The error catalogue's pages, and the button that mends an error."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import urlencode

import pytest
from markupsafe import escape

from dashboard.db import writing
from dashboard.domain import lifecycle
from dashboard.domain.guides import CATALOGUE, Remedy
from dashboard.models import Export
from dashboard.views.remedies import RemedyLink, remedy
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Fault
from dashboard.vocabulary.roles import Permission
from dashboard.vocabulary.statuses import Cause, Status
from tests.support.visitor import Visitor
from tests.support.world import World

Visit = Callable[[str], Visitor]


def fail(world: World, export: Export, *faults: Fault) -> None:
    with writing(world.session):
        lifecycle.move(world.session, export, Status.FAILED, Cause.PREFLIGHT, world.now(), faults=faults)


def link_for(world: World, export: Export, *faults: Fault) -> RemedyLink:
    fail(world, export, *faults)
    with world.app.test_request_context():
        return remedy(export, "Xero")


def test_every_code_has_a_page_that_says_what_to_do(visit: Visit) -> None:
    cleo = visit("cleo")
    for code, guide in CATALOGUE.items():
        page = cleo.get(f"/errors/{code.value}")
        text = unescape(re.sub(r"</?a[^>]*>", "", page.text))
        assert page.status_code == 200
        for sentence in (guide.title, guide.meaning, guide.after, *guide.steps, *guide.known_by):
            assert sentence in text


def test_a_code_that_does_not_exist_is_not_found(visit: Visit) -> None:
    assert visit("cleo").get("/errors/made-up").status_code == 404


@pytest.mark.requirement("S2-06")
def test_the_named_causes_lead_to_what_mends_them(world: World) -> None:
    connection = world.connect_xero()
    dropped, account, number = world.approve(world.records(3))
    assert link_for(world, dropped, Fault(ErrorCode.COMPANY_DISCONNECTED, "", "Forbidden")) == RemedyLink(
        "Reconnect Xero", f"/connections#connection-{connection.id}", Permission.CONNECT, f"mend-{dropped.id}"
    )
    not_mapped = Fault(ErrorCode.ACCOUNT_NOT_MAPPED, "4010", "Account 4010 is not mapped", "4010")
    assert link_for(world, account, not_mapped).url == f"/mapping?connection={connection.id}&kind=account&value=4010"
    exists = Fault(ErrorCode.NUMBER_EXISTS, "T-00003", "Invoice # must be unique.")
    assert link_for(world, number, exists).url == f"/records/{number.record_id}/exports/{number.id}/duplicate"


def test_the_first_fault_decides_the_button(world: World) -> None:
    connection = world.connect_xero()
    (export,) = world.approve(world.records())
    tax = Fault(ErrorCode.TAX_NOT_MAPPED, "Sale 25 %", "Not mapped", "sale:S:25:SE")
    account = Fault(ErrorCode.ACCOUNT_NOT_MAPPED, "4010", "Account 4010 is not mapped", "4010")
    link = link_for(world, export, tax, account)
    assert link.url == f"/mapping?connection={connection.id}&kind=tax&value=sale:S:25:SE"
    assert link.permission is Permission.MAP


def test_a_contact_is_looked_for_under_the_key_of_its_record(world: World) -> None:
    connection = world.connect_xero()
    (export,) = world.approve(world.records())
    link = link_for(world, export, Fault(ErrorCode.CONTACT_ARCHIVED, "c-2", "The contact is archived"))
    assert link.url == f"/mapping?connection={connection.id}&kind=contact&value=tax:NO987654321MVA"


def test_a_bills_date_is_finances_to_move_and_an_issued_invoices_or_a_closed_years_an_admins(world: World) -> None:
    world.connect_xero()
    (invoice,) = world.approve(world.records())
    bill, old_bill = world.approve(world.records(2, kind="bill"))
    closed = Fault(ErrorCode.PERIOD_CLOSED, "2026-09-30", "The document date cannot be before the period lock date")
    year = Fault(ErrorCode.YEAR_CLOSED, "2025-12-31", "before the end of year lock date")
    assert link_for(world, bill, closed).permission is Permission.SEND
    assert link_for(world, invoice, closed).permission is Permission.MOVE_ISSUED_DATE
    assert link_for(world, old_bill, year).permission is Permission.MOVE_ISSUED_DATE


def test_every_code_has_a_button_that_leads_to_a_page(world: World, visit: Visit) -> None:
    world.connect_xero()
    ada = visit("ada")
    for code, export in zip(ErrorCode, world.approve(world.records(len(ErrorCode))), strict=True):
        value = "sale:S:25:SE" if code.value.startswith("tax") else "4010"
        link = link_for(world, export, Fault(code, "x", "It said no", value))
        answer = ada.get(link.url) if link.fields is None else ada.post(link.url, dict(link.fields))
        assert answer.status_code == 200, code


def test_lists_are_refreshed_by_the_button_itself(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    (export,) = world.approve(world.records())
    fail(world, export, Fault(ErrorCode.ACCOUNT_INACTIVE, "493", "Account 493 is archived", "5800"))
    with world.app.test_request_context():
        link = remedy(export, "Xero")
    assert link.label == "Choose the account"
    (other,) = world.approve(world.records())
    refreshing = next(code for code, guide in CATALOGUE.items() if guide.remedy is Remedy.REFRESH_LISTS)
    link = link_for(world, other, Fault(refreshing, "x", "It said no"))
    assert link.label == "Refresh lists from Xero (sends nothing)"
    assert "are being read; nothing is sent." in visit("ada").post(link.url, dict(link.fields or {})).text
    assert f'action="/connections/{connection.id}/lists"' in visit("ada").get("/exports/xero").text


def test_the_list_groups_by_whose_turn_it_is_and_counts_what_fails_now(world: World, visit: Visit) -> None:
    world.connect_xero()
    exports = world.approve(world.records(3))
    for export in exports[:2]:
        fail(world, export, Fault(ErrorCode.ACCOUNT_NOT_MAPPED, "4010", "Account 4010 is not mapped", "4010"))
    page = visit("bo").get("/errors").text
    assert counted(page) == {"account-not-mapped": 2}
    assert page.index("turn-finance") < page.index("guide-number-exists") < page.index("turn-admin")
    assert counted(visit("dov").get("/errors").text) == {}


def test_a_guide_counts_what_fails_now_and_leads_to_it(world: World, visit: Visit) -> None:
    world.connect_xero()
    exports = world.approve(world.records(2))
    for export in exports:
        fail(world, export, Fault(ErrorCode.ACCOUNT_NOT_MAPPED, "4010", "Account 4010 is not mapped", "4010"))
    page = visit("bo").get("/errors/account-not-mapped").text
    assert "2 exports in Xero" in page
    assert 'href="/exports/xero?status=failed&amp;code=account-not-mapped"' in page
    assert "No export of your organisation" in visit("dov").get("/errors/account-not-mapped").text


def test_words_narrow_the_list_and_stay_in_the_field(visit: Visit) -> None:
    page = visit("bo").get("/errors?q=lock+date").text
    assert set(re.findall(r'id="guide-([a-z-]+)"', page)) == {"period-closed", "year-closed"}
    assert 'value="lock date"' in page
    assert "No error has these words" in visit("bo").get("/errors?q=quaternion").text


@pytest.mark.requirement("S1-13")
@pytest.mark.parametrize(
    ("pasted", "first"),
    [
        ("Invoice # must be unique.", "number-exists"),
        (
            "Bill 87951: The document date cannot be before the end of year lock date, currently set at 31-Dec-2025",
            "year-closed",
        ),
        ("Could not send T-00007! Account code '4711' is not a valid code for this document. Why?", "account-unknown"),
        ("Account 5410 is not mapped to an account in Xero", "account-not-mapped"),
    ],
)
def test_a_pasted_error_finds_its_guide_first(visit: Visit, pasted: str, first: str) -> None:
    page = visit("cleo").get(f"/errors?{urlencode({'q': pasted})}").text
    assert re.findall(r'id="guide-([a-z-]+)"', page)[0] == first
    assert "What fits the text, the best first" in page
    assert f'value="{escape(pasted)}"' in page


def test_steps_link_to_our_screens_and_not_to_the_ledgers(visit: Visit) -> None:
    bo = visit("bo")
    assert '<a href="/mapping?kind=account">Mapping › Accounts</a>' in bo.get("/errors/account-unknown").text
    assert '<a href="/connections">Connections</a>' in bo.get("/errors/company-disconnected").text
    assert "Accounting › Chart of accounts, tab Archive" in bo.get("/errors/account-inactive").text


def counted(page: str) -> dict[str, int]:
    found = re.findall(r'id="guide-([a-z-]+)".*?<td class="num end">(?:<b>(\d+)</b>)?', page, re.DOTALL)
    return {code: int(n) for code, n in found if n}
