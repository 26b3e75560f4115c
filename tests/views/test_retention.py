"""What the plan hides is told where the log ends, and a page under Settings says what is kept how long."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import delete, update

from dashboard.config import Config, load
from dashboard.db import writing
from dashboard.domain import audit, tenants
from dashboard.models import Attempt, AuditEntry, Record
from dashboard.models.export import AttemptState, Step
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.plans import Plan
from dashboard.vocabulary.records import Trigger
from tests.fixtures import TOKEN_KEY
from tests.support.consenting import Visit
from tests.support.world import World

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def config(database_url: str) -> Config:
    """Free shows 5 days, and what a plan hides is kept for 20 more."""
    return load(
        {
            "TIEOUT_DATABASE_URL": database_url,
            "TIEOUT_SECRET_KEY": "a secret of the tests alone",
            "TIEOUT_TOKEN_KEYS": f"k1:{TOKEN_KEY}",
            "TIEOUT_LOG_LEVEL": "warning",
            "TIEOUT_PLAN_FREE_DAYS": "5",
            "TIEOUT_RETENTION_GRACE_DAYS": "20",
        }
    )


def note(world: World, days: int, times: int = 1) -> None:
    with writing(world.session):
        for _ in range(times):
            at = NOW - timedelta(days=days)
            audit.note_act(world.session, world.nordlys.id, Act.SIGNED_IN, at, reference=f"{days} days ago")


def choose(world: World, plan: Plan) -> None:
    with writing(world.session):
        tenants.set_plan(world.session, world.nordlys, plan, NOW - timedelta(days=24))


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.requirement("B-12")
def test_the_log_ends_with_a_count_of_every_older_day_and_an_upgrade_shows_them_at_once(
    world: World, visit: Visit
) -> None:
    with time_machine.travel(NOW, tick=False):
        choose(world, Plan.FREE)
        note(world, 5)
        for days in range(6, 16):
            note(world, days, times=2)
        cleo = visit("cleo")
        page = cleo.get("/audit-log").text
        assert "5 days ago" in page
        assert "6 days ago" not in page
        hidden = plain(page.partition('id="hidden"')[2])
        assert (
            "21 older entries, 0 failures , kept until 2026-12-09 (the oldest until 2026-11-21 ), seen on Growth"
            in hidden
        )
        assert len(re.findall(r'id="hidden-2026', page)) == 7
        every = cleo.get("/audit-log/older").text
        assert len(re.findall(r'id="hidden-2026', every)) == 11
        choose(world, Plan.GROWTH)
        shown = cleo.get("/audit-log").text
        assert all(f"{days} days ago" in shown for days in range(5, 16))
        assert 'id="hidden"' not in shown


@pytest.mark.requirement("B-12")
def test_only_the_end_of_the_list_tells_what_is_hidden(world: World, visit: Visit) -> None:
    with time_machine.travel(NOW, tick=False):
        choose(world, Plan.FREE)
        note(world, 10)
        note(world, 1, times=60)
        bo = visit("bo")
        first = bo.get("/audit-log").text
        assert 'id="hidden"' not in first
        older = re.search(r'href="([^"]*older=[^"]*)"', first)
        assert older is not None
        assert 'id="hidden"' in bo.get(older.group(1).replace("&amp;", "&")).text


def test_the_days_asked_for_are_counted_and_other_filters_are_said_to_be_left_aside(world: World, visit: Visit) -> None:
    with time_machine.travel(NOW, tick=False):
        choose(world, Plan.FREE)
        note(world, 8)
        note(world, 13)
        bo = visit("bo")
        asked = plain(bo.get("/audit-log?from=2026-11-01&to=2026-11-08").text.partition('id="hidden"')[2])
        assert "1 older entry, 0 failures" in asked
        assert "left aside" not in asked
        assert "left aside" in bo.get("/audit-log?to=2026-11-09&q=invoice").text
        assert 'id="hidden"' not in bo.get("/audit-log?from=2026-11-15").text
        assert "1 older entry , Failed" not in plain(bo.get("/audit-log?status=failed").text)


def test_the_page_says_for_each_plan_and_here_what_is_seen_kept_and_deleted(world: World, visit: Visit) -> None:
    with time_machine.travel(NOW, tick=False):
        choose(world, Plan.FREE)
        note(world, 25)
        note(world, 7)
        page = plain(visit("cleo").get("/settings/retention").text)
        assert "from 2026-11-15 on" in page
        assert re.search(r"Kept, not seen [234] entries, 0 failures", page)
        assert "Oldest entry kept 2026-10-26" in page
        assert "Deleted next on 2026-11-21" in page
        assert "Free yours today and the 5 days before today and the 25 days before deleted" in page
        assert "Growth today and the 30 days before today and the 50 days before deleted" in page
        assert "Enterprise everything everything never deleted" in page
        assert "today and the 25 days before" in plain(visit("cleo").get("/settings").text)


def test_enterprise_is_told_that_nothing_is_deleted(world: World, visit: Visit) -> None:
    choose(world, Plan.ENTERPRISE)
    page = plain(visit("cleo").get("/settings/retention").text)
    assert "Deleted next nothing, ever" in page
    assert "Nothing is hidden" in visit("cleo").get("/audit-log/older").text
    assert "word for word: everything" in plain(visit("cleo").get("/settings").text)


def test_a_lowered_plan_is_told_how_long_the_one_before_counts(world: World, visit: Visit) -> None:
    with time_machine.travel(NOW, tick=False):
        with writing(world.session):
            tenants.set_plan(world.session, world.nordlys, Plan.FREE, NOW)
        page = plain(visit("cleo").get("/settings/retention").text)
        assert "lowered from Growth on 2026-11-20: what that showed is kept until 2026-12-10" in page


def test_a_record_says_that_its_history_was_deleted(world: World, visit: Visit) -> None:
    (record,) = world.records()
    bo = visit("bo")
    assert "may have been deleted" not in bo.get(f"/records/{record.id}").text
    with writing(world.session):
        tenants.set_plan(world.session, world.nordlys, Plan.FREE, NOW - timedelta(days=400))
        old = {"tenant_id": world.nordlys.id, "record_id": record.id}
        world.session.execute(delete(AuditEntry).filter_by(**old))
        world.session.execute(update(Record).values(created_at=NOW - timedelta(days=40)))
    assert "What happened before may have been deleted" in bo.get(f"/records/{record.id}").text


def test_a_try_whose_request_and_answer_were_deleted_says_so(world: World, visit: Visit) -> None:
    world.connect_xero()
    (export,) = world.approve(world.records())
    with writing(world.session) as session:
        attempt = Attempt(
            tenant_id=export.tenant_id,
            export_id=export.id,
            step=Step.DOCUMENT,
            state=AttemptState.REFUSED,
            trigger=Trigger.AUTOMATIC,
            epoch=1,
            posting={"lines": []},
            begun_at=NOW - timedelta(days=200),
            ended_at=NOW - timedelta(days=200),
            http_status=400,
            trimmed_at=NOW,
        )
        session.add(attempt)
        session.flush()
        audit.note_export(session, export, "T-1", Act.EXPORT_OUTCOME, NOW, attempt_id=attempt.id)
    page = plain(visit("cleo").get(f"/records/{export.record_id}").text)
    assert "Request and answer were deleted on 2026-11-20" in page
    assert "Nothing came back" not in page
