"""The audit log's pages: the filter is the address, the plan's window holds everywhere, entries open in place."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select

from dashboard.db import writing
from dashboard.domain import audit, lifecycle, tenants
from dashboard.models import Attempt, AuditEntry, Export
from dashboard.models.export import AttemptState, Step
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.plans import Plan
from dashboard.vocabulary.postings import Fault
from dashboard.vocabulary.statuses import Cause, Status
from tests.support.statements import statements
from tests.support.visitor import Visitor
from tests.support.world import World

Visit = Callable[[str], Visitor]
SAID = "Account code '999' is not a valid code for this document. <b>Each</b> line & total"


def fail(world: World, export: Export, words: str = SAID) -> None:
    fault = Fault(ErrorCode.ACCOUNT_UNKNOWN, "999", words)
    with writing(world.session):
        lifecycle.move(world.session, export, Status.FAILED, Cause.PREFLIGHT, world.now(), faults=[fault])


def note(world: World, at: datetime, reference: str, words: str = "Approved") -> None:
    with writing(world.session):
        audit.note_act(
            world.session,
            world.nordlys.id,
            Act.RECORD_APPROVED,
            at,
            actor=world.actor("bo"),
            reference=reference,
            words=words,
        )


def rows(page: str) -> list[str]:
    """The text of each row of the list, the parts of a row divided by |."""
    found = re.findall(r'<tr id="entry-\d+">(.*?)</tr>', page, re.DOTALL)
    return [unescape("|".join(filter(None, map(str.strip, re.split(r"<[^>]+>", row))))) for row in found]


def links(page: str, words: str) -> list[str]:
    return [unescape(url) for url in re.findall(rf'<a[^>]*href="([^"]+)"[^>]*>{words}', page)]


@pytest.mark.requirement("S3-02", "S3-20")
def test_the_status_error_shows_failures_alone_with_the_whole_message(world: World, visit: Visit) -> None:
    world.connect_xero()
    exports = world.approve(world.records(5))
    for export in exports[:2]:
        fail(world, export)
    page = visit("cleo").get("/audit-log?status=error")
    found = rows(page.text)
    assert len(found) == 2
    assert all("|Failed|" in row and SAID in row for row in found)
    assert "2 entries" in page.text
    assert '<option value="failed" selected>' in page.text


@pytest.mark.requirement("S3-03", "S3-05")
def test_a_row_says_when_what_where_and_who(world: World, visit: Visit) -> None:
    world.connect_xero()
    with time_machine.travel(datetime(2026, 11, 20, 9, 5, tzinfo=UTC), tick=False):
        world.approve(world.records())
        page = visit("cleo").get("/audit-log?status=pending").text
    (row,) = rows(page)
    what = "T-00001|Invoice|·|Export queued|Xero · Nordlys AB|Pending|Bo|Queued for Xero"
    assert row == f"20 Nov 10:05|{what}|All about this entry"
    assert 'title="2026-11-20 09:05:00 UTC"' in page
    assert re.search(r'<a href="/records/\d+">T-00001</a>', page)


def test_every_link_of_the_list_leads_somewhere(world: World, visit: Visit) -> None:
    world.connect_xero()
    (export,) = world.approve(world.records())
    fail(world, export)
    cleo = visit("cleo")
    page = cleo.get("/audit-log?status=failed").text
    (record,), (entry,) = links(page, "T-00001"), links(page, "All about this entry")
    for address in (record, entry, *links(page, "Status: Failed"), *links(page, "Clear all")):
        assert cleo.get(address).status_code == 200


@pytest.mark.requirement("S3-20")
def test_an_entry_opens_with_its_words_its_guide_its_request_id_and_its_attempts(world: World, visit: Visit) -> None:
    world.connect_xero()
    (export,) = world.approve(world.records())
    with writing(world.session):
        attempt = Attempt(
            tenant_id=export.tenant_id, export_id=export.id, step=Step.DOCUMENT, state=AttemptState.REFUSED,
            trigger=export.trigger, epoch=1, posting={}, begun_at=world.now(), http_status=400,
            request_id="rq-0badcafe",
        )  # fmt: skip
        world.session.add(attempt)
        world.session.flush()
        lifecycle.move(world.session, export, Status.SENDING, Cause.TAKEN, world.now())
        fault = Fault(ErrorCode.ACCOUNT_UNKNOWN, "999", SAID)
        lifecycle.move(
            world.session, export, Status.FAILED, Cause.REFUSED, world.now(), faults=[fault], outcome_of=attempt.id
        )
    entry = world.session.scalars(select(AuditEntry.id).where(AuditEntry.status == Status.FAILED)).one()
    page = visit("cleo").get(f"/audit-log/{entry}")
    for words in (SAID, "rq-0badcafe", "HTTP 400", "How to mend it"):
        assert words in unescape(page.text)
    assert "<b>Each</b>" not in page.text
    assert links(page.text, "How to mend it") == ["/errors/account-unknown"]
    assert f'href="/records/{export.record_id}"' in page.text


def test_an_entry_comes_as_a_part_where_a_part_is_asked_for(world: World, visit: Visit) -> None:
    note(world, world.now(), "N-1")
    entry = world.session.scalars(select(AuditEntry.id).where(AuditEntry.reference == "N-1")).one()
    part = visit("cleo").part(f"/audit-log/{entry}").text.strip()
    assert part.startswith(f'<div class="opened" id="opened-{entry}"')
    assert "<html" not in part


def test_the_entries_of_others_and_those_that_are_not_there_are_not_found(world: World, visit: Visit) -> None:
    note(world, world.now(), "N-1")
    entry = world.session.scalars(select(AuditEntry.id).where(AuditEntry.reference == "N-1")).one()
    dov = visit("dov")
    assert dov.get(f"/audit-log/{entry}").status_code == 404
    assert visit("cleo").get("/audit-log/999999").status_code == 404
    assert "N-1" not in dov.get("/audit-log?reference=N-1").text.partition("<table")[2]


def test_the_destination_and_person_of_others_cannot_be_asked_for(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    page = visit("dov").get(f"/audit-log?destination={connection.id}&person={world.users['bo'].id}")
    assert page.status_code == 422
    assert "There is no such destination in this organisation." in page.text
    assert "There is no such person" in page.text


def test_a_value_that_cannot_be_meant_is_said_at_its_field_and_shows_nothing(world: World, visit: Visit) -> None:
    note(world, world.now(), "N-1")
    page = visit("cleo").get("/audit-log?from=2026-13-01&status=zz&reference=N-1")
    assert page.status_code == 422
    assert re.search(r'id="from-error">“2026-13-01” is not a day', page.text)
    assert re.search(r'id="status-error">“zz” is not a status', page.text)
    assert re.search(r'id="reference"[^>]* value="N-1"', page.text)
    assert rows(page.text) == []


def test_no_address_breaks_the_page(visit: Visit) -> None:
    cleo = visit("cleo")
    for query in ("older=x", "newer=1-", "older=9999999999999999999-1", "person=%C2%B2", "from=9999-12-31",
                  "to=0001-01-01", "q=%25%5F!%5C", "destination=1e9", "older=1-1&newer=1-1"):  # fmt: skip
        assert cleo.get(f"/audit-log?{query}").status_code in (200, 404, 422), query


def test_a_filter_works_without_scripts_and_swaps_a_part_with_them(world: World, visit: Visit) -> None:
    note(world, world.now(), "N-1")
    cleo = visit("cleo")
    page = cleo.get("/audit-log").text
    assert re.search(r'<form id="filter" [^>]*method="get" action="/audit-log"', page)
    part = cleo.part("/audit-log?status=&kind=act&reference=N-1")
    assert part.text.strip().startswith('<div id="log"')
    assert len(rows(part.text)) == 1
    assert part.headers["HX-Push-Url"] == "/audit-log?kind=act&reference=N-1"
    assert {"HX-Request", "HX-Request-Type"} <= set(part.vary)
    refused = cleo.part("/audit-log?status=zz")
    assert (refused.status_code, "HX-Push-Url" in refused.headers) == (422, False)


def test_each_filter_in_force_is_a_chip_that_takes_it_away(world: World, visit: Visit) -> None:
    world.connect_xero()
    page = visit("cleo").get("/audit-log?status=failed&error=period-closed&q=lock+date").text
    assert links(page, "Status: Failed") == ["/audit-log?error=period-closed&q=lock+date"]
    assert links(page, "Error: The period is closed in Xero") == ["/audit-log?status=failed&q=lock+date"]
    assert links(page, "Text: lock date") == ["/audit-log?status=failed&error=period-closed"]


def test_older_and_newer_lead_through_the_log_and_keep_the_filter(world: World, visit: Visit) -> None:
    for n in range(120):
        note(world, world.now(), f"K-{n:03d}")
    cleo, seen, address = visit("cleo"), [], "/audit-log?reference=K-"
    first = cleo.get(address).text
    while True:
        page = cleo.get(address).text
        seen += re.findall(r"K-\d{3}", "".join(rows(page)))
        older = links(page, "Older")
        if not older:
            break
        assert "50+ entries" in page
        (address,) = older
        assert "reference=K-" in address
    assert seen == [f"K-{n:03d}" for n in reversed(range(120))]
    (newer,) = links(page, "Newer")
    (newest,) = links(cleo.get(newer).text, "Newer")
    assert rows(cleo.get(newest).text) == rows(first)
    assert links(first, "Newer") == []


@pytest.mark.requirement("S3-21")
@pytest.mark.parametrize(
    ("plan", "days", "next_plan"),
    [(Plan.FREE, 7, "Growth"), (Plan.GROWTH, 30, "Scale"), (Plan.SCALE, 90, "Enterprise")],
)
def test_a_plan_shows_its_days_and_names_the_plan_that_shows_more(
    world: World, visit: Visit, plan: Plan, days: int, next_plan: str
) -> None:
    # The clocks of Stockholm went back on 25 October 2026, between the first visible day and now in every case.
    now = datetime(2026, 10, 30, 22, 59, tzinfo=UTC)
    zone = ZoneInfo("Europe/Stockholm")
    first = datetime(2026, 10, 30, tzinfo=zone) - timedelta(days=days)
    with time_machine.travel(now, tick=False):
        with writing(world.session):
            tenants.set_plan(world.session, world.nordlys, plan, now - timedelta(days=400))
        note(world, first, "at the edge")
        note(world, first - timedelta(microseconds=1), "beyond it")
        cleo = visit("cleo")
        everything = cleo.get("/audit-log").text
        assert "at the edge" in everything
        assert "beyond it" not in everything
        asked = cleo.get(f"/audit-log?from={first.date() - timedelta(days=1)}").text
        assert f"The {next_plan} plan shows {first.date() - timedelta(days=1)}" in asked
        assert "at the edge" in asked
        assert "beyond it" not in asked.partition("<table")[2]
        assert "Older entries are kept" not in cleo.get(f"/audit-log?from={first.date()}").text
        outside = cleo.get(f"/audit-log?to={first.date() - timedelta(days=1)}").text
        assert "Older entries are kept, but not shown" in outside
        assert rows(outside) == []
        ids = {entry.reference: entry.id for entry in world.session.scalars(select(AuditEntry))}
        assert cleo.get(f"/audit-log/{ids['at the edge']}").status_code == 200
        assert cleo.get(f"/audit-log/{ids['beyond it']}").status_code == 404
        with writing(world.session):
            tenants.set_plan(world.session, world.nordlys, Plan.ENTERPRISE, now)
        assert "beyond it" in cleo.get("/audit-log").text
        assert cleo.get(f"/audit-log/{ids['beyond it']}").status_code == 200


def test_a_page_of_fifty_rows_is_light(world: World, visit: Visit) -> None:
    world.connect_xero()
    for export in world.approve(world.records(50)):
        fail(world, export, "The contact name Fjord Kaffe AS is already assigned to another contact. " * 2)
    page = visit("bo").get("/audit-log?status=error")
    assert len(rows(page.text)) == 50
    assert len(page.data) < 60_000


def test_an_act_that_leaves_the_status_shows_none_and_both_times_are_said(world: World, visit: Visit) -> None:
    world.connect_xero()
    (export,) = world.approve(world.records())
    fail(world, export)
    with writing(world.session):
        fresh = world.session.get_one(Export, export.id)
        audit.note_export(world.session, fresh, "T-1", Act.EXPORT_DATE_MOVED, world.now(), words="To 1 Nov 2026")
    cleo = visit("cleo")
    (moved,) = [row for row in rows(cleo.get("/audit-log").text) if "To 1 Nov 2026" in row]
    assert "Failed" not in moved
    (entry,) = world.session.scalars(select(AuditEntry).where(AuditEntry.act == Act.EXPORT_DATE_MOVED))
    opened = cleo.get(f"/audit-log/{entry.id}").text
    assert "Booking date moved" in opened
    assert "Status then</dt><dd>–</dd>" in opened
    assert re.search(r"Exact time</dt><dd>[\d: -]+ Europe/Stockholm<", opened)
    assert re.search(r"The same in UTC</dt><dd>[\d: -]+<", opened)


def test_what_a_cancelled_resync_puts_back_is_no_failure_of_its_own(world: World, visit: Visit) -> None:
    world.connect_xero()
    (export,) = world.approve(world.records())
    fail(world, export)
    with writing(world.session):
        fresh = world.session.get_one(Export, export.id)
        lifecycle.move(world.session, fresh, Status.PENDING, Cause.RESYNC, world.now())
        lifecycle.move(world.session, fresh, Status.FAILED, Cause.CANCELLED, world.now())
    cleo = visit("cleo")
    (cancelled,) = [row for row in rows(cleo.get("/audit-log").text) if "Export cancelled" in row]
    assert "Failed" not in cancelled
    assert "Export cancelled" not in " ".join(rows(cleo.get("/audit-log?status=failed").text))


def test_a_page_with_all_around_it_asks_the_database_three_things(world: World, visit: Visit) -> None:
    world.connect_xero()
    for n in range(60):
        note(world, world.now() - timedelta(minutes=n), f"B-{n:02d}")
    with writing(world.session):
        tenants.set_plan(world.session, world.session.merge(world.nordlys), Plan.ENTERPRISE, world.now())
    ada = visit("ada")
    with statements(world.session) as said:
        assert len(rows(ada.get("/audit-log").text)) == 50
    assert len(said) == 3, "who is signed in, what can be chosen, the entries"


def test_words_of_an_errors_title_lead_to_the_filter_by_that_error(world: World, visit: Visit) -> None:
    world.connect_xero()
    (export,) = world.approve(world.records())
    with writing(world.session):
        fault = Fault(ErrorCode.NUMBER_EXISTS, "T-1", "Invoice # must be unique.")
        lifecycle.move(world.session, export, Status.FAILED, Cause.PREFLIGHT, world.now(), faults=[fault])
    bo = visit("bo")
    nothing = bo.get("/audit-log?q=exists+in+Xero&status=failed").text
    assert rows(nothing) == []
    (address,) = links(nothing, "Filter by error: The number exists in Xero already")
    assert address == "/audit-log?status=failed&error=number-exists"
    assert len(rows(bo.get(address).text)) == 1
    assert "Filter by error:" not in bo.get("/audit-log?q=quaternion").text


def test_a_printed_log_says_what_it_shows_and_when(world: World, visit: Visit) -> None:
    note(world, world.now(), "T-1")
    printed = re.findall(r'<p class="print" hidden>(.*?)</p>', visit("bo").get("/audit-log?reference=T-1").text)[0]
    at = world.now().astimezone(world.nordlys.zone)
    assert "T-1" in printed
    assert ". Entries: 1. As of " in printed
    assert f"{at:%Y-%m-%d}" in printed
    assert printed.endswith(f"{world.nordlys.zone.key}. Days without a year are of {at.year}.")
