"""How far back a plan shows the log, to the instant: at 7, 30 and 90 days, in many zones, whatever the clocks do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import insert

from dashboard.db import writing
from dashboard.domain import audit_log, tenants
from dashboard.domain.audit_filters import Filters
from dashboard.domain.audit_log import Window
from dashboard.domain.scope import NotFound
from dashboard.models import AuditEntry
from dashboard.vocabulary.audit import Act, EntryKind
from dashboard.vocabulary.day_ranges import DayRange
from dashboard.vocabulary.plans import Plan, Terms
from tests.support.world import World

NOTED = Filters(reference="N-")
INSTANT = timedelta(microseconds=1)
DAYS = {Plan.FREE: 7, Plan.GROWTH: 30, Plan.SCALE: 90}

FIRST_DAYS = [
    # A day like any other, far from and near to UTC.
    ("Asia/Kolkata", date(2026, 6, 10)),
    ("Pacific/Kiritimati", date(2026, 6, 10)),
    ("Pacific/Pago_Pago", date(2026, 6, 10)),
    # The day on which the clocks go forward, and the one on which they go back.
    ("Europe/Stockholm", date(2026, 3, 29)),
    ("Europe/Stockholm", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Pacific/Auckland", date(2026, 9, 27)),
    # Midnight itself does not exist: the clocks go from 23:59:59 to 01:00.
    ("America/Santiago", date(2026, 9, 6)),
    ("Africa/Cairo", date(2026, 4, 24)),
    # Midnight comes twice: at 01:00 the clocks go back to it.
    ("America/Havana", date(2026, 11, 1)),
    # The hour before midnight comes twice.
    ("America/Santiago", date(2026, 4, 5)),
]


def begins(day: date, zone: ZoneInfo) -> datetime:
    """The first second at which the calendar in the zone shows the day, found by looking at the calendar alone."""
    low = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    high = low + timedelta(hours=32)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        low, high = (low, middle) if middle.astimezone(zone).date() >= day else (middle, high)
    return high.replace(microsecond=0)


def note(world: World, at: datetime, reference: str) -> None:
    with writing(world.session):
        world.session.execute(
            insert(AuditEntry).values(
                tenant_id=world.nordlys.id, at=at, kind=EntryKind.ACT, act=Act.RECORD_APPROVED, actor="Bo",
                reference=reference, words="Approved",
            )
        )  # fmt: skip


def settle(world: World, plan: Plan, zone: str) -> None:
    with writing(world.session):
        world.nordlys.timezone = zone
        tenants.set_plan(world.session, world.nordlys, plan, datetime(2020, 1, 1, tzinfo=UTC))


def shown(world: World, filters: Filters = NOTED) -> list[str]:
    window = Window.of(world.nordlys, world.now(), Terms())
    page = audit_log.page(world.session, world.nordlys.id, window, filters)
    return [row.reference for row in page.entries]


@pytest.mark.requirement("S3-21")
@pytest.mark.parametrize("plan", DAYS, ids=lambda plan: plan.value)
@pytest.mark.parametrize(("zone", "first_day"), FIRST_DAYS)
def test_the_window_begins_with_the_first_instant_of_its_first_day(
    world: World, plan: Plan, zone: str, first_day: date
) -> None:
    settle(world, plan, zone)
    start = begins(first_day, ZoneInfo(zone))
    note(world, start, "N-first")
    note(world, start - INSTANT, "N-before")
    today = first_day + timedelta(days=DAYS[plan])
    dawn, dusk = begins(today, ZoneInfo(zone)), begins(today + timedelta(days=1), ZoneInfo(zone)) - INSTANT
    for now in (dawn, dusk):
        with time_machine.travel(now, tick=False):
            assert shown(world) == ["N-first"], now
            assert Window.of(world.nordlys, now, Terms()).since == start
    with time_machine.travel(dawn - INSTANT, tick=False):
        assert shown(world) == ["N-first", "N-before"]
    with time_machine.travel(dusk + INSTANT, tick=False):
        assert shown(world) == []


@pytest.mark.requirement("S3-21")
@pytest.mark.parametrize("plan", DAYS, ids=lambda plan: plan.value)
def test_an_entry_leaves_with_its_day_and_comes_back_with_a_larger_plan(world: World, plan: Plan) -> None:
    settle(world, plan, "Europe/Stockholm")
    start = begins(date(2026, 10, 25), ZoneInfo("Europe/Stockholm"))
    note(world, start, "N-1")
    (entry_id,) = (row.id for row in world.session.query(AuditEntry).filter_by(reference="N-1"))
    with time_machine.travel(start + timedelta(days=DAYS[plan] + 2), tick=False):
        window = Window.of(world.nordlys, world.now(), Terms())
        with pytest.raises(NotFound):
            audit_log.entry(world.session, world.nordlys.id, window, entry_id)
        with writing(world.session):
            tenants.set_plan(world.session, world.nordlys, Plan.ENTERPRISE, world.now())
        assert shown(world) == ["N-1"]


@pytest.mark.parametrize(("zone", "day"), FIRST_DAYS)
def test_a_range_of_days_holds_these_days_alone(world: World, zone: str, day: date) -> None:
    settle(world, Plan.ENTERPRISE, zone)
    start, end = begins(day, ZoneInfo(zone)), begins(day + timedelta(days=1), ZoneInfo(zone))
    for at, reference in ((start - INSTANT, "N-0"), (start, "N-1"), (end - INSTANT, "N-2"), (end, "N-3")):
        note(world, at, reference)
    with time_machine.travel(end - INSTANT, tick=False):
        assert shown(world, Filters(reference="N-", range=DayRange.TODAY)) == ["N-2", "N-1"]
    with time_machine.travel(end, tick=False):
        assert shown(world, Filters(reference="N-", range=DayRange.YESTERDAY)) == ["N-2", "N-1"]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (
            date(2026, 3, 1),
            {"last-month": (date(2026, 2, 1), date(2026, 2, 28)), "this-month": (date(2026, 3, 1),) * 2},
        ),
        (date(2028, 3, 31), {"last-month": (date(2028, 2, 1), date(2028, 2, 29))}),
        (date(2026, 1, 1), {"last-month": (date(2025, 12, 1), date(2025, 12, 31))}),
        (date(2026, 1, 3), {"last-7-days": (date(2025, 12, 28), date(2026, 1, 3))}),
        (date(2026, 1, 3), {"last-30-days": (date(2025, 12, 5), date(2026, 1, 3)), "today": (date(2026, 1, 3),) * 2}),
    ],
)
def test_ranges_are_counted_on_the_calendar(today: date, expected: dict[str, tuple[date, date]]) -> None:
    assert {name: DayRange(name).days(today) for name in expected} == expected
