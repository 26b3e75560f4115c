"""What the plan hides is counted by day and status, and said with how long it is kept and which plan shows it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from dashboard.db import writing
from dashboard.domain import audit, hidden_entries, lifecycle, retention, tenants
from dashboard.domain.audit_filters import Filters
from dashboard.domain.audit_log import Window
from dashboard.domain.hidden_entries import Hidden
from dashboard.models import AuditEntry, Export, Tenant
from dashboard.vocabulary.audit import WITHOUT_A_MOVE, Act
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.plans import Plan, Terms
from dashboard.vocabulary.postings import Fault
from dashboard.vocabulary.statuses import Cause, Status
from tests.support.world import World

TERMS = Terms()
NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)
UNMAPPED = Fault(ErrorCode.ACCOUNT_NOT_MAPPED, "4010", "Account 4010 is not mapped to an account in Xero", "4010")
EVERYTHING = Filters()


def count(world: World, filters: Filters = EVERYTHING, now: datetime = NOW) -> Hidden | None:
    tenant: Tenant = world.nordlys
    window = Window.of(tenant, now, TERMS)
    return hidden_entries.count(world.session, tenant.id, window, retention.keeping(tenant, TERMS), filters)


def note(world: World, at: datetime, times: int = 1) -> None:
    with writing(world.session):
        for _ in range(times):
            audit.note_act(world.session, world.nordlys.id, Act.SIGNED_IN, at)


def fail(world: World, export: Export, at: datetime) -> None:
    with writing(world.session):
        lifecycle.move(world.session, export, Status.FAILED, Cause.PREFLIGHT, at, faults=[UNMAPPED])


def choose(world: World, plan: Plan, at: datetime = NOW) -> None:
    with writing(world.session):
        tenants.set_plan(world.session, world.nordlys, plan, at)


@pytest.mark.requirement("B-12")
def test_older_entries_are_counted_by_day_with_their_failures_and_come_back_at_once_with_a_larger_plan(
    world: World,
) -> None:
    choose(world, Plan.FREE, NOW - timedelta(days=500))
    world.connect_xero()
    exports = world.approve(world.records(3))
    for export, days in zip(exports, (8, 8, 40), strict=True):
        fail(world, export, NOW - timedelta(days=days))
    note(world, NOW - timedelta(days=7))
    note(world, NOW - timedelta(days=8), times=5)
    note(world, NOW - timedelta(days=200))
    found = count(world)
    assert found is not None
    assert [(day.last, day.entries, day.failures, day.seen_on) for day in found.days] == [
        (date(2025, 11, 12), 7, 2, Plan.GROWTH),
        (date(2025, 10, 11), 1, 1, Plan.SCALE),
    ]
    assert found.days[0].by_status == {None: 5, Status.FAILED: 2}
    assert found.days[0].kept_until == date(2025, 11, 12) + timedelta(days=97)
    assert found.before is not None
    assert sum(each.entries for each in found.by_plan) == 7 + 1 + found.before.entries
    choose(world, Plan.GROWTH)
    larger = count(world)
    assert larger is not None
    assert [day.last for day in larger.days] == [date(2025, 10, 11)]
    choose(world, Plan.ENTERPRISE)
    assert count(world) is None


@pytest.mark.requirement("B-12")
def test_days_are_those_of_the_organisation_to_the_instant_also_where_the_clocks_change(world: World) -> None:
    # Stockholm's clocks went back on 26 October 2025: that day is from 22:00 UTC on the 25th to 23:00 UTC.
    choose(world, Plan.FREE, NOW - timedelta(days=500))
    begins, ends = datetime(2025, 10, 25, 22, tzinfo=UTC), datetime(2025, 10, 26, 23, tzinfo=UTC)
    tick = timedelta(microseconds=1)
    for at in (begins - tick, begins, ends - tick, ends):
        note(world, at)
    edge = datetime(2025, 11, 12, 23, tzinfo=UTC)
    note(world, edge - tick)
    note(world, edge)
    found = count(world)
    assert found is not None
    assert [(day.last.day, day.entries) for day in found.days] == [(12, 1), (27, 1), (26, 2), (25, 1)]


@pytest.mark.parametrize(("zone", "hour"), [("Asia/Kathmandu", 18), ("Pacific/Chatham", 10)])
def test_a_zone_that_is_quarters_of_an_hour_off_has_its_own_days(world: World, zone: str, hour: int) -> None:
    choose(world, Plan.FREE, NOW - timedelta(days=500))
    world.session.execute(update(Tenant).values(timezone=zone))
    world.session.commit()
    world.session.refresh(world.nordlys)
    begins = datetime(2025, 11, 1, hour, 15, tzinfo=UTC)
    note(world, begins - timedelta(seconds=1))
    note(world, begins)
    found = count(world)
    assert found is not None
    assert [(day.last, day.entries) for day in found.days] == [(date(2025, 11, 2), 1), (date(2025, 11, 1), 1)]


def test_the_days_and_the_status_asked_for_are_counted_and_nothing_else(world: World) -> None:
    choose(world, Plan.FREE, NOW - timedelta(days=500))
    world.connect_xero()
    (export,) = world.approve(world.records())
    fail(world, export, NOW - timedelta(days=20))
    for days in (9, 20, 31):
        note(world, NOW - timedelta(days=days))
    failed = count(world, Filters(status=Status.FAILED))
    assert failed is not None
    assert [(day.last.day, day.by_status) for day in failed.days] == [(31, {Status.FAILED: 1})]
    between = count(world, Filters(from_day=date(2025, 10, 20), to_day=date(2025, 10, 31)))
    assert between is not None
    assert [(day.last.day, day.entries) for day in between.days] == [(31, 2), (20, 1)]
    assert count(world, Filters(from_day=date(2025, 11, 13))) is None
    assert count(world, Filters(to_day=date(2024, 1, 1))) is None


@pytest.mark.parametrize("act", sorted(WITHOUT_A_MOVE))
def test_what_leaves_the_status_as_it_was_is_not_counted_among_those_that_brought_it_about(
    world: World, act: Act
) -> None:
    choose(world, Plan.FREE, NOW - timedelta(days=500))
    world.connect_xero()
    (export,) = world.approve(world.records())
    fail(world, export, NOW - timedelta(days=20))
    with writing(world.session):
        audit.note_export(world.session, export, "T-00001", act, NOW - timedelta(days=20), words="Paid in Xero")

    hidden = count(world)
    assert hidden is not None
    assert [day.by_status for day in hidden.days] == [{Status.FAILED: 1, None: 1}]
    with writing(world.session):
        lifecycle.move(world.session, export, Status.RESOLVED, Cause.RESOLVED, NOW, words="Not to be booked")
        (entry,) = world.session.scalars(select(AuditEntry.id).where(AuditEntry.act == act))
        assert retention.delete_entries(world.session, world.nordlys.id, [entry]) == {act: 1}
    hidden = count(world)
    assert hidden is not None
    assert [day.by_status for day in hidden.days] == [{Status.FAILED: 1}]


def test_beyond_a_hundred_days_the_rest_is_one_sum(world: World) -> None:
    choose(world, Plan.FREE, NOW - timedelta(days=500))
    for days in (8, 107, 108, 300):
        note(world, NOW - timedelta(days=days))
    found = count(world)
    assert found is not None
    assert [(NOW.date() - day.last).days for day in found.days] == [8, 107]
    assert found.before is not None
    assert (found.before.entries >= 2, found.before.seen_on) == (True, Plan.ENTERPRISE)
    assert found.before.last == NOW.date() - timedelta(days=108)


def test_another_organisations_entries_are_not_counted(world: World) -> None:
    choose(world, Plan.FREE, NOW - timedelta(days=5))
    with writing(world.session):
        audit.note_act(world.session, world.maple.id, Act.SIGNED_IN, NOW - timedelta(days=20))
    assert count(world) is None
