"""The overview as people see it: its numbers are those of the pages it links to, and it says what to do next."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from dashboard.db import writing
from dashboard.domain import connections, heartbeats, lifecycle, records
from dashboard.domain.records import RecordList
from dashboard.models import Connection, Export, Membership
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Fault
from dashboard.vocabulary.statuses import Cause, Status
from tests.support.attempting import accept, fail_check, fall_silent
from tests.support.board import numbers, words
from tests.support.statements import statements
from tests.support.visitor import Visitor
from tests.support.world import World

Visit = Callable[[str], Visitor]
UNMAPPED = Fault(ErrorCode.ACCOUNT_NOT_MAPPED, "5410", "Account 5410 is not mapped", "5410")
LISTED = re.compile(r"\b(?:Failed|Synced|Pending|On Hold|Checking) \(([\d,]+)\) ·")


def run(world: World) -> None:
    with writing(world.session) as session:
        heartbeats.beat(session, heartbeats.RUNNER, world.now())


def rows(page: str, table: str) -> list[str]:
    """The rows of a table of the page, as markup."""
    found = re.search(rf'<table id="{table}".*?</table>', page, re.DOTALL)
    return re.findall(r"<tr id=.*?</tr>", found[0], re.DOTALL) if found else []


def link(markup: str) -> str:
    """Where the first link leads."""
    return html.unescape(re.findall(r'href="([^"]+)"', markup)[0])


def counted(row: str) -> int:
    return int(re.findall(r'data-label="Documents">([\d,]+)<', row)[0].replace(",", ""))


@pytest.fixture
def busy(world: World) -> Connection:
    """Nordlys with something in every part of the overview."""
    connection = world.connect_xero()
    world.map_all(connection)
    run(world)
    for export in world.approve(world.records(3)):
        fail_check(world, export, UNMAPPED)
    for export in world.approve(world.records(1)):
        fail_check(world, export, Fault(ErrorCode.ACCOUNT_NOT_MAPPED, "5420", "Account 5420 is not mapped", "5420"))
    for n, export in enumerate(world.approve(world.records(2, kind="bill"))):
        fail_check(world, export, Fault(ErrorCode.NUMBER_EXISTS, f"T-{n}", "Invoice # must be unique."))
    (synced,) = world.approve(world.records(1))
    accept(world, synced)
    (silent,) = world.approve(world.records(1))
    fall_silent(world, silent)
    world.approve(world.records(4, currency="EUR"))
    world.records(2)
    world.session.rollback()
    (held,) = world.approve(world.records(1))
    with writing(world.session) as session:
        fresh = session.get_one(Export, held.id, populate_existing=True)
        lifecycle.move(session, fresh, Status.ON_HOLD, Cause.TRIGGER_UNMET, world.now(), words="Held")
    return connection


def test_every_number_is_that_of_the_page_it_links_to(world: World, visit: Visit, busy: Connection) -> None:
    bo = visit("bo")
    page = bo.get("/").text
    causes, waiting = rows(page, "causes"), rows(page, "waiting")
    assert (len(causes), len(waiting)) == (3, 2)
    for row in causes:
        assert len(numbers(bo.get(link(row)))) == counted(row)
    awaiting, held = rows(page, "decisions")
    for row in (*waiting, held):
        shown = LISTED.findall(words(bo.get(link(row))))
        assert int(shown[0]) == counted(row)
    assert (counted(awaiting), counted(held)) == (2, 1)
    assert f"Awaiting approval ({counted(awaiting)})" in words(bo.get(link(awaiting)))
    for bar in re.findall(r'<a href="([^"]+)" tabindex="-1"><title>[^:]+: ([\d,]+)', page):
        listed = re.findall(r"(\d+) entr(?:y|ies)", words(bo.get(html.unescape(bar[0]))))
        assert listed == [bar[1]]
    assert "11 documents, 875.00 SEK and 500.00 EUR, are not in Xero. 1 more is being looked up there." in words(page)
    assert "3 things to fix." in words(page)


def test_what_fails_for_several_causes_counts_under_the_first_and_its_row_names_the_others(
    world: World, visit: Visit, busy: Connection
) -> None:
    taxed = Fault(ErrorCode.TAX_NOT_MAPPED, "S 12 %", "The tax S 12 % is not mapped", "sale:S:12:SE")
    (export,) = world.approve(world.records(1))
    with writing(world.session) as session:
        fresh = session.get_one(Export, export.id, populate_existing=True)
        lifecycle.move(session, fresh, Status.FAILED, Cause.PREFLIGHT, world.now(), faults=[UNMAPPED, taxed])
    bo = visit("bo")
    causes = rows(bo.get("/").text, "causes")
    assert len(causes) == 3
    assert {counted(row): len(numbers(bo.get(link(row)))) for row in causes} == {1: 1, 2: 2, 4: 4}
    opened = words(bo.part(f"/exports/xero/{export.id}"))
    assert UNMAPPED.words in opened
    assert taxed.words in opened


def test_it_says_whose_turn_it_is_and_one_button_mends(world: World, visit: Visit, busy: Connection) -> None:
    unmapped, exists, _ = rows(visit("ada").get("/").text, "causes")
    assert "<b>You</b>" in unmapped
    assert f'href="/mapping?connection={busy.id}&amp;kind=account&amp;value=5410"' in unmapped
    assert "Go through the 2" in exists
    finance, *_ = rows(visit("bo").get("/").text, "causes")
    assert "An admin of your organisation" in finance
    assert 'aria-disabled="true"' in finance
    assert "Only an admin" in finance


def test_what_lacks_nothing_any_more_is_sent_again_from_its_cause(world: World, visit: Visit, busy: Connection) -> None:
    ada = visit("ada")
    page = ada.get(f"/mapping?connection={busy.id}&kind=account").text
    fields = {name: html.unescape(value) for name, value in re.findall(r'name="([\w-]+)" value="([^"]*)"', page)}
    at = next(name.partition("-")[2] for name, value in fields.items() if value == "5410")
    ada.post("/mapping", {**fields, f"target-{at}": "200"})
    bo = visit("bo")
    (cause,) = [row for row in rows(bo.get("/").text, "causes") if "5410" in row]
    assert "Resync 3 to Xero" in cause
    fields = [*re.findall(r'name="(\w+)" value="([^"]*)"', cause)]
    form = {name: html.unescape(value) for name, value in fields if name != "export"}
    del form["csrf_token"]
    bo.post("/resyncs", {**form, "export": [value for name, value in fields if name == "export"]})
    world.session.rollback()
    again = world.session.scalars(select(Export.status).where(Export.error_subject == "5410")).all()
    assert again == [Status.PENDING] * 3


def test_a_refresh_is_the_part_alone_and_keeps_the_pages_token(world: World, visit: Visit, busy: Connection) -> None:
    bo = visit("bo")
    page = bo.get("/").text
    address = html.unescape(re.findall(r'hx-get="(/\?form=[^"]+)"', page)[0])
    part = bo.part(address).text
    assert part.startswith('<div id="board"')
    assert "<html" not in part
    assert f'hx-get="{address}"' in part
    assert 'data-poll="3"' in part
    assert len(page.encode()) <= 60_000


def test_a_broken_connection_stands_before_everything_else(world: World, visit: Visit, busy: Connection) -> None:
    with writing(world.session) as session:
        fresh = session.get_one(Connection, busy.id, populate_existing=True)
        connections.break_off(session, fresh, ErrorCode.ACCESS_EXPIRED, "Xero no longer accepts it", world.now())
    page = visit("ada").get("/").text
    assert page.index('id="verdict"') < page.index(f'id="broken-{busy.id}"') < page.index('id="to-fix"')
    assert f'action="/connections/{busy.id}/reconnection"' in page
    assert "waits until Xero is connected again" in words(page)
    assert "Only an admin may" in visit("bo").get("/").text


def test_the_parts_stand_in_the_order_of_their_urgency(world: World, visit: Visit, busy: Connection) -> None:
    page = visit("bo").get("/").text
    places = [page.index(f'id="{each}"') for each in ("verdict", "to-fix", "to-decide", "on-its-way", "since", "days")]
    assert places == sorted(places)
    assert "Everything" not in words(page)


def test_what_was_looked_up_for_more_than_an_hour_is_a_decision(world: World, visit: Visit, busy: Connection) -> None:
    bo = visit("bo")
    assert "Looked up in Xero since" not in bo.get("/").text
    with writing(world.session) as session:
        long_ago = world.now() - timedelta(minutes=61)
        session.execute(update(Export).where(Export.status == Status.CHECKING).values(status_since=long_ago))
    page = bo.get("/").text
    (row,) = [row for row in rows(page, "decisions") if "Looked up in Xero since" in row]
    assert counted(row) == 1
    assert link(row).startswith("/exports/xero?status=checking")
    assert not any("Checking" in row for row in rows(page, "waiting"))


def test_an_alarm_leads_to_its_record(world: World, visit: Visit, busy: Connection) -> None:
    with writing(world.session) as session:
        synced = session.scalars(select(Export).where(Export.status == Status.SYNCED)).one()
        synced.alarm = "Two documents in Xero carry it"
    row = rows(visit("bo").get("/").text, "decisions")[0]
    assert "may be there twice" in row
    assert link(row) == f"/records/{synced.record_id}"


@pytest.mark.requirement("S0-21")
def test_what_waits_for_its_next_try_says_when(world: World, visit: Visit, busy: Connection) -> None:
    in_an_hour = world.now() + timedelta(hours=1)
    local = in_an_hour.astimezone(world.nordlys.zone)
    pending = Export.status == Status.PENDING
    with writing(world.session) as session:
        first = session.scalars(select(Export.id).where(pending).limit(1)).one()
        session.execute(update(Export).where(Export.id == first).values(next_try_at=in_an_hour))
    page = words(visit("bo").get("/"))
    assert re.search(rf"1 of them tried again, next try (\d+ \w+ )?{local:%H:%M}; sent by about", page)
    listed = words(visit("bo").get("/exports/xero?status=pending"))
    assert re.search(rf"next try (\d+ \w+ )?{local:%H:%M}", listed)


def test_since_the_last_look_counts_what_the_log_shows_since_then(world: World, visit: Visit, busy: Connection) -> None:
    bo = visit("bo")
    assert "This is your first look." in bo.get("/").text
    assert "Noted." in bo.post("/looks").text
    with writing(world.session) as session:
        earlier = world.now() - timedelta(hours=2)
        session.execute(update(Membership).values(looked_at=earlier.replace(microsecond=0)))
    page = bo.get("/").text
    found = re.findall(r'<a href="(/audit-log\?[^"]+)">(\d+) (synced|failed)</a>', page)
    assert [(n, word) for _, n, word in found] == [("1", "synced"), ("6", "failed")]
    for address, n, _ in found:
        log = words(bo.get(html.unescape(address)))
        assert re.findall(r"(\d+) entr(?:y|ies)", log) == [n]
        assert "Since 20" in log


def test_the_first_steps_lead_on_and_are_ticked_when_done(world: World, visit: Visit) -> None:
    ada, cleo = visit("ada"), visit("cleo")
    page = ada.get("/").text
    assert "Nothing is connected yet" in words(page)
    assert 'id="to-fix"' not in page
    assert '<a class="btn primary" href="/connections">Connect Xero</a>' in page
    assert "Only an admin" in cleo.get("/").text
    connection = world.connect_xero()
    run(world)
    assert '<a class="btn primary" href="/mapping">' in ada.get("/").text
    world.map_all(connection)
    page = ada.get("/").text
    assert "Nothing was sent to Xero yet." in words(page)
    assert '<a class="btn primary" href="/records/upload">' in page
    records = world.records(1, total_net=Decimal("8.00"))
    assert '<a class="btn primary" href="/records?list=awaiting-approval">' in ada.get("/").text
    (export,) = world.approve(records)
    assert words(ada.get("/")).count("Done") == 4
    accept(world, export)
    page = ada.get("/").text
    assert 'id="steps"' not in page
    assert "Everything is in Xero as of" in words(page)


def test_what_was_approved_before_a_ledger_was_connected_is_a_list_of_its_own(world: World, visit: Visit) -> None:
    records = world.records(2)
    world.approve(records)
    world.connect_xero()
    bo = visit("bo")
    (row,) = [row for row in rows(bo.get("/").text, "decisions") if "Approved, not sent" in row]
    assert counted(row) == 2
    assert numbers(bo.get(link(row))) == [records[1].number, records[0].number]


@pytest.mark.parametrize("which", [RecordList.POSSIBLE_DUPLICATES, RecordList.NOT_SENT])
def test_what_is_asked_for_with_every_refresh_is_read_from_its_own_index(world: World, which: RecordList) -> None:
    today = world.now().date()
    with statements(world.session) as said:
        records.total(world.session, world.nordlys.id, which, today)
    query = said[-1]
    values = [0] * (query.count("?"))
    plan = world.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", tuple(values)).all()
    assert f"ix_record_{which.value.replace('-', '_').removesuffix('s')}" in str(plan)


def test_sign_in_leads_to_the_overview(world: World, visit: Visit) -> None:
    visitor = visit("")
    page = visitor.sign_in(world.email("bo"), world.password).text
    assert "<h1>Overview</h1>" in page
    assert '<a href="/" aria-current="page">' in page


@pytest.mark.parametrize(("causes", "stand_open"), [(10, 10), (11, 8)])
def test_fewer_than_three_further_causes_are_not_folded_and_folded_ones_are_on_the_page(
    world: World, visit: Visit, causes: int, stand_open: int
) -> None:
    connection = world.connect_xero()
    world.map_all(connection)
    run(world)
    for n, export in enumerate(world.approve(world.records(causes))):
        code = f"54{n:02}"
        fail_check(world, export, Fault(ErrorCode.ACCOUNT_NOT_MAPPED, code, f"Account {code} is not mapped", code))
    page = visit("bo").get("/").text
    assert (len(rows(page, "causes")), len(rows(page, "causes-behind"))) == (stand_open, causes - stand_open)
    assert ("<summary>3 more causes</summary>" in page) == (stand_open < causes)
    assert len(page.encode()) <= 60_000


def test_a_lock_is_told_as_a_day_in_a_sentence(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    world.map_all(connection)
    run(world)
    (export,) = world.approve(world.records(1))
    fail_check(world, export, Fault(ErrorCode.PERIOD_CLOSED, "2026-10-12", "Xero is locked to 12 Oct 2026"))
    (row,) = rows(visit("bo").get("/").text, "causes")
    assert "locked to 12 Oct 2026" in row
    assert "2026-10-12" not in row.replace("subject=2026-10-12", "")
