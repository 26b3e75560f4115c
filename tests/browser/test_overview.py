"""The overview in a browser: what it says, where it leads, that it goes on by itself, and a newcomer's first steps."""

import os
import re
import shlex
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, Meet, in_every_way
from tests.browser.people import Person
from tests.browser.running import ROOT, Demo

pytestmark = [pytest.mark.browser, in_every_way]

CAUSE = "No Xero account is chosen for a line"


@pytest.mark.requirement("B-17")
def test_from_the_verdict_to_the_exports_of_one_cause_and_to_the_log_of_one_day(meet: Meet) -> None:
    bo = meet("bo")
    verdict = bo.page.locator("#verdict")
    expect(verdict).to_contain_text(re.compile(r"^44 documents, 453,400\.35 SEK and 11,520\.00 EUR, are not in Xero\."))
    expect(verdict).to_contain_text("9 things to fix.")
    bo.look("overview-1")
    row = bo.page.locator("#causes tr").filter(has_text="5410")
    expect(row).to_contain_text("An admin of your organisation")
    documents = row.locator("[data-label=Documents]").inner_text()
    bo.hands.press(row.get_by_role("link", name=CAUSE))
    expect(bo.page.locator("#exports tbody tr:not(.detail)")).to_have_count(int(documents))
    bo.press("Overview")
    bo.hands.press(bo.page.locator("#days-table > summary"))
    figure = bo.page.locator("#by-day td.end a").first
    failed = figure.inner_text()
    if bo.way.scripts:
        bo.shoot("overview-2-figures")
    bo.hands.press(figure)
    entries = "entry" if failed == "1" else "entries"
    expect(bo.page.locator("nav.pager")).to_contain_text(f"{failed} {entries}")


def test_it_goes_on_by_itself_without_taking_the_focus_or_closing_what_is_open(meet: Meet) -> None:
    bo = meet("bo")
    if not bo.way.scripts:
        bo.press("I have seen this")
        expect(bo.told("Noted.")).to_be_visible()
        return
    with bo.page.expect_response(lambda answer: answer.url.endswith("/looks")) as looked:
        opened = bo.page.locator("#days-table > summary")
        bo.hands.press(opened)
    assert looked.value.status == 204
    link = bo.page.locator("#causes").get_by_role("link", name=CAUSE)
    link.focus()
    for _ in range(2):
        with bo.page.expect_response(lambda answer: "?form=" in answer.url, timeout=60_000) as asked:
            pass
        assert asked.value.request.headers["hx-poll"] == "true"
    expect(link).to_be_focused()
    expect(bo.page.locator("#days-table")).to_have_attribute("open", "")


def test_a_newcomer_is_led_to_the_first_step(meet: Meet, demo: Demo) -> None:
    told(demo, "create-tenant", "nova", "--name", "Nova AB", "--currency", "SEK")
    told(demo, "create-user", "nova@nova.example", "--tenant", "nova", "--role", "owner", "--password-stdin")
    nova = meet("")
    nova.sign_in("nova@nova.example", PASSWORD)
    expect(nova.page.locator("#verdict")).to_have_text("Nothing is connected yet, so nothing goes anywhere.")
    nova.look("overview-3-first-steps")
    press_first_step(nova)
    expect(nova.heading("Connections")).to_be_visible()


def press_first_step(person: Person) -> None:
    person.press("Connect Xero", person.page.locator("#steps"))


def told(demo: Demo, *words: str) -> None:
    """What an operator tells the command line."""
    lines = (demo.data / "tieout.env").read_text().splitlines()
    settings = dict(shlex.split(line)[0].split("=", 1) for line in lines)
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    own = {**os.environ, **settings}
    subprocess.run(command, cwd=ROOT, env=own, input=f"{PASSWORD}\n", capture_output=True, text=True, check=True)
