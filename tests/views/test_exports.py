"""The exports page of a provider: tiles, filters, rows, pages, refreshes, and who may do what."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, event

from dashboard.db import writing
from dashboard.domain import connections, lifecycle
from dashboard.models import Connection, Export
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Company, Fault, LedgerState
from dashboard.vocabulary.statuses import Cause, Status
from tests.support import playing
from tests.support.board import numbers, press, ticks, tile, words
from tests.support.playing import UNMAPPED
from tests.support.visitor import Visitor
from tests.support.world import World

Visit = Callable[[str], Visitor]
PAGE = "/exports/xero"
CLOSED = Fault(ErrorCode.PERIOD_CLOSED, "2026-09-30", "2 Sep 2026 is in a closed period: Xero is locked")
SECOND = Company("22222222-aaaa-4aaa-8aaa-000000000002", "Nordlys Norge AS", "link-2")


@pytest.fixture
def xero(world: World) -> Connection:
    return world.connect_xero()


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that any database is sent meanwhile."""
    sent: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.requirement("S2-09")
def test_a_provider_that_was_never_connected_has_no_page(world: World, visit: Visit) -> None:
    bo = visit("bo")
    assert bo.get(PAGE).status_code == 404
    world.connect_xero(world.maple)
    assert bo.get(PAGE).status_code == 404
    assert bo.get("/exports/nobody").status_code == 404


@pytest.mark.requirement("S2-09")
def test_a_dropped_connection_keeps_its_page_and_says_what_to_do(world: World, xero: Connection, visit: Visit) -> None:
    world.approve(world.records(2))
    with writing(world.session):
        connections.break_off(world.session, xero, ErrorCode.ACCESS_EXPIRED, "invalid_grant: revoked", world.now())
    page = visit("ada").get(f"{PAGE}?status=pending")
    assert page.status_code == 200
    assert "Xero disconnected: Nordlys AB" in words(page)
    assert "invalid_grant: revoked" in words(page)
    assert f'action="/connections/{xero.id}/reconnection"' in page.text
    assert words(page).count("waiting: Xero disconnected") == 2
    as_bo = visit("bo").get(PAGE)
    assert "Only an admin may connect or reconnect a ledger." in words(as_bo)
    assert f"/connections/{xero.id}/reconnection" not in as_bo.text


@pytest.mark.requirement("S2-02", "S2-08")
def test_the_tiles_count_every_status_exactly_and_are_the_filter(world: World, xero: Connection, visit: Visit) -> None:
    refused = playing.failed(world, 2)
    booked, checked, sending, *_ = world.approve(world.records(5))
    playing.book(world, booked)
    for export in (checked, sending):
        playing.take(world, export)
    with writing(world.session):
        lifecycle.move(world.session, checked, Status.CHECKING, Cause.NO_ANSWER, world.now())
    bo = visit("bo")
    page = bo.get(PAGE)
    assert "<title>Failed (2) · Xero exports · tieout</title>" in page.text
    assert "<h1>Failed (2) · Xero exports</h1>" in page.text
    counted = {label: tile(page, label) for label in ("Failed", "Synced", "Pending", "On Hold", "Checking", "Resolved")}
    assert counted == {"Failed": 2, "Synced": 1, "Pending": 3, "On Hold": 0, "Checking": 1, "Resolved": 0}
    assert ticks(page) == [str(export.id) for export in reversed(refused)]
    for status, n in (("synced", 1), ("pending", 3), ("checking", 1), ("on-hold", 0)):
        assert f'href="{PAGE}?status={status}"' in page.text
        listed = bo.get(f"{PAGE}?status={status}")
        assert (len(numbers(listed)), ticks(listed)) == (n, [])
    assert numbers(bo.get(f"{PAGE}?status=error")) == numbers(page)


@pytest.mark.requirement("S2-08", "S2-12")
def test_a_refresh_brings_the_board_the_title_the_heading_and_the_sidebar(
    world: World, xero: Connection, visit: Visit
) -> None:
    exports = playing.failed(world, 3)
    bo = visit("bo")
    page = bo.get(PAGE)
    (address,) = re.findall(r'id="board"[^>]* hx-get="([^"]+)"', page.text)
    assert 'id="board" class="stack" data-poll="15"' in page.text
    playing.mend(world, xero)
    press(bo, page, exports[:2])
    moving = bo.part(address.replace("&amp;", "&"))
    assert 'data-poll="2"' in moving.text
    playing.answer_all(world, xero, lambda export: None)
    playing.tick(world)
    refreshed = bo.part(address.replace("&amp;", "&"))
    assert refreshed.text.lstrip().startswith("<title>Failed (1) · Xero exports · tieout</title>")
    assert '<hx-partial hx-target="#main h1" hx-swap="innerHTML">Failed (1) · Xero exports</hx-partial>' in (
        refreshed.text
    )
    assert "<html" not in refreshed.text
    assert 'hx-target="#sidebar"' in refreshed.text
    assert (tile(refreshed, "Failed"), tile(refreshed, "Synced")) == (1, 2)
    assert "2 exported, 0 still failing" in words(refreshed)


def test_a_refresh_keeps_the_form_token_so_that_a_press_before_and_after_it_is_one_resync(
    world: World, xero: Connection, visit: Visit
) -> None:
    (export,) = playing.failed(world, 1)
    playing.mend(world, xero)
    bo = visit("bo")
    page = bo.get(PAGE)
    (address,) = re.findall(r'id="board"[^>]* hx-get="([^"]+)"', page.text)
    refreshed = bo.part(address.replace("&amp;", "&"))
    first, second = press(bo, page, [export], follow=False), press(bo, refreshed, [export], follow=False)
    assert first.location == second.location


@pytest.mark.requirement("S2-05", "S2-13", "S3-04")
def test_a_row_shows_the_stored_message_in_full_and_what_mends_it(world: World, xero: Connection, visit: Visit) -> None:
    (export,) = playing.failed(world, 1)
    said = "Account 4010 is not mapped to an account in Xero"
    page = visit("ada").get(PAGE)
    assert f'<summary data-tip="{said}"><span>{said}</span></summary>' in page.text
    assert "will not retry by itself" in words(page)
    assert f"/mapping?connection={xero.id}&amp;kind=account&amp;value=4010" in page.text
    as_bo = visit("bo").get(PAGE)
    assert "Only an admin may change mappings." in words(as_bo)
    opened = visit("bo").part(f"{PAGE}/{export.id}")
    assert said in words(opened)
    assert "<ol" in opened.text
    assert f'href="/records/{export.record_id}"' in opened.text
    assert 'href="/errors/account-not-mapped"' in opened.text
    assert "<html" not in opened.text


def test_without_scripts_what_opens_a_row_leads_to_the_record(world: World, xero: Connection, visit: Visit) -> None:
    (export,) = playing.failed(world, 1)
    opened = visit("bo").client.get(f"{PAGE}/{export.id}")
    assert (opened.status_code, opened.location) == (303, f"/records/{export.record_id}")


def test_a_row_of_another_organisation_does_not_open(world: World, xero: Connection, visit: Visit) -> None:
    world.connect_xero(world.maple)
    (foreign,) = world.approve(world.records(tenant=world.maple))
    bo = visit("bo")
    for address in (f"{PAGE}/{foreign.id}", f"{PAGE}/987654", f"{PAGE}/99999999999999999999999"):
        assert bo.part(address).status_code == 404


@pytest.mark.requirement("S3-03", "S3-05")
def test_notes_beside_the_status_say_what_happens_next(world: World, xero: Connection, visit: Visit) -> None:
    draft, again = world.approve(world.records(2))
    playing.book(world, draft)
    with writing(world.session):
        draft.ledger_state = LedgerState.DRAFT
        again.next_try_at = world.now() + timedelta(days=2)
        local = again.next_try_at.astimezone(world.nordlys.zone)
    bo = visit("bo")
    assert "Synced · draft" in words(bo.get(f"{PAGE}?status=synced"))
    assert "Open in Xero" in words(bo.get(f"{PAGE}?status=synced"))
    assert f"Pending · next try {local:%d %b %H:%M}" in words(bo.get(f"{PAGE}?status=pending"))


def test_what_is_held_for_its_date_says_the_date_and_what_can_be_done(
    world: World, xero: Connection, visit: Visit
) -> None:
    bo, ada = visit("bo"), visit("ada")
    with writing(world.session):
        world.session.get_one(Connection, xero.id).start_date = date(2026, 11, 15)
    world.approve(world.records(2, issued_on=date(2026, 11, 2)))
    page = bo.get(f"{PAGE}?status=on-hold")
    assert words(page).count("On Hold · dated before 15 Nov 2026") == 2
    assert "Documents dated before 15 Nov 2026 are held back" in words(page)
    assert "Only an admin may change these settings." in words(page)
    assert 'href="/sync-config">Change the start date' in ada.get(f"{PAGE}?status=on-hold").text
    assert "are held back" not in words(ada.get(PAGE))
    overview = words(bo.get("/"))
    to_decide, on_its_way = overview.index("To decide"), overview.index("On its way")
    assert to_decide < overview.index("Dated before 15 Nov 2026, held back from Xero") < on_its_way


def test_filters_narrow_the_list_and_stand_in_the_address(world: World, xero: Connection, visit: Visit) -> None:
    fjord = playing.failed(world, 2)
    records = world.records(1, kind="bill", contact="100% Östra_Bageriet", issued_on=date(2026, 10, 5))
    (east,) = world.approve(records)
    playing.refuse(world, east, CLOSED)
    bo = visit("bo")

    def found(query: str) -> list[str]:
        return numbers(bo.get(f"{PAGE}?{query}"))

    assert found("") == ["T-00003", "T-00002", "T-00001"]
    assert found("q=t-00002") == ["T-00002"]
    assert found("q=fjord") == ["T-00002", "T-00001"]
    assert found("q=100%25%20östra_") == ["T-00003"]
    assert found("q=%25") == found("q=_-0") == []
    assert found("kind=bill") == found("code=period-closed") == found("subject=2026-09-30") == ["T-00003"]
    assert found("since=2026-10-05&until=2026-10-05") == ["T-00003"]
    assert found("since=2026-10-06") == ["T-00002", "T-00001"]
    page = bo.get(f"{PAGE}?q=fjord&code=account-not-mapped")
    assert "Begins with “fjord”" in words(page)
    assert "2 match the filter" in words(page)
    assert f'href="{PAGE}?code=account-not-mapped"' in page.text
    assert len(fjord) == 2


def test_upper_and_lower_case_are_alike_beyond_ascii_too(world: World, xero: Connection, visit: Visit) -> None:
    (export,) = world.approve(world.records(1, contact="Åhléns City"))
    playing.refuse(world, export)
    bo = visit("bo")
    assert numbers(bo.get(f"{PAGE}?q=åhl")) == numbers(bo.get(f"{PAGE}?q=ÅHL")) == numbers(bo.get(f"{PAGE}?q=Åhl"))
    assert numbers(bo.get(f"{PAGE}?q=åhl")) == ["T-00001"]


def test_a_filter_that_makes_no_sense_comes_back_filled_in_with_the_message_at_the_field(
    world: World, xero: Connection, visit: Visit
) -> None:
    bo = visit("bo")
    page = bo.get(f"{PAGE}?since=2026-13-45&q=abc")
    assert page.status_code == 422
    assert 'aria-describedby="since-error"' in page.text
    assert 'value="2026-13-45"' in page.text
    assert bo.get(f"{PAGE}?since=2026-11-02&until=2026-11-01").status_code == 422
    for address in ("status=nonsense", "before=abc", "after=99999999999999999999", "q=" + "x" * 3000):
        assert bo.get(f"{PAGE}?{address}").status_code == 200


def test_the_list_is_paged_by_key_fifty_at_a_time(world: World, xero: Connection, visit: Visit) -> None:
    playing.multiply(world, *playing.failed(world, 1), 120)
    bo = visit("bo")
    pages = [bo.get(PAGE)]
    while older := re.search(r'rel="next" href="([^"]+)"', pages[-1].text):
        pages.append(bo.get(older[1].replace("&amp;", "&")))
    assert [len(numbers(page)) for page in pages] == [50, 50, 20]
    seen = [number for page in pages for number in numbers(page)]
    assert len(set(seen)) == 120
    assert seen == sorted(seen, reverse=True)
    (newer,) = re.findall(r'rel="prev" href="([^"]+)"', pages[2].text)
    assert numbers(bo.get(newer.replace("&amp;", "&"))) == numbers(pages[1])
    assert "50+ match the filter" in words(bo.get(f"{PAGE}?q=t"))
    assert "Resync all 120 that failed…" in words(pages[0])
    assert "Resync all that match…" in words(bo.get(f"{PAGE}?q=t"))


def test_a_page_whose_rows_are_gone_falls_back_to_the_first(world: World, xero: Connection, visit: Visit) -> None:
    exports = playing.failed(world, 3)
    bo = visit("bo")
    assert len(numbers(bo.get(f"{PAGE}?before={exports[0].id}"))) == 3
    assert len(numbers(bo.get(f"{PAGE}?after={exports[2].id}"))) == 3


@pytest.mark.requirement("S2-08")
def test_with_several_organisations_of_a_provider_the_tiles_sum_over_the_filter(
    world: World, xero: Connection, visit: Visit
) -> None:
    second = world.connect_xero(company=SECOND, lists=False)
    exports = world.approve(world.records(2))
    for export in exports:
        if export.connection_id == xero.id:
            playing.refuse(world, export)
    bo = visit("bo")
    assert (tile(bo.get(PAGE), "Failed"), tile(bo.get(PAGE), "Pending")) == (2, 2)
    only = bo.get(f"{PAGE}?connection={second.id}&status=pending")
    assert (tile(only, "Failed"), tile(only, "Pending"), len(numbers(only))) == (0, 2, 2)
    assert "Organisation: Nordlys Norge AS" in words(only)
    assert bo.get(f"{PAGE}?connection=987654").status_code == 404
    assert bo.get(f"{PAGE}?connection=abc").status_code == 404


def test_a_viewer_sees_everything_and_the_button_disabled_with_the_reason(
    world: World, xero: Connection, visit: Visit
) -> None:
    (export,) = playing.failed(world, 1)
    cleo = visit("cleo")
    page = cleo.get(PAGE)
    assert numbers(page) == ["T-00001"]
    assert "Viewers read only; sending needs the finance role." in words(page)
    assert 'action="/resyncs"' not in page.text
    assert cleo.post("/resyncs", {"export": str(export.id)}).status_code == 403


def test_amounts_carry_their_currency_and_its_own_decimals(world: World, xero: Connection, visit: Visit) -> None:
    (export,) = world.approve(world.records(1, currency="EUR", total_net=Decimal("9876.50"), tax_rate="0"))
    playing.refuse(world, export)
    assert "9,876.50 EUR" in words(visit("bo").get(PAGE))


def test_a_full_page_takes_no_more_statements_than_a_page_of_one(world: World, xero: Connection, visit: Visit) -> None:
    first = playing.failed(world, 1)
    bo = visit("bo")
    bo.get(PAGE)
    with counted() as for_one:
        bo.get(PAGE)
    playing.multiply(world, *first, 60)
    with counted() as for_fifty:
        page = bo.get(PAGE)
    assert len(numbers(page)) == 50
    assert len(for_fifty) == len(for_one)
    assert len(page.data) < 75_000


def test_what_arrived_twice_says_so_on_its_row(world: World, xero: Connection, visit: Visit) -> None:
    (export,) = world.approve(world.records(1))
    playing.book(world, export)
    with writing(world.session):
        world.session.get_one(Export, export.id).alarm = "It may be in the ledger twice. Look there and void one."
    assert "It may be in the ledger twice." in words(visit("bo").get(f"{PAGE}?status=synced"))
    assert UNMAPPED.words not in words(visit("bo").get(f"{PAGE}?status=synced"))


@pytest.mark.requirement("S2-06")
def test_what_lacks_nothing_any_more_is_offered_on_the_exports_page(
    world: World, xero: Connection, visit: Visit
) -> None:
    exports = playing.failed(world, 3, UNMAPPED, UNMAPPED, CLOSED)
    bo = visit("bo")
    assert "lack nothing any more" not in words(bo.get(PAGE))
    visit("ada").post(
        "/mapping",
        {"connection": str(xero.id), "kind": "account", "value-0": "4010", "seen-0": "", "target-0": "400"},
    )
    page = bo.get(PAGE)
    assert "2 failed records lack nothing any more" in words(page)
    assert words(page).count("Mended: resend") == 2
    assert "Choose the account" not in words(page)
    assert "Mended: resend" in bo.get(f"/records/{exports[0].record_id}").text
    as_cleo = visit("cleo").get(PAGE)
    assert "2 failed records lack nothing any more" in words(as_cleo)
    assert 'action="/resyncs"' not in as_cleo.text
    banner = page.text[page.text.index(f'id="mended-{xero.id}"') :]
    sent = dict(re.findall(r'name="([^"]+)" value="([^"]+)"', banner[: banner.index("</form>")]))
    assert (sent["offer"], sent["n"]) == ("mended", "2")
    bo.post("/resyncs", sent)
    assert (tile(bo.get(PAGE), "Failed"), tile(bo.get(PAGE), "Pending")) == (1, 2)


def test_a_row_that_lacks_nothing_is_resent_by_its_own_button(world: World, xero: Connection, visit: Visit) -> None:
    world.map_all(xero)
    (export,) = playing.failed(world, 1)
    bo, ada = visit("bo"), visit("ada")
    assert "Mended: resend" not in bo.get(PAGE).text
    form = {"connection": str(xero.id), "kind": "account", "value-0": "4010", "seen-0": "", "target-0": "400"}
    ada.post("/mapping", form)
    row = bo.get(PAGE).text
    row = row[row.index(f'id="row-{export.id}"') :]
    fields = dict(re.findall(r'type="hidden" name="(export|seen)" value="([^"]+)"', row[: row.index("</tr>")]))
    bo.post("/resyncs", dict(fields))
    assert (tile(bo.get(PAGE), "Failed"), tile(bo.get(PAGE), "Pending")) == (0, 1)


def test_the_filter_offers_the_errors_that_occur_now_and_the_one_chosen(
    world: World, xero: Connection, visit: Visit
) -> None:
    playing.failed(world, 1)
    bo = visit("bo")

    def offered(address: str) -> list[str]:
        (drop_down,) = re.findall(r'<select id="code".*?</select>', bo.get(address).text, re.DOTALL)
        return re.findall(r'<option value="([a-z-]+)"', drop_down)

    assert offered(PAGE) == ["account-not-mapped"]
    assert set(offered(f"{PAGE}?code=period-closed")) == {"account-not-mapped", "period-closed"}


UNTAXED = Fault(ErrorCode.TAX_NOT_MAPPED, "25 %", "Tax 25 % is not mapped to a tax rate in Xero", "sale:S:25:SE")


def refused_twice(world: World) -> Export:
    """An export that failed for want of an account and of a tax rate."""
    (export,) = world.approve(world.records(1))
    with writing(world.session):
        lifecycle.move(world.session, export, Status.FAILED, Cause.PREFLIGHT, world.now(), faults=[UNMAPPED, UNTAXED])
    return export


def test_the_button_of_a_row_mends_the_first_cause_that_is_still_open(
    world: World, xero: Connection, visit: Visit
) -> None:
    export = refused_twice(world)
    ada = visit("ada")
    assert "Choose the account" in words(ada.get(PAGE))
    form = {"connection": str(xero.id), "kind": "account", "value-0": "4010", "seen-0": "", "target-0": "400"}
    ada.post("/mapping", form)
    for page in (ada.get(PAGE), ada.get(f"/records/{export.record_id}")):
        assert "Choose the tax rate" in words(page)
        assert "Choose the account" not in words(page)


@pytest.mark.requirement("S2-05")
def test_an_opened_row_explains_each_of_several_causes_and_says_which_is_mended(
    world: World, xero: Connection, visit: Visit
) -> None:
    export = refused_twice(world)
    ada = visit("ada")
    opened = ada.part(f"{PAGE}/{export.id}")
    for fault in (UNMAPPED, UNTAXED):
        assert fault.words in words(opened)
        assert f'href="/errors/{fault.code.value}"' in opened.text
    assert "Choose the account" in words(opened)
    assert "Choose the tax rate" in words(opened)
    assert "Mended" not in words(opened)
    form = {"connection": str(xero.id), "kind": "account", "value-0": "4010", "seen-0": "", "target-0": "400"}
    ada.post("/mapping", form)
    opened = ada.part(f"{PAGE}/{export.id}")
    assert words(opened).count("Mended.") == 1
    assert "Choose the account" not in words(opened)
    assert "Choose the tax rate" in words(opened)
