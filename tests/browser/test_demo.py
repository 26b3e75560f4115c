"""What the demo's first start leaves: forty failures of seven causes, at the hours at which people work."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

pytestmark = pytest.mark.browser

ZONES = {"nordlys": ZoneInfo("Europe/Stockholm"), "maple": ZoneInfo("Europe/London")}


@pytest.fixture
def rows(seeded: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{seeded / 'tieout.db'}?mode=ro", uri=True)) as connection:
        yield connection


def test_forty_fail_for_seven_causes(rows: sqlite3.Connection) -> None:
    found = rows.execute("SELECT error_code, count(*) FROM export WHERE status = 'failed' GROUP BY 1").fetchall()
    assert sum(count for _, count in found) == 40
    assert len(found) == 7


def test_all_happens_when_people_work_and_nothing_in_the_future(rows: sqlite3.Connection) -> None:
    told = rows.execute("SELECT slug, at FROM audit_entry JOIN tenant ON tenant.id = tenant_id").fetchall()
    times = [(datetime.fromisoformat(at).replace(tzinfo=UTC), ZONES[slug]) for slug, at in told]
    present = max(at for at, _ in times)
    assert present <= datetime.now(UTC)
    past = [at.astimezone(zone) for at, zone in times if (present - at).days >= 1]
    assert {at.hour for at in past} <= set(range(8, 19))
    assert {at.weekday() for at in past} >= set(range(6))
    assert sum(at.weekday() >= 5 for at in past) < len(past) / 8


def test_an_attempt_ended_when_the_log_says_so(rows: sqlite3.Connection) -> None:
    attempts = "FROM audit_entry JOIN attempt ON attempt.id = audit_entry.attempt_id WHERE kind = 'export'"
    apart = f"SELECT count(*) {attempts} AND abs(julianday(audit_entry.at) - julianday(ended_at)) > 1e-6"
    assert rows.execute(apart).fetchone() == (0,)
    assert rows.execute(f"SELECT count(*) > 250 {attempts}").fetchone() == (1,)


def test_customers_have_paid_and_some_are_late(rows: sqlite3.Connection) -> None:
    paid = dict(rows.execute("SELECT payment, count(*) FROM record GROUP BY 1").fetchall())
    assert paid["paid"] > 50
    assert paid["unpaid"] > 50
