"""docs/tour.md walked through by the names it sets in bold, in its order; `make screens` keeps its pictures.

Every run walks it in the shortest story; for the pictures the whole one is told.
"""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from jobs.demo import DAYS
from tests.browser.conftest import Meet
from tests.browser.people import WIDE, Person
from tests.browser.running import ROOT, Demo, start_demo
from tests.support.pictures import made_small

pytestmark = pytest.mark.browser

TOUR = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
KEPT = os.environ.get("SCREENSHOTS")
SMALL_ENOUGH = 150_000
"""Bytes of a picture in the repository."""


@dataclass(frozen=True)
class Station:
    """`names` are what it sets in bold, `at` the addresses it leads to, in its order."""

    names: list[str]
    at: list[str]


def station(number: int) -> Station:
    text = TOUR.partition(f"\n## {number}. ")[2].partition("\n## ")[0]
    return Station(re.findall(r"\*\*(.+?)\*\*", text), re.findall(r"\(http://localhost:5000(/.*?)\)", text))


@pytest.fixture(scope="module")
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    data = tmp_path_factory.mktemp("tour") / "demo"
    if KEPT:
        running = start_demo(data, DAYS)
    else:
        seeded: Path = request.getfixturevalue("seeded")
        running = start_demo(Path(shutil.copytree(seeded, data)))
    yield running
    running.stop()


def keep(person: Person, browser: Browser, name: str, part: Locator | None = None) -> None:
    """The window as it is, or a part of the page."""
    assert f"screenshots/tour-{name}.png" in TOUR
    if not KEPT:
        return
    picture = (part or person.page).screenshot(animations="disabled")
    small = made_small(picture, browser)
    assert len(small) < SMALL_ENOUGH
    (ROOT / KEPT / f"tour-{name}.png").write_bytes(small)


def test_the_tour_is_as_it_says(meet: Meet, browser: Browser) -> None:
    bo, ada, alma, sol = (meet(name) for name in ("bo", "ada", "alma", "sol"))
    what_needs_bo(bo, browser)
    an_error_is_explained(bo, browser)
    it_is_mended_and_sent(ada, browser)
    one_record_and_its_duplicates(bo, browser)
    the_log(bo, browser)
    support_looks(sol, alma, browser)
    people_and_what_is_kept(alma, browser)


def what_needs_bo(bo: Person, browser: Browser) -> None:
    here = station(1)
    bo.go(here.at[0])
    (title,) = here.names
    expect(bo.heading(title)).to_be_visible()
    keep(bo, browser, "01-overview")
    chart = bo.page.locator("section").filter(has=bo.page.get_by_role("heading", name="The last 30 days"))
    keep(bo, browser, "01-chart", chart)
    here = station(2)
    bo.go(here.at[0])
    (choose,) = here.names
    remedy = bo.control(choose).first
    expect(remedy).to_have_attribute("aria-disabled", "true")
    bo.hands.point_at(bo.row("UT-723").locator("summary"))
    keep(bo, browser, "02-failed")


def an_error_is_explained(bo: Person, browser: Browser) -> None:
    here = station(3)
    bo.go(here.at[0])
    (errors,) = here.names
    expect(bo.control(errors).first).to_be_visible()
    keep(bo, browser, "03-guide")


def it_is_mended_and_sent(ada: Person, browser: Browser) -> None:
    here = station(4)
    choose, account, save = here.names
    ada.go(here.at[0])
    ada.press(choose, ada.row("T-523"))
    ada.hands.choose(ada.page.get_by_label("5410"), account)
    ada.press(save)
    resync, told = station(5).names
    expect(ada.control(resync)).to_be_visible()
    keep(ada, browser, "04-mending")
    ada.press(resync)
    ada.waits_for(ada.told(told))
    keep(ada, browser, "05-resync")


def one_record_and_its_duplicates(bo: Person, browser: Browser) -> None:
    bo.go(station(6).at[0])
    bo.press("T-523")
    history = bo.page.get_by_role("list", name="History of T-523").get_by_role("listitem")
    arrived = history.filter(has_text="Export to Xero: Synced")
    bo.hands.press(arrived.locator("summary"))
    expect(arrived.get_by_role("region", name="Response")).to_be_visible()
    keep(bo, browser, "06-record")
    here = station(7)
    (both,) = here.names
    bo.go(here.at[0])
    bo.press("88999")
    expect(bo.control(both)).to_be_visible()
    keep(bo, browser, "07-duplicates")
    bo.go(here.at[1])
    expect(bo.control("Compare with Xero", bo.row("NL-1907"))).to_be_visible()


def the_log(bo: Person, browser: Browser) -> None:
    here = station(8)
    (download,) = here.names
    bo.go(here.at[0])
    expect(bo.control(download)).to_be_visible()
    keep(bo, browser, "08-log")
    bo.go(station(9).at[0])
    bo.was_answered(200)
    keep(bo, browser, "09-older")


def support_looks(sol: Person, alma: Person, browser: Browser) -> None:
    here = station(10)
    (visit,) = here.names
    sol.go(here.at[0])
    expect(sol.control(visit)).to_be_visible()
    keep(sol, browser, "10-support")
    sol.press(visit)
    sol.hands.write(sol.page.get_by_label("Why"), "Request 4711: bills of Leuchtmittel Werk do not arrive")
    sol.hands.pick(sol.page.get_by_label("15 minutes"))
    sol.press(visit.removesuffix("…"))
    sol.go("/exports/xero")
    alma.go("/exports/xero")
    alma.waits_for(alma.page.get_by_role("heading", name="Support (Sol Reyes) is looking at Failed"))
    keep(alma, browser, "10-visit")
    alma.press("End the visit of Sol Reyes")
    alma.waits_for(alma.told("The visit of Sol Reyes is over."))
    sol.go("/exports/xero")
    sol.was_answered(404)


def people_and_what_is_kept(alma: Person, browser: Browser) -> None:
    alma.page.set_viewport_size(WIDE)
    alma.go(station(11).at[0])
    alma.was_answered(200)
    expect(alma.page.get_by_role("row").filter(has_text="cleo@nordlys.example")).to_be_visible()
    keep(alma, browser, "11-people")
    alma.go(station(12).at[0])
    alma.was_answered(200)
    keep(alma, browser, "12-retention")
