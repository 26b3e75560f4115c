"""Support: the desk across organisations, going into one, what its people see of that, and how it ends."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from dashboard.db import writing
from dashboard.domain import connections, lifecycle, support_desk, support_visits
from dashboard.domain.guides import guide
from dashboard.models import AuditEntry, Connection, Export, Original, RecordOriginal, Tenant
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Company, Fault
from dashboard.vocabulary.statuses import Cause, Status
from tests.support.consenting import Visit, afresh
from tests.support.visitor import Visitor
from tests.support.world import World

REASON = "Request 4711: bills do not arrive"
UNMAPPED = Fault(ErrorCode.ACCOUNT_NOT_MAPPED, "4010", "Account 4010 is not mapped", "4010")
EXISTS = Fault(ErrorCode.NUMBER_EXISTS, "T-00002", "Invoice # must be unique.")


def fail(world: World, export: Export, fault: Fault) -> None:
    with writing(world.session):
        lifecycle.move(world.session, export, Status.FAILED, Cause.PREFLIGHT, world.now(), faults=[fault])


@pytest.fixture
def connection(world: World) -> Connection:
    """Nordlys with three failures of two causes, Maple with one."""
    connection = world.connect_xero()
    world.connect_xero(world.maple, company=Company("33333333-aaaa-4aaa-8aaa-000000000003", "Maple & Finch"))
    first, second, credit = world.records(2) + world.records(kind="credit note")
    for export in world.approve([first, second]):
        fail(world, export, UNMAPPED)
    (of_credit,) = world.approve([credit])
    fail(world, of_credit, EXISTS)
    (of_maple,) = world.approve(world.records(tenant=world.maple, currency="GBP"))
    fail(world, of_maple, EXISTS)
    return connection


def enter(world: World, sol: Visitor, minutes: int = 30) -> str:
    address = f"/support/organisations/{world.nordlys.id}"
    sol.get(address)
    return sol.post(address, {"reason": REASON, "minutes": str(minutes)}).text


def entries(world: World, *acts: Act) -> list[AuditEntry]:
    afresh(world)
    return list(world.session.scalars(select(AuditEntry).where(AuditEntry.act.in_(acts)).order_by(AuditEntry.id)))


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.mark.usefixtures("connection")
def test_the_desk_lists_organisations_by_what_fails_in_them(visit: Visit) -> None:
    page = visit("sol").get("/support").text
    said = words_of(page.partition("<tbody>")[2])
    assert said.index("Nordlys AB") < said.index("Maple &amp; Finch")
    nordlys, maple = said[: said.index("Maple")], said[said.index("Maple") :]
    assert "Nordlys AB Growth 3 failed 125.00 SEK" in nordlys
    titles = [guide(code).title for code in (ErrorCode.ACCOUNT_NOT_MAPPED, ErrorCode.NUMBER_EXISTS)]
    assert f"{titles[0]} 2 {titles[1]} 1" in nordlys
    assert re.search(r"SEK \d{4}-\d\d-\d\d \d\d:\d\d ", nordlys)
    assert "125.00 GBP" in maple


@pytest.mark.usefixtures("connection")
def test_the_desk_is_filtered_by_cause_destination_and_name(visit: Visit) -> None:
    sol = visit("sol")
    unmapped = words_of(sol.get("/support?code=account-not-mapped").text.partition("<tbody>")[2])
    assert "Nordlys AB Growth 2 failed 250.00 SEK" in unmapped
    assert "Maple" not in unmapped
    assert "Maple" in sol.get("/support?provider=xero&code=number-exists").text
    assert "Nordlys" not in sol.get("/support?q=maple").text.partition("<tbody>")[2]
    assert "No organisation meets the whole filter." in sol.get("/support?q=nobody").text


def test_an_organisation_whose_connection_needs_reconnecting_is_listed_with_what_waits(
    world: World, visit: Visit
) -> None:
    connection = world.connect_xero()
    world.approve(world.records(6))
    sol = visit("sol")
    assert "Nordlys" not in sol.get("/support").text.partition("<tbody>")[2]
    with writing(world.session) as session:
        fresh = session.get_one(Connection, connection.id)
        connections.break_off(session, fresh, ErrorCode.ACCESS_EXPIRED, "Access was withdrawn", world.now())
    for address in ("/support", "/support?code=access-expired"):
        said = words_of(sol.get(address).text.partition("<tbody>")[2])
        assert "Nordlys AB Growth 0 failed 6 waiting 750.00 SEK" in said
        assert "Needs reconnecting 6" in said
    assert "Nordlys" not in sol.get("/support?code=number-exists").text.partition("<tbody>")[2]


def test_of_very_many_called_alike_the_one_in_trouble_comes_first(world: World, connection: Connection) -> None:
    with writing(world.session) as session:
        for n in range(510):
            session.add(Tenant(slug=f"alike-{n}", name=f"Ample {n:03d}", created_at=world.now()))
    found, is_more = support_desk.troubles(world.session, words="ple")
    assert [each.tenant.name for each in found[:2]] == ["Maple & Finch", "Ample 000"]
    assert (len(found), is_more) == (support_desk.LISTED, True)


def test_an_organisation_in_which_nothing_fails_is_found_by_its_name(visit: Visit) -> None:
    sol = visit("sol")
    assert "Nothing fails anywhere" in sol.get("/support").text
    assert "Nordlys AB" in sol.get("/support?q=nordlys").text


def test_every_link_of_staff_who_visit_nobody_leads_somewhere(visit: Visit) -> None:
    sol = visit("sol")
    page = sol.get("/support").text
    links = set(re.findall(r'<a [^>]*href="(/[^"]*)"', page))
    assert "/support" in links
    assert {link: sol.get(link).status_code for link in links} == dict.fromkeys(links, 200)


@pytest.mark.parametrize("name", ["alma", "dov"])
def test_the_desk_does_not_exist_for_anybody_else(world: World, visit: Visit, name: str) -> None:
    somebody = visit(name)
    somebody.get("/settings")
    for address in ("/support", f"/support/organisations/{world.nordlys.id}"):
        assert somebody.get(address).status_code == 404
    assert somebody.post(f"/support/organisations/{world.nordlys.id}", {"reason": REASON}).status_code == 404
    assert entries(world, Act.SUPPORT_ENTERED) == []


@pytest.mark.parametrize(
    ("reason", "minutes"), [("", "30"), ("  ", "30"), (REASON, "600"), (REASON, ""), (REASON, "x")]
)
def test_entering_needs_a_reason_and_a_limited_time(world: World, visit: Visit, reason: str, minutes: str) -> None:
    sol = visit("sol")
    address = f"/support/organisations/{world.nordlys.id}"
    sol.get(address)
    assert sol.post(address, {"reason": reason, "minutes": minutes}).status_code == 422
    assert sol.get("/records").status_code == 404


@pytest.mark.requirement("B-14")
def test_the_organisation_sees_who_looks_why_until_when_and_at_what(world: World, visit: Visit) -> None:
    sol, cleo = visit("sol"), visit("cleo")
    assert "is looking at" not in cleo.get("/records").text
    assert "You are visiting Nordlys AB and can only read" in enter(world, sol)
    sol.get("/connections")
    for page in (cleo.get("/records").text, cleo.part("/support-visits").text):
        assert "Support (Sol) is looking at Connections" in page
        assert REASON in page
        assert "Only an owner may send support away." in page
    assert "is looking at" not in visit("dov").get("/records").text


@pytest.mark.requirement("B-14")
def test_the_visit_is_written_into_the_organisations_log_under_both_names(world: World, visit: Visit) -> None:
    sol = visit("sol")
    enter(world, sol)
    sol.get("/connections")
    sol.post("/support/visit/end")
    written = entries(world, Act.SUPPORT_ENTERED, Act.SUPPORT_READ, Act.SUPPORT_ENDED)
    assert {(entry.tenant_id, entry.actor, entry.reference) for entry in written} == {
        (world.nordlys.id, "Sol (support)", "Nordlys AB")
    }
    first, *read, last = (entry.words for entry in written)
    assert first.startswith("Sol of support may read until ")
    assert first.endswith(REASON)
    assert read == ["Read “Overview” (/)", "Read “Connections” (/connections)"]
    assert last == "The visit of Sol ended: ended by the visitor"
    assert "Read “Connections”" in visit("cleo").get("/audit-log?q=support").text


@pytest.mark.requirement("B-14")
def test_what_a_visit_cannot_do_is_disabled_with_the_visits_reason(
    world: World, visit: Visit, connection: Connection
) -> None:
    sol = visit("sol")
    enter(world, sol)
    for address in ("/exports/xero", "/mapping", "/sync-config", "/connections", "/records", "/records/upload"):
        page = sol.get(address).text
        assert "A support visit only reads." in page, address
        assert not re.search("Viewers read only|Only an admin|Only an owner", page), address
    cleo = visit("cleo").get("/exports/xero").text
    assert "Viewers read only; sending needs the finance role." in cleo
    assert "A support visit" not in words_of(cleo).replace("Support (Sol)", "")


@pytest.mark.requirement("B-14")
def test_pages_that_load_themselves_anew_do_not_flood_the_log(
    world: World, visit: Visit, connection: Connection
) -> None:
    sol = visit("sol")
    enter(world, sol)
    before = len(entries(world, Act.SUPPORT_READ))
    page = sol.get("/exports/xero").text
    poll = re.search(r'hx-get="(/exports/xero\?[^"]*form=[^"]+)"', page)
    assert poll is not None
    for _ in range(5):
        assert sol.part(poll.group(1).replace("&amp;", "&")).status_code == 200
        sol.get("/exports/xero")
    assert [entry.details for entry in entries(world, Act.SUPPORT_READ)[before:]] == [{"address": "/exports/xero"}]
    sol.part("/exports/xero?status=synced")
    sol.part("/exports/xero?status=synced")
    assert entries(world, Act.SUPPORT_READ)[-1].details == {"address": "/exports/xero?status=synced"}
    assert len(entries(world, Act.SUPPORT_READ)) == before + 2
    with time_machine.travel(world.now() + timedelta(minutes=2)):
        sol.get("/exports/xero")
    assert len(entries(world, Act.SUPPORT_READ)) == before + 3


@pytest.mark.requirement("B-14")
@pytest.mark.usefixtures("connection")
def test_an_original_read_in_a_visit_is_in_the_log_whatever_piece_of_it_is_asked_for(
    world: World, visit: Visit
) -> None:
    link = world.session.scalars(select(RecordOriginal)).first()
    assert link is not None
    address = f"/records/{link.record_id}/originals/{link.original_id}"
    whole = world.session.get_one(Original, link.original_id).content
    sol = visit("sol")
    enter(world, sol)
    with time_machine.travel(world.now(), tick=False) as clock:
        for asked in ({"Range": "bytes=0-"}, {"Range": "bytes=0-9"}, {"If_None_Match": "*"}):
            clock.shift(timedelta(minutes=2))
            answer = sol.get(address, **asked)
            assert (answer.status_code, answer.data) == (200, whole)
    read = [entry.details for entry in entries(world, Act.SUPPORT_READ)]
    assert read.count({"address": address}) == 3


@pytest.mark.requirement("B-14")
@pytest.mark.usefixtures("connection")
def test_no_two_parts_that_a_visit_reads_pass_for_one(world: World, visit: Visit) -> None:
    sol = visit("sol")
    enter(world, sol)
    before = len(entries(world, Act.SUPPORT_READ))
    padding = "a" * 400
    asked = [f"/audit-log?z={padding}&q={words}" for words in ("one", "bo", "ada")]
    asked += [
        "/audit-log?q=a%26status%3Dfailed",
        "/audit-log?q=a&status=failed",
        "/audit-log?q=a%2526status%253Dfailed",
    ]
    for address in (*asked, *asked):
        assert sol.part(address).status_code == 200
    assert len(entries(world, Act.SUPPORT_READ)) == before + len(asked)


@pytest.mark.requirement("B-14")
def test_an_owner_ends_a_visit_at_once_and_nobody_else_of_the_organisation(world: World, visit: Visit) -> None:
    sol, ada, alma = visit("sol"), visit("ada"), visit("alma")
    enter(world, sol)
    ending = re.search(r'action="(/support-visits/\d+/end)"', alma.get("/records").text)
    assert ending is not None
    ada.get("/records")
    assert ada.post(ending.group(1)).status_code == 403
    assert sol.get("/records").status_code == 200
    assert "The visit of Sol is over." in alma.post(ending.group(1)).text
    told = sol.get("/records")
    assert told.status_code == 404
    at = world.now().astimezone(world.nordlys.zone)
    assert re.search(rf"The visit to Nordlys AB was ended by Alma at {at:%H}:\d\d\.", words_of(told.text))
    assert '<a class="btn" href="/support">' in told.text
    assert "was ended by" not in alma.get("/nothing-here").text
    with time_machine.travel(world.now() + timedelta(hours=2)):
        assert "was ended by" not in sol.get("/records").text
    assert "is looking at" not in alma.get("/records").text
    (ended,) = entries(world, Act.SUPPORT_ENDED)
    assert (ended.actor, ended.words) == ("Alma", "The visit of Sol ended: ended by Alma")
    dov = visit("dov")
    dov.get("/records")
    assert dov.post(ending.group(1)).status_code == 404


@pytest.mark.requirement("B-14")
def test_a_visit_ends_when_its_time_is_over(world: World, visit: Visit) -> None:
    sol, cleo = visit("sol"), visit("cleo")
    enter(world, sol, minutes=15)
    with time_machine.travel(world.now() + timedelta(minutes=16)):
        assert sol.get("/records").status_code == 404
        assert "is looking at" not in cleo.get("/records").text
        with writing(world.session):
            assert support_visits.end_those_over(world.session, world.now()) == 1
            assert support_visits.end_those_over(world.session, world.now()) == 0
    (ended,) = entries(world, Act.SUPPORT_ENDED)
    assert (ended.actor, ended.words) == ("tieout", "The visit of Sol ended: its time was over")


def test_a_visit_ends_when_staff_sign_out_or_go_elsewhere(world: World, visit: Visit) -> None:
    sol = visit("sol")
    enter(world, sol)
    address = f"/support/organisations/{world.maple.id}"
    sol.get(address)
    assert "You are visiting Maple &amp; Finch" in sol.post(address, {"reason": REASON, "minutes": "15"}).text
    assert "Nordlys" not in sol.get("/settings").text
    sol.post("/sign-out")
    ended = entries(world, Act.SUPPORT_ENDED)
    assert [entry.tenant_id for entry in ended] == [world.nordlys.id, world.maple.id]


def test_in_a_visit_support_sees_nothing_of_any_other_organisation(
    world: World, visit: Visit, connection: Connection
) -> None:
    sol = visit("sol")
    enter(world, sol)
    theirs = world.session.scalars(select(Export).where(Export.tenant_id == world.maple.id)).one()
    assert sol.get(f"/records/{theirs.record_id}").status_code == 404
    assert sol.get(f"/exports/xero/support-bundle?export={theirs.id}").status_code == 404


def test_staff_join_no_organisation(world: World, visit: Visit) -> None:
    runner = world.app.test_cli_runner()
    joined = runner.invoke(args=["create-user", "sol@tieout.example", "--tenant", "nordlys", "--role", "owner"])
    assert joined.exit_code == 1
    assert "join no organisation" in joined.output
    assert visit("sol").get("/records").status_code == 404
