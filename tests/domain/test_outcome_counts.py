"""The outcomes by day, and since a moment: equal to what the log shows for the same days and the same moment."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import audit_log, lifecycle, outcome_counts
from dashboard.domain.audit_filters import Choices, read
from dashboard.domain.audit_log import Window
from dashboard.domain.counts import together
from dashboard.models import AuditEntry, Export, OutcomeCount
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.plans import Plan, Terms
from dashboard.vocabulary.postings import Fault
from dashboard.vocabulary.statuses import Cause, Status
from tests.support.world import World

STOCKHOLM = ZoneInfo("Europe/Stockholm")
FAULT = Fault(ErrorCode.ACCOUNT_NOT_MAPPED, "5410", "Account 5410 is not mapped")


def end(world: World, export: Export, status: Status, at: datetime) -> None:
    """One outcome at that time, as a runner's moves bring it about."""
    with writing(world.session) as session:
        fresh = session.get_one(Export, export.id, populate_existing=True)
        if fresh.status is Status.FAILED:
            lifecycle.move(session, fresh, Status.PENDING, Cause.RESYNC, at)
        if status is Status.FAILED:
            lifecycle.move(session, fresh, Status.FAILED, Cause.PREFLIGHT, at, faults=[FAULT])
        else:
            lifecycle.move(session, fresh, Status.SENDING, Cause.TAKEN, at)
            lifecycle.move(session, fresh, Status.SYNCED, Cause.ACCEPTED, at)


@pytest.fixture
def exports(world: World) -> Sequence[Export]:
    world.connect_xero()
    return [*world.approve(world.records(4)), *world.approve(world.records(2, kind="bill"))]


def shown(world: World, **arguments: str) -> int:
    """How many entries the log shows for an address."""
    reading = read(arguments, Choices({}, {}))
    assert not reading.errors
    window = Window(Plan.ENTERPRISE, STOCKHOLM, date(2026, 11, 20), Terms())
    return len(audit_log.page(world.session, world.nordlys.id, window, reading.filters).entries)


def test_a_day_is_one_of_the_organisations_zone_on_either_side_of_daylight_saving(
    world: World, exports: Sequence[Export]
) -> None:
    """Summer time ends in Stockholm on 25 October 2026: that day begins at 22:00 UTC and lasts 25 hours."""
    for export, at in zip(
        exports,
        (
            datetime(2026, 10, 24, 21, 59, 59, 999999, tzinfo=UTC),
            datetime(2026, 10, 24, 22, 0, tzinfo=UTC),
            datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC),
            datetime(2026, 10, 25, 23, 0, tzinfo=UTC),
        ),
        strict=False,
    ):
        end(world, export, Status.SYNCED, at)
    days = outcome_counts.by_day(world.session, world.nordlys.id, STOCKHOLM, date(2026, 10, 26), 4)
    assert [(each.day.day, each.synced) for each in days] == [(23, 0), (24, 1), (25, 2), (26, 1)]
    for each in days:
        day = each.day.isoformat()
        assert shown(world, **{"status": "synced", "kind": "export", "from": day, "to": day}) == each.synced


def test_the_days_are_those_of_the_zone_as_it_is_now(world: World, exports: Sequence[Export]) -> None:
    end(world, exports[0], Status.FAILED, datetime(2026, 11, 10, 18, 20, tzinfo=UTC))
    counted = {
        zone: next(
            each.day.day
            for each in outcome_counts.by_day(world.session, world.nordlys.id, ZoneInfo(zone), date(2026, 11, 12), 5)
            if each.failed
        )
        for zone in ("Europe/Stockholm", "Asia/Kathmandu", "America/Los_Angeles")
    }
    assert counted == {"Europe/Stockholm": 10, "Asia/Kathmandu": 11, "America/Los_Angeles": 10}


def test_what_is_counted_since_a_moment_is_what_the_log_shows_since_then(
    world: World, exports: Sequence[Export]
) -> None:
    moment = datetime(2026, 11, 10, 12, 7, 30, tzinfo=UTC)
    for export, seconds in zip(exports, (-1, 0, 1, 449, 450, 7200), strict=True):
        end(world, export, Status.FAILED, moment + timedelta(seconds=seconds))
    end(world, exports[0], Status.SYNCED, moment + timedelta(days=1))
    assert outcome_counts.since(world.session, world.nordlys.id, moment) == {Status.SYNCED: 1, Status.FAILED: 5}
    since = moment.astimezone(STOCKHOLM).isoformat()
    assert shown(world, status="failed", kind="export", since=since) == 5
    assert shown(world, status="synced", kind="export", since=since) == 1
    on_the_quarter = datetime(2026, 11, 10, 12, 15, tzinfo=UTC)
    assert outcome_counts.since(world.session, world.nordlys.id, on_the_quarter)[Status.FAILED] == 2


def test_somebodys_acts_and_another_organisation_are_not_counted(world: World, exports: Sequence[Export]) -> None:
    at = datetime(2026, 11, 10, 12, tzinfo=UTC)
    end(world, exports[0], Status.FAILED, at)
    with writing(world.session) as session:
        fresh = session.get_one(Export, exports[0].id, populate_existing=True)
        lifecycle.move(session, fresh, Status.SYNCED, Cause.ADOPTED, at, ledger_id="a-document")
    today = date(2026, 11, 10)
    (day,) = outcome_counts.by_day(world.session, world.nordlys.id, STOCKHOLM, today, 1)
    assert (day.synced, day.failed) == (0, 1)
    (other,) = outcome_counts.by_day(world.session, world.maple.id, STOCKHOLM, today, 1)
    assert (other.synced, other.failed) == (0, 0)


def test_outcomes_of_many_exports_in_one_transaction_are_counted_at_its_end(
    world: World, session: Session, exports: Sequence[Export]
) -> None:
    at = datetime(2026, 11, 10, 12, tzinfo=UTC)
    with writing(session), together(session):
        for export in exports:
            fresh = session.get_one(Export, export.id, populate_existing=True)
            lifecycle.move(session, fresh, Status.FAILED, Cause.PREFLIGHT, at, faults=[FAULT])
    assert [row.n for row in session.scalars(select(OutcomeCount).order_by(OutcomeCount.n))] == [2, 4]
    failed = select(func.count()).where(AuditEntry.status == Status.FAILED)
    assert session.scalar(failed) == 6
