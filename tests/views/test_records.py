"""Records: the lists, the search, approving, one record with what it says, sending it and being told the result."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import func, select, update

from dashboard.db import writing
from dashboard.models import AuditEntry, Connection, Export, Record
from dashboard.models.connection import ConnectionState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Fault, LedgerState
from dashboard.vocabulary.records import Payment
from dashboard.vocabulary.roles import Permission
from dashboard.vocabulary.statuses import Status
from tests.samples import sample
from tests.samples.containers import pdf_with
from tests.support.attempting import accept, fail_check, fall_silent, refuse
from tests.support.visitor import Visitor
from tests.support.world import World

Visit = Callable[[str], Visitor]

HEADINGS = (
    "type,number,issue_date,currency,seller_name,seller_tax_id,buyer_name,buyer_tax_id,description,quantity,"
    "unit_price,tax_category,tax_rate"
)
BILL = "bill,B-1,2026-11-01,SEK,Granit AB,SE555555000101,Nordlys AB,SE556677889901,Stone,1,{},S,25"


def approved(world: World, **otherwise: object) -> tuple[Record, Export]:
    """A connected organisation's record, approved and queued, that nothing keeps from being sent."""
    world.map_all(world.connect_xero())
    (record,) = world.records(1, **otherwise)  # type: ignore[arg-type]
    (export,) = world.approve([record])
    return record, export


def status(world: World, export: Export) -> Status:
    world.session.rollback()
    return world.session.scalars(select(Export.status).where(Export.id == export.id)).one()


def count(world: World, *conditions: object) -> int:
    world.session.rollback()
    return world.session.scalar(select(func.count()).select_from(AuditEntry).where(*conditions)) or 0  # type: ignore[arg-type]


def test_each_list_holds_what_its_name_says(world: World, visit: Visit) -> None:
    records = world.records(5)
    world.approve(records[1:])
    today = world.now().astimezone(world.nordlys.zone).date()
    with writing(world.session) as session:
        for record, values in zip(
            records[2:],
            ({"due_date": today - timedelta(days=2)}, {"payment": Payment.PAID}, {"due_date": today}),
            strict=True,
        ):
            session.execute(update(Record).where(Record.id == record.id).values(**values))
    numbers = [record.number for record in records]
    expected = {
        "awaiting-approval": {numbers[0]},
        "awaiting-payment": {numbers[1], numbers[2], numbers[4]},
        "overdue": {numbers[2]},
        "all": set(numbers),
    }
    bo = visit("bo")
    for name, shown in expected.items():
        page = bo.get(f"/records?list={name}").text
        assert {number for number in numbers if f">{number}</a>" in page} == shown, name
    overdue = [record.number for record in records if ">Overdue</span>" in bo.get(f"/records/{record.id}").text]
    assert overdue == [numbers[2]], "the record's own page says what the list says"


def test_a_credit_note_awaits_no_payment(world: World, visit: Visit) -> None:
    (credit,) = world.records(1, kind="credit note")
    world.approve([credit])
    assert credit.number not in visit("bo").get("/records?list=awaiting-payment").text


def test_possible_duplicates_have_a_list_while_there_are_any(world: World, visit: Visit) -> None:
    bo = visit("bo")
    world.take_in("one.csv", f"{HEADINGS}\n{BILL.format('100.00')}")
    assert "Possible duplicates" not in bo.get("/records").text
    world.take_in("two.csv", f"{HEADINGS}\n{BILL.format('120.00')}")
    assert "Possible duplicates" in bo.get("/records").text
    assert "150.00" in bo.get("/records?list=possible-duplicates").text


def test_what_may_be_a_duplicate_awaits_a_decision_and_no_approval_yet(world: World, visit: Visit) -> None:
    bo = visit("bo")
    for amount in ("100.00", "120.00"):
        world.take_in(f"{amount}.csv", f"{HEADINGS}\n{BILL.format(amount)}")
    page = bo.get("/records?list=awaiting-approval").text
    assert "125.00" in page
    assert "150.00" not in page
    world.connect_xero()
    overview = bo.get("/").text
    waiting, undecided = (
        re.search(rf'id="decision-{which}".*?</tr>', overview, re.DOTALL)
        for which in ("awaiting-approval", "possible-duplicates")
    )
    assert waiting is not None
    assert '"Documents">1<' in waiting[0]
    assert undecided is not None
    assert '"Documents">1<' in undecided[0]


@pytest.mark.parametrize(
    ("words", "is_found"), [("t-00001", True), ("kaffe", True), ("t 1", True), ("100%", False), ("Kiruna", False)]
)
def test_a_search_finds_numbers_and_contacts_in_any_spelling(
    world: World, visit: Visit, words: str, is_found: bool
) -> None:
    world.records(1)
    page = visit("bo").get(f"/records?list=all&q={quote(words)}").text
    assert (">T-00001</a>" in page) is is_found
    assert is_found or "Nothing found" in page


def test_a_long_list_is_paged_both_ways_without_gaps(world: World, visit: Visit) -> None:
    numbers = [record.number for record in world.records(120)][::-1]
    bo = visit("bo")
    seen, address = [], "/records?list=all"
    while address:
        page = bo.get(address).text
        shown = [number for number in numbers if f">{number}</a>" in page]
        assert len(shown) <= 50
        seen += shown
        address = link(page, "next")
    assert seen == numbers
    back = bo.get(link(page, "prev")).text
    assert [number for number in numbers if f">{number}</a>" in back] == numbers[50:100]


def link(page: str, rel: str) -> str:
    """Where Older or Newer leads; "" where there is no such link."""
    _, found, rest = page.partition(f'rel="{rel}" href="')
    return rest.partition('"')[0].replace("&amp;", "&") if found else ""


@pytest.mark.parametrize("query", ["before=-5", "after=99999999999999999999", "before=x", "list=nonsense"])
def test_an_odd_address_is_still_a_list(world: World, visit: Visit, query: str) -> None:
    world.records(1)
    assert visit("bo").get(f"/records?{query}").status_code == 200


def test_a_viewer_sees_approve_and_export_disabled_with_the_reason_and_may_not_post(world: World, visit: Visit) -> None:
    record, export = approved(world)
    fail_check(world, export)
    world.records(1)
    cleo = visit("cleo")
    assert Permission.APPROVE.refusal in cleo.get("/records").text
    page = cleo.get(f"/records/{record.id}").text
    assert Permission.SEND.refusal in page
    assert f'action="/records/{record.id}/exports"' not in page
    assert cleo.post("/records/approvals", {"ids": [str(record.id)]}).status_code == 403
    assert cleo.post(f"/records/{record.id}/exports", {"connection": "1"}).status_code == 403
    assert status(world, export) is Status.FAILED


def test_another_organisations_record_does_not_exist(world: World, visit: Visit) -> None:
    record, export = approved(world)
    dov = visit("dov")
    assert dov.get("/records").status_code == 200
    for address in (
        f"/records/{record.id}",
        f"/records/{record.id}/progress",
        f"/records/{record.id}/originals/1",
        f"/r/{export.key}",
        "/records/99999999999999999999999",
    ):
        assert dov.get(address).status_code == 404, address
    assert dov.part(f"/records/{record.id}/progress").status_code == 404
    assert dov.post(f"/records/{record.id}/exports", {"connection": str(export.connection_id)}).status_code == 404


def test_a_record_is_not_sent_to_another_organisations_ledger(world: World, visit: Visit) -> None:
    record, _ = approved(world)
    foreign = world.connect_xero(world.maple, lists=False)
    bo = visit("bo")
    bo.get(f"/records/{record.id}")
    assert bo.post(f"/records/{record.id}/exports", {"connection": str(foreign.id)}).status_code == 404
    assert bo.post(f"/records/{record.id}/exports", {"connection": "x"}).status_code == 404


def test_the_page_says_what_the_document_says(world: World, visit: Visit) -> None:
    rows = (
        "bill,B-1,2026-11-01,SEK,Granit AB,SE555555000101,Nordlys AB,SE556677889901,Stone,3,100.00,S,25",
        "bill,B-1,2026-11-01,SEK,Granit AB,SE555555000101,Nordlys AB,SE556677889901,Books,1,50.00,S,6",
    )
    (result,) = world.take_in("stone.csv", "\n".join((HEADINGS, *rows)))
    page = visit("bo").get(f"/records/{result.record_id}").text
    for words in ("Bill B-1", "Granit AB", "SE555555000101", "Stone", "300.00", "75.00", "3.00", "428.00", "stone.csv"):
        assert words in page, words


def test_the_three_dates_stand_apart(world: World, visit: Visit) -> None:
    record, export = approved(world)
    with writing(world.session) as session:
        session.execute(update(Export).where(Export.id == export.id).values(booking_date=date(2026, 12, 4)))
    page = visit("bo").get(f"/records/{record.id}").text
    for term, day in (("Document date", "2026-11-02"), ("Booking date", "2026-12-04"), ("Due date", "2026-12-31")):
        assert f'<dt>{term}</dt><dd><time datetime="{day}">' in page, term


def test_the_original_comes_back_as_it_was_always_as_a_download(world: World, visit: Visit) -> None:
    content = f"{HEADINGS}\n{BILL.format('100.00')}"
    (result,) = world.take_in("räkning <1>.csv", content)
    bo = visit("bo")
    _, _, rest = bo.get(f"/records/{result.record_id}").text.partition("/originals/")
    answer = bo.get(f"/records/{result.record_id}/originals/{rest.partition(chr(34))[0]}")
    assert answer.data == content.encode()
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert bo.get(f"/records/{result.record_id}/originals/999").status_code == 404


@pytest.mark.requirement("B-24")
def test_a_record_lists_all_its_originals_each_with_a_download(world: World, visit: Visit) -> None:
    cii = sample("cii/invoice.xml")
    files = {"a.pdf": pdf_with(("factur-x.xml", cii)), "b.xml": cii, "c.xml": sample("ubl/invoice.xml")}
    ((result,), *_) = [world.take_in(name, content) for name, content in files.items()]
    bo = visit("bo")
    _, _, listed = bo.get(f"/records/{result.record_id}").text.partition('id="originals"')
    links = re.findall(r'<a href="([^"]+/originals/\d+)">([^<]+)</a>', listed)
    assert {name: bo.get(address).data for address, name in links} == files


@pytest.mark.requirement("S4-02")
def test_a_failure_stands_first_with_the_stored_message_the_guidance_and_what_mends_it(
    world: World, visit: Visit
) -> None:
    record, export = approved(world)
    unmapped = Fault(ErrorCode.ACCOUNT_NOT_MAPPED, "4010", "Account 4010 is not mapped to an account in Xero", "4010")
    tax = Fault(ErrorCode.TAX_NOT_MAPPED, "Sale 6 %", "Sale 6 % is not mapped to a tax rate in Xero", "sale:S:6:SE")
    fail_check(world, export, unmapped, tax)
    page = visit("ada").get(f"/records/{record.id}").text
    main = page.partition("<main")[2]
    assert main.index('class="banner bad"') < main.index("<h1>") < main.index('id="lines"')
    banner = main.partition('class="banner bad"')[2].partition("</section>")[0]
    assert f"{unmapped.words}; {tax.words}" in banner
    assert "A line of the document names an account of yours that leads to no account in Xero" in banner
    assert "Choose the account" in banner
    assert "kind=account&amp;value=4010" in banner
    assert "No Xero tax rate is chosen" in banner
    assert "will not be sent again by itself" in banner


@pytest.mark.requirement("S4-03", "S2-03", "S2-07")
def test_a_failed_record_is_exported_again_from_its_banner_and_the_result_is_told(world: World, visit: Visit) -> None:
    record, export = approved(world)
    refuse(world, export)
    bo = visit("bo")
    assert ">T-00001</a>" in bo.get("/records?list=awaiting-payment").text
    page = bo.get(f"/records/{record.id}").text
    menu = page.partition('id="record-menu"')[2]
    assert "Export to Xero" in menu
    assert "Export to Xero again" in page
    page = bo.post(f"/records/{record.id}/exports", {"connection": str(export.connection_id)}).text
    assert "T-00001: queued for Xero." in page
    assert 'data-poll hx-get="/records/1/progress"' in page
    accept(world, export, LedgerState.DRAFT)
    part = bo.part(f"/records/{record.id}/progress").text
    assert "data-poll" not in part
    assert 'class="message success">T-00001 was exported to Xero as draft.' in part
    assert "was exported to Xero as draft.</span>" not in bo.get(f"/records/{record.id}").text


@pytest.mark.requirement("S2-07")
def test_without_scripts_the_next_look_at_the_page_tells_of_the_failure(world: World, visit: Visit) -> None:
    record, export = approved(world)
    fail_check(world, export)
    bo = visit("bo")
    bo.get(f"/records/{record.id}")
    bo.post(f"/records/{record.id}/exports", {"connection": str(export.connection_id)})
    refuse(world, export)
    page = bo.get(f"/records/{record.id}/progress").text
    assert 'class="message error">T-00001 was not exported to Xero: Invoice # must be unique.' in page


@pytest.mark.requirement("S2-03")
def test_the_record_and_the_failed_tile_send_in_the_same_way(world: World, visit: Visit) -> None:
    """One service behind both: the same columns of the export and the same line of the log."""
    record, single = approved(world)
    (bulk,) = world.approve(world.records(1))
    for export in (single, bulk):
        refuse(world, export)
    bo = visit("bo")
    bo.get(f"/records/{record.id}")
    bo.post(f"/records/{record.id}/exports", {"connection": str(single.connection_id)})
    asked = bo.post("/resyncs", {"provider": "xero", "export": str(bulk.id)})
    bo.post(f"{asked.request.path}/confirmation")
    columns = (Export.status, Export.trigger, Export.tries, Export.next_try_at, Export.is_urgent, Export.error_code)
    noted = (AuditEntry.kind, AuditEntry.act, AuditEntry.actor, AuditEntry.status, AuditEntry.entity_type)
    world.session.rollback()
    rows, entries = [], []
    for export in (single, bulk):
        rows.append(world.session.execute(select(*columns).where(Export.id == export.id)).one())
        newest = select(*noted).where(AuditEntry.export_id == export.id).order_by(AuditEntry.id.desc()).limit(1)
        entries.append(world.session.execute(newest).one())
    assert rows[0] == rows[1]
    assert entries[0] == entries[1]


def test_pressing_export_twice_makes_one_order(world: World, visit: Visit) -> None:
    record, export = approved(world)
    fail_check(world, export)
    bo = visit("bo")
    bo.get(f"/records/{record.id}")
    for _ in range(2):
        page = bo.post(f"/records/{record.id}/exports", {"connection": str(export.connection_id)}).text
    assert "T-00001 is waiting to be sent to Xero already." in page
    assert count(world, AuditEntry.export_id == export.id, AuditEntry.act == Act.EXPORT_QUEUED) == 2


def test_the_menu_says_why_a_record_cannot_go_now(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    (record,) = world.records(1)
    bo = visit("bo")
    assert "is not approved yet; approve it, then it can go to Xero." in bo.get(f"/records/{record.id}").text
    page = bo.post(f"/records/{record.id}/exports", {"connection": str(connection.id)}).text
    assert "is not approved yet" in page


def test_what_waits_says_for_what_and_does_not_ask_the_server_on_and_on(world: World, visit: Visit) -> None:
    record, _ = approved(world)
    with writing(world.session) as session:
        values = {"state": ConnectionState.ERROR, "waiting_for": "Xero disconnected"}
        session.execute(update(Connection).values(**values))
    page = visit("bo").get(f"/records/{record.id}").text
    assert "waiting: Xero disconnected" in page
    assert "Waiting: Xero needs reconnecting. It goes by itself then." in page
    assert "data-poll hx-get" not in page


def test_a_synced_record_names_the_state_and_leads_to_the_ledger(world: World, visit: Visit) -> None:
    record, export = approved(world)
    accept(world, export, LedgerState.DRAFT)
    page = visit("bo").get(f"/records/{record.id}").text
    assert 'class="pill synced">Synced</span><small class="note"><span class="sep"> · </span>draft</small>' in page
    assert "https://go.xero.com/app/invoicing/view/" in page
    assert "T-00001 is in Xero already." in page
    assert ">Xero, draft</small>" in visit("bo").get("/records").text


def test_the_history_shows_every_try_with_what_was_exchanged(world: World, visit: Visit) -> None:
    record, export = approved(world)
    refuse(world, export)
    bo = visit("bo")
    bo.get(f"/records/{record.id}")
    bo.post(f"/records/{record.id}/exports", {"connection": str(export.connection_id)})
    accept(world, export)
    page = bo.get(f"/records/{record.id}").text
    history = page.partition('id="history"')[2]
    for words in (
        "Export to Xero: Synced",
        "Export to Xero: Failed",
        "Invoice # must be unique.",
        "HTTP 400",
        "HTTP 200",
        "req-1",
        "&#34;ACCREC&#34;",
        "Sales without an account of their own",
        "version 1",
        "Record approved",
        "Taken in from",
    ):
        assert words in history, words
    assert history.index("Export to Xero: Synced") < history.index("Export to Xero: Failed")


def test_what_is_in_doubt_says_that_nothing_is_sent_before_it_is_clear(world: World, visit: Visit) -> None:
    record, export = approved(world)
    fall_silent(world, export)
    page = visit("bo").get(f"/records/{record.id}").text
    assert "may have arrived in Xero; it is looked up there before anything is sent again" in page
    assert "is being looked up in Xero; it is not sent again until that is clear." in page


def test_the_key_that_the_ledger_shows_leads_to_the_record(world: World, visit: Visit) -> None:
    record, export = approved(world)
    cleo = visit("cleo")
    assert cleo.get("/r/" + export.key).request.path == f"/records/{record.id}"
    assert cleo.get("/r/unknown").status_code == 404
    assert visit("").client.get("/r/" + export.key).status_code == 303


def test_taxes_are_told_in_words_and_each_line_by_where_it_went(world: World, visit: Visit) -> None:
    record, export = approved(world, kind="bill")
    bo = visit("bo")
    assert "Accounts and tax rates in Xero" not in bo.get(f"/records/{record.id}").text
    accept(world, export)
    page = bo.get(f"/records/{record.id}").text
    assert ">25 % standard rate</td>" in page
    assert "<dt>Tax 25 % standard rate</dt>" in page
    sent = page.partition("Accounts and tax rates in Xero")[2].partition("</details>")[0]
    assert '<td data-label="Account">400 Purchases</td><td data-label="Tax rate">Purchases 25 %</td>' in sent


def test_why_the_original_is_not_attached_is_said_in_words(world: World, visit: Visit) -> None:
    world.map_all(world.connect_xero())
    first, *_ = world.records(4)
    (export,) = world.approve([first])
    accept(world, export)
    assert "The file holds 4 documents, so it is not attached" in visit("bo").get(f"/records/{first.id}").text
