"""A resync of 2,000 records chosen by a filter, watched in a browser, while the runner is killed and started again."""

import csv
import io
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect
from sqlalchemy import select

from dashboard.models import Connection, Record
from dashboard.vocabulary.statuses import Status
from tests.browser.hands import MOUSE
from tests.browser.people import WIDE, Person
from tests.chaos import documents, truth
from tests.chaos.conftest import RECORDS, map_accounts
from tests.chaos.processes import DashboardProcess, RunnerProcess, SandboxProcess, wait_until
from tests.chaos.storm import TIMES
from tests.support.world import World

pytestmark = pytest.mark.browser

MANY = 2000
Start = Callable[[], RunnerProcess]


@pytest.fixture
def settings() -> dict[str, str]:
    return {**TIMES, "TIEOUT_XERO_PACE": "100", "TIEOUT_XERO_CALL_DEADLINE": "5", "TIEOUT_XERO_LEASE": "6"}


@pytest.fixture
def bo(
    browser: Browser, world: World, ledger: SandboxProcess, environment: dict[str, str], tmp_path: Path
) -> Iterator[Person]:
    """bo of finance at a browser window, which in the end had nothing to complain of."""
    dashboard = DashboardProcess(environment, tmp_path / "dashboard.log")
    context = browser.new_context(viewport=WIDE, locale="en-US")
    person = Person.at(context.new_page(), dashboard, MOUSE)
    person.sign_in(world.email("bo"), world.password)
    yield person
    context.close()
    dashboard.stop()
    assert person.complaints == []


@pytest.fixture
def failed(world: World, connected: Connection, start: Start) -> list[Record]:
    """2,000 approved records, all of which failed because no account was chosen."""
    more = documents.papers(MANY - RECORDS, random.Random(2), first=RECORDS)  # noqa: S311 - chance, not secrecy
    ((name, content),) = documents.files(more)
    world.take_in(name, content)
    records = list(world.session.scalars(select(Record).order_by(Record.id)))
    world.approve(records)
    start()
    wait_until(
        "all have failed", lambda: truth.standing(world.session) == {Status.FAILED: MANY}, seconds=120, every=0.5
    )
    return records


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Start the runner; one that runs is killed first."""
    started: list[RunnerProcess] = []

    def once_more() -> RunnerProcess:
        for former in started:
            former.kill()
        started.append(RunnerProcess(environment, tmp_path / f"runner-{len(started)}.log"))
        return started[-1]

    yield once_more
    for each in started:
        each.kill()
        assert each.complaints() == []


@pytest.mark.requirement("S3-11", "B-05")
def test_each_of_two_thousand_failed_records_has_a_result_and_is_in_the_ledger_once(
    world: World, connected: Connection, failed: list[Record], ledger: SandboxProcess, start: Start, bo: Person
) -> None:
    ledger.limits(factor=100)
    map_accounts(world, connected)
    resync_all_that_match(bo, MANY)
    seen = [done(bo)]
    for share in (0.2, 0.6):
        seen += watched_until(bo, MANY * share)
        start()
    bo.shoot("resync-of-2000-1-restarted")
    bo.waits_for(bo.told("2,000 exported, 0 still failing"))
    bo.shoot("resync-of-2000-2-ended")

    assert seen == sorted(seen), "progress went back"
    assert len(set(seen)) > 5, "progress stood still"
    assert results(bo) == {"Exported": MANY}
    wait_until("the originals are attached", lambda: truth.is_settled(world.session), seconds=60, every=0.2)
    truth.assert_in_the_ledger_once(world.session, ledger)
    truth.assert_every_attempt_has_an_outcome(world.session)
    truth.assert_counts_equal_rows(world.session)


@pytest.mark.requirement("S3-11", "B-05")
def test_two_thousand_that_are_cancelled_on_the_way_have_a_result_each_and_the_rest_goes_later(
    world: World, connected: Connection, failed: list[Record], ledger: SandboxProcess, start: Start, bo: Person
) -> None:
    ledger.limits(factor=100)
    map_accounts(world, connected)
    resync_all_that_match(bo, MANY)
    watched_until(bo, MANY * 0.1)
    start()
    watched_until(bo, MANY * 0.3)
    bo.press("Cancel what is not sent yet")
    # What was being sent at that moment still ends by itself.
    bar(bo).wait_for(state="detached")
    ended = bo.told("cancelled")
    bo.shoot("resync-of-2000-3-cancelled")

    exported, failing, cancelled = figures(ended)
    assert exported >= MANY * 0.3
    assert cancelled > 0
    assert (failing, exported + cancelled) == (0, MANY)
    assert results(bo) == {"Exported": exported, "Cancelled": cancelled}
    assert truth.standing(world.session) == {Status.SYNCED: exported, Status.FAILED: cancelled}

    resync_all_that_match(bo, cancelled)
    bo.waits_for(bo.told(f"{cancelled:,} exported, 0 still failing"))
    wait_until("the originals are attached", lambda: truth.is_settled(world.session), seconds=60, every=0.2)
    truth.assert_in_the_ledger_once(world.session, ledger)
    truth.assert_counts_equal_rows(world.session)


def resync_all_that_match(person: Person, how_many: int) -> None:
    """From the filter to the running job."""
    person.go("/exports/xero?code=account-not-mapped")
    person.press("Resync all that match…")
    expect(person.heading(f"Resync {how_many:,} to Xero?")).to_be_visible()
    person.hands.write(person.page.get_by_label("Why (kept in the audit log)"), "Accounts are chosen now")
    person.press(f"Resync {how_many:,} to Xero")
    expect(bar(person)).to_be_visible()


def bar(person: Person) -> Locator:
    return person.page.get_by_role("progressbar")


def done(person: Person) -> int:
    """How many the page says are done."""
    return int(bar(person).evaluate("bar => bar.value"))


def watched_until(person: Person, how_many: float) -> list[int]:
    """What the bar shows, one after the other, until so many are done; the page is not loaded anew."""
    seen = []

    def has_come_so_far() -> bool:
        seen.append(done(person))
        return seen[-1] > how_many

    wait_until(f"{how_many:.0f} are done", has_come_so_far, seconds=120, every=0.3)
    return seen


def figures(sentence: Locator) -> list[int]:
    return [int(figure.replace(",", "")) for figure in re.findall(r"[\d,]*\d", sentence.inner_text())]


def results(person: Person) -> Counter[str]:
    """The download's rows by their result."""
    with person.page.expect_download() as download:
        person.press("Download CSV")
    rows = csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig")))
    return Counter(row["Result"] for row in rows)
