"""A filtered set is resent as one job: asked about with its sums, stopped where nothing was mended, cancelled."""

import csv
import io
import re
from collections import Counter

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Meet, in_every_way
from tests.browser.people import Person
from tests.browser.running import Demo

pytestmark = [pytest.mark.browser, in_every_way]


@pytest.mark.requirement("S2-04", "B-05", "B-07")
def test_a_set_for_which_nothing_was_mended_is_warned_about_and_stops_early(meet: Meet, demo: Demo) -> None:
    bo = meet("bo")
    ask_about_all(bo)
    expect(bo.page.get_by_text("Nothing that mends 40 of them")).to_be_visible()
    expect(bo.page.locator("dl.sums")).to_contain_text("Exports40")
    expect(bo.page.locator("dl.sums")).to_contain_text("11,520.00 EUR")
    bo.look("all-that-match-1-question")
    bo.hands.write(bo.page.get_by_label("Why (kept in the audit log)"), "To see whether it helps")
    bo.press("Resync 40 to Xero")
    bo.waits_for(bo.told("0 exported, 25 still failing, 15 not tried"))
    bo.look("all-that-match-2-stopped")
    with bo.page.expect_download() as download:
        bo.press("Download CSV")
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    assert Counter(row["Result"] for row in rows) == {"Still failing": 25, "Not tried": 15}
    bo.go("/exports/xero")
    expect(bo.heading("Failed (40) · Xero exports")).to_be_visible()


@pytest.mark.requirement("B-05")
def test_a_running_resync_is_cancelled_and_the_rest_stays_as_it_was(meet: Meet, demo: Demo) -> None:
    """The ledger answers slowly, so that the few that go first are still under way."""
    bo = meet("bo")
    ask_about_all(bo)
    demo.ledger.fault("slow:3000", times=0)
    bo.press("Resync 40 to Xero")
    bo.press("Cancel what is not sent yet")
    expect(bo.told("What was not sent yet keeps its former error.")).to_be_visible()
    demo.ledger.forget_faults()
    ended = bo.told("cancelled")
    bo.waits_for(ended)
    exported, failing, cancelled = map(int, re.findall(r"\d+", ended.inner_text()))
    assert (exported, failing + cancelled) == (0, 40)
    assert cancelled >= 15
    bo.look("all-that-match-3-cancelled")
    bo.go("/exports/xero")
    expect(bo.heading("Failed (40) · Xero exports")).to_be_visible()


def ask_about_all(person: Person) -> None:
    """From the exports page to the question about everything that failed."""
    person.go("/exports/xero")
    person.press("Resync all 40 that failed…")
    expect(person.heading("Resync 40 to Xero?")).to_be_visible()
