"""Reading the audit log: each filter, keyset pages, the plan's window, and the rule that a failure has a reason."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError

from dashboard.db import writing
from dashboard.domain import audit, audit_log, lifecycle, tenants
from dashboard.domain.audit_filters import MACHINE, Filters
from dashboard.domain.audit_log import Cursor, Page, Window
from dashboard.domain.scope import NotFound
from dashboard.models import AuditEntry, Export
from dashboard.vocabulary.audit import Act, EntryKind
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.plans import Plan, Terms
from dashboard.vocabulary.postings import Company, Fault, LedgerState
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.statuses import Cause, Status
from tests.support.world import World

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOT_MAPPED = Fault(ErrorCode.ACCOUNT_NOT_MAPPED, "4010", "Account 4010 is not mapped to an account in Xero", "4010")
EVERYTHING = Filters()
CLOSED = Fault(ErrorCode.PERIOD_CLOSED, "2026-09-30", "The document date cannot be before the period lock date")


def fail(world: World, export: Export, fault: Fault, at: datetime | None = None) -> None:
    with writing(world.session):
        lifecycle.move(world.session, export, Status.FAILED, Cause.PREFLIGHT, at or world.now(), faults=[fault])


def sync(world: World, export: Export) -> None:
    with writing(world.session):
        lifecycle.move(world.session, export, Status.SENDING, Cause.TAKEN, world.now())
        lifecycle.move(
            world.session,
            export,
            Status.SYNCED,
            Cause.ACCEPTED,
            world.now(),
            ledger_id="x-1",
            ledger_state=LedgerState.APPROVED,
        )


def note(world: World, at: datetime, reference: str, words: str = "Approved", who: str = "bo") -> None:
    with writing(world.session):
        audit.note_act(
            world.session,
            world.nordlys.id,
            Act.RECORD_APPROVED,
            at,
            actor=world.actor(who),
            reference=reference,
            words=words,
        )


def shown(world: World, filters: Filters = EVERYTHING, now: datetime | None = None) -> Page:
    window = Window.of(world.nordlys, now or world.now(), Terms())
    return audit_log.page(world.session, world.nordlys.id, window, filters)


def references(page: Page) -> list[str]:
    return [row.reference for row in page.entries]


@pytest.mark.requirement("S3-02", "S3-04")
def test_the_filter_error_yields_just_the_failures_and_as_many_as_there_are(world: World) -> None:
    world.connect_xero()
    exports = world.approve(world.records(6))
    for export in exports[:4]:
        fail(world, export, NOT_MAPPED)
    sync(world, exports[5])
    found = shown(world, Filters(status=Status.FAILED))
    assert {row.status for row in found.entries} == {Status.FAILED}
    assert all(row.words for row in found.entries)
    codes = select(AuditEntry.error_code).where(AuditEntry.id.in_([row.id for row in found.entries]))
    assert "" not in set(world.session.scalars(codes))
    kept = select(func.count()).where(AuditEntry.tenant_id == world.nordlys.id, AuditEntry.status == Status.FAILED)
    assert len(found.entries) == world.session.scalar(kept) == 4


@pytest.mark.requirement("S3-04")
def test_the_database_takes_no_failed_entry_without_a_reason(world: World) -> None:
    row = {"tenant_id": world.nordlys.id, "at": world.now(), "kind": EntryKind.EXPORT, "act": Act.EXPORT_OUTCOME,
           "actor": "tieout", "status": Status.FAILED, "reference": "", "error_subject": "", "operation": "",
           "details": {}}  # fmt: skip
    for reason in ({"error_code": "", "words": "No"}, {"error_code": "unknown", "words": ""}):
        with pytest.raises(IntegrityError, match="failed_has_a_reason"), writing(world.session):
            world.session.execute(insert(AuditEntry).values(**row, **reason))


@pytest.mark.requirement("S3-03", "S3-05")
def test_a_record_is_pending_while_queued_and_synced_once_the_ledger_took_it(world: World) -> None:
    world.connect_xero()
    (export,) = world.approve(world.records())
    assert [row.status for row in shown(world, Filters(reference="T-")).entries if row.status] == [Status.PENDING]
    sync(world, export)
    newest = shown(world, Filters(reference="T-")).entries[0]
    assert (newest.status, newest.kind) == (Status.SYNCED, EntryKind.EXPORT)


def test_each_filter_leaves_what_it_names(world: World) -> None:
    first = world.connect_xero()
    second = world.connect_xero(company=Company("22222222-aaaa-4aaa-8aaa-000000000002", "Nordlys Norge", "link-2"))
    invoices, bills = world.approve(world.records(2)), world.approve(world.records(2, kind="bill"))
    fail(world, invoices[0], NOT_MAPPED)
    fail(world, bills[0], CLOSED)
    sync(world, invoices[1])
    bo = world.users["bo"].id
    expected: list[tuple[Filters, Callable[[AuditEntry], bool]]] = [
        (Filters(status=Status.SYNCED), lambda e: e.status is Status.SYNCED),
        (Filters(kind=EntryKind.EXPORT), lambda e: e.kind is EntryKind.EXPORT),
        (Filters(kind=EntryKind.ACT), lambda e: e.kind is EntryKind.ACT),
        (Filters(type=RecordKind.BILL), lambda e: e.entity_type is RecordKind.BILL),
        (Filters(destination=second.id), lambda e: e.connection_id == second.id),
        (
            Filters(destination=first.id, kind=EntryKind.EXPORT),
            lambda e: e.connection_id == first.id and e.kind == "export",
        ),
        (Filters(error=ErrorCode.PERIOD_CLOSED), lambda e: e.error_code == "period-closed"),
        (Filters(person=bo), lambda e: e.actor_id == bo),
        (Filters(person=MACHINE), lambda e: e.actor_id is None),
        (Filters(reference="T-00001"), lambda e: e.reference == "T-00001"),
        (Filters(reference="t-0000"), lambda e: e.reference.startswith("T-0000")),
        (Filters(text="LOCK date"), lambda e: "period lock date" in e.words),
        (Filters(text="4010 t-"), lambda e: "4010" in e.words and "T-" in e.reference),
        (Filters(error=ErrorCode.ACCOUNT_NOT_MAPPED, type=RecordKind.BILL), lambda e: False),
    ]
    kept = list(world.session.scalars(select(AuditEntry).where(AuditEntry.tenant_id == world.nordlys.id)))
    for filters, fits in expected:
        page = shown(world, filters)
        assert {row.id for row in page.entries} == {entry.id for entry in kept if fits(entry)}, filters
        assert page.entries or filters is expected[-1][0], filters


def test_signs_that_mean_something_to_the_database_are_searched_as_they_stand(world: World) -> None:
    for words in ("100 % off", "snake_case", "done!", "a\\b", "plain"):
        note(world, world.now(), "N-1", words)
    for sought, found in (("%", "100 % off"), ("_", "snake_case"), ("!", "done!"), ("\\", "a\\b")):
        assert [row.words for row in shown(world, Filters(text=sought, reference="N-")).entries] == [found]


def test_a_reference_is_found_by_its_beginning_whatever_signs_it_has(world: World) -> None:
    for reference in ("R-%1", "R-_1", "Ö-91", "r 11", "N°71", "R-991", "R-", "S-1", "Q"):
        note(world, world.now(), reference)
    for beginning in ("R-%", "R-_", "Ö-9", "r 1", "N°7", "R-99"):
        assert references(shown(world, Filters(reference=beginning))) == [f"{beginning}1"]


def test_days_are_whole_days_of_the_organisation_the_clocks_changing_in_between(world: World) -> None:
    # On 25 October 2026 Stockholm's clocks go back: that day has 25 hours, from 22:00 UTC to 23:00 UTC.
    with writing(world.session):
        tenants.set_plan(world.session, world.nordlys, Plan.ENTERPRISE, datetime(2026, 1, 1, tzinfo=UTC))
    for hour, reference in ((21.99, "before"), (22, "first"), (46.99, "last"), (47, "after")):
        note(world, datetime(2026, 10, 24, tzinfo=UTC) + timedelta(hours=hour), reference)
    day = date(2026, 10, 25)
    assert references(shown(world, Filters(from_day=day, to_day=day))) == ["last", "first"]


@pytest.mark.requirement("S3-21")
@pytest.mark.parametrize(
    ("plan", "now", "first_day"),
    [
        (Plan.FREE, datetime(2026, 10, 28, 9, tzinfo=UTC), date(2026, 10, 21)),
        (Plan.FREE, datetime(2026, 3, 31, 22, 30, tzinfo=UTC), date(2026, 3, 25)),
        (Plan.GROWTH, datetime(2026, 11, 10, 9, tzinfo=UTC), date(2026, 10, 11)),
        (Plan.SCALE, datetime(2026, 11, 20, 9, tzinfo=UTC), date(2026, 8, 22)),
    ],
)
def test_a_plan_shows_its_days_to_the_instant_also_across_a_change_of_the_clocks(
    world: World, plan: Plan, now: datetime, first_day: date
) -> None:
    with writing(world.session):
        tenants.set_plan(world.session, world.nordlys, plan, datetime(2020, 1, 1, tzinfo=UTC))
    begins = datetime.combine(first_day, datetime.min.time(), tzinfo=STOCKHOLM)
    note(world, begins, "kept in sight")
    note(world, begins - timedelta(microseconds=1), "too old")
    note(world, now, "newest")
    assert references(shown(world, now=now))[-2:] == ["newest", "kept in sight"]
    everything = {row.reference: row.id for row in world.session.scalars(select(AuditEntry))}
    window = Window.of(world.nordlys, now, Terms())
    assert window.first_day == first_day
    audit_log.entry(world.session, world.nordlys.id, window, everything["kept in sight"])
    with pytest.raises(NotFound):
        audit_log.entry(world.session, world.nordlys.id, window, everything["too old"])
    for cursor in (Cursor(begins, 10**9), Cursor(begins - timedelta(days=1), 1)):
        old = audit_log.page(world.session, world.nordlys.id, window, Filters(), older=cursor)
        assert "too old" not in references(old)


@pytest.mark.requirement("S3-21")
def test_enterprise_shows_everything_and_an_upgrade_brings_the_older_back(world: World) -> None:
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    note(world, datetime(2011, 2, 3, tzinfo=UTC), "very old")
    assert "very old" not in references(shown(world, now=now))
    with writing(world.session):
        tenants.set_plan(world.session, world.nordlys, Plan.ENTERPRISE, now)
    assert "very old" in references(shown(world, now=now))


def test_the_plan_that_shows_a_day_is_the_cheapest_one() -> None:
    window = Window(Plan.FREE, STOCKHOLM, date(2026, 11, 20), Terms())
    expected = {7: None, 8: Plan.GROWTH, 30: Plan.GROWTH, 31: Plan.SCALE, 90: Plan.SCALE, 91: Plan.ENTERPRISE}
    for days, plan in expected.items():
        assert window.plan_needed(Filters(from_day=window.today - timedelta(days=days))) is plan
    assert window.plan_needed(Filters(to_day=date(2020, 1, 1))) is Plan.ENTERPRISE
    assert replace(window, plan=Plan.ENTERPRISE).plan_needed(Filters(from_day=date(2011, 1, 1))) is None


def pages(world: World, start: Page) -> list[Page]:
    window, found = Window.of(world.nordlys, world.now(), Terms()), [start]
    while older := found[-1].older:
        found.append(audit_log.page(world.session, world.nordlys.id, window, Filters(reference="K-"), older=older))
    return found


def test_a_hundred_and_twenty_entries_come_in_pages_without_gaps_or_doubles_equal_times_included(world: World) -> None:
    at = world.now() - timedelta(hours=1)
    for n in range(120):
        note(world, at + timedelta(seconds=n // 40), f"K-{n:03d}")
    found = pages(world, shown(world, Filters(reference="K-")))
    assert [len(page.entries) for page in found] == [50, 50, 20]
    assert [reference for page in found for reference in references(page)] == [
        f"K-{n:03d}" for n in reversed(range(120))
    ]
    window = Window.of(world.nordlys, world.now(), Terms())
    newer = audit_log.page(world.session, world.nordlys.id, window, Filters(reference="K-"), newer=found[2].newer)
    assert references(newer) == references(found[1])
    top = audit_log.page(world.session, world.nordlys.id, window, Filters(reference="K-"), newer=newer.newer)
    assert references(top) == references(found[0])
    assert top.newer is None


def test_a_cursor_holds_when_its_entry_is_gone_and_when_others_have_come(world: World) -> None:
    at = world.now() - timedelta(hours=1)
    for n in range(60):
        note(world, at, f"K-{n:03d}")
    first = shown(world, Filters(reference="K-"))
    with writing(world.session):
        world.session.execute(text("DELETE FROM audit_entry WHERE reference = 'K-010'"))
    note(world, world.now(), "K-late")
    assert references(pages(world, first)[1]) == [f"K-{n:03d}" for n in reversed(range(10))]


@pytest.mark.parametrize(
    "written", ["", "x", "1", "-", "1-", "-1", "1-x", "²-1", "9" * 18 + "-1", "9" * 40 + "-1", "1--1"]
)
def test_what_no_page_has_written_is_no_cursor(written: str) -> None:
    with pytest.raises(ValueError, match="not a place in the log"):
        Cursor.read(written)


def test_a_cursor_is_read_as_it_was_written() -> None:
    place = Cursor(datetime(2026, 11, 20, 12, 34, 56, 789012, tzinfo=UTC), 42)
    assert Cursor.read(str(place)) == place


@pytest.mark.requirement("S3-20")
def test_an_entry_of_another_organisation_does_not_exist(world: World) -> None:
    note(world, world.now(), "ours")
    ours = world.session.scalars(select(AuditEntry.id).where(AuditEntry.reference == "ours")).one()
    with pytest.raises(NotFound):
        audit_log.entry(world.session, world.maple.id, Window.of(world.maple, world.now(), Terms()), ours)
    assert "ours" not in references(
        audit_log.page(world.session, world.maple.id, Window.of(world.maple, world.now(), Terms()), Filters())
    )


def test_somebody_who_left_can_still_be_asked_for(world: World) -> None:
    note(world, world.now(), "theirs", who="dov")
    dov = world.users["dov"].id
    assert dov not in audit_log.choices(world.session, world.nordlys.id).people
    assert audit_log.choices(world.session, world.nordlys.id, str(dov)).people[dov] == "Dov"
    assert 999 not in audit_log.choices(world.session, world.nordlys.id, "999").people
