"""Every page as somebody sees it: light, dark and on a phone; nothing to complain of for axe, the console or the eye.

What only a story leads to (a consent, results of an upload, an opened row) is looked at where the story is told.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from dashboard.vocabulary.errors import ErrorCode
from tests.browser.conftest import Meet, arriving
from tests.browser.hands import MOUSE
from tests.browser.people import FAULTS, Person
from tests.browser.running import Demo

pytestmark = pytest.mark.browser

Visit = Callable[[Person], None]


@dataclass(frozen=True)
class Case:
    """A page: its route, what is special about it, who sees it, and how they come to it."""

    endpoint: str
    what: str
    who: str
    visit: Visit
    status: int = 200

    @property
    def name(self) -> str:
        return f"{self.endpoint} {self.what}".strip().replace(" ", "-")


def at(path: str) -> Visit:
    return lambda person: person.go(path)


def through(path: str, *names: str) -> Visit:
    """From a page by buttons and links of these names, the first of each where there are several."""

    def visit(person: Person) -> None:
        person.go(path)
        for name in names:
            with person.page.expect_navigation():
                person.hands.press(person.control(name).first)

    return visit


def first_of(path: str) -> Visit:
    """The first record of a list."""

    def visit(person: Person) -> None:
        person.go(path)
        with person.page.expect_navigation():
            person.hands.press(person.page.locator("td.key a").first)

    return visit


def sent(path: str, form: str, **changes: str) -> Visit:
    """A form sent as no browser would let a person send it; `changes` are new values of its fields."""

    def visit(person: Person) -> None:
        person.go(path)
        with person.page.expect_navigation():
            person.page.evaluate(SEND, [form, changes])

    return visit


SEND = """([selector, changes]) => {
    const form = document.querySelector(selector);
    for (const [name, value] of Object.entries(changes)) {
        const field = form.elements[name];
        if (field.type === "date") field.type = "text";
        if (field.options) field.add(new Option(value, value));
        field.value = value;
    }
    HTMLFormElement.prototype.submit.call(form);
}"""


def wrong_password(person: Person) -> None:
    person.go("/sign-in")
    person.hands.write(person.page.get_by_label("E-mail"), "bo@nordlys.example")
    person.hands.write(person.page.get_by_label("Password"), "not this one")
    person.press("Sign in")
    expect(person.page.get_by_text("do not belong together")).to_be_visible()


def archiving(person: Person) -> None:
    through(f"{FAILED}87951", "87951")(person)
    person.hands.press(person.page.locator("#record-menu > summary"))
    with person.page.expect_navigation():
        person.press("Archive…")


def approving_two(person: Person) -> None:
    person.go("/records?list=awaiting-approval")
    boxes = person.page.locator("#records tbody td.tick input")
    person.hands.tick(boxes.nth(0))
    person.hands.tick(boxes.nth(1))
    with person.page.expect_navigation():
        person.press("Approve 2" if person.way.scripts else "Approve")
    expect(person.heading("Approve 2 records?")).to_be_visible()


def inviting(email: str) -> Visit:
    def visit(person: Person) -> None:
        person.go("/settings/people")
        person.hands.write(person.page.get_by_label("E-mail", exact=True), email)
        with person.page.expect_navigation():
            person.press("Invite")

    return visit


FAILED = "/exports/xero?q="

CASES = [
    Case("sign_in.form", "", "", at("/sign-in")),
    Case("sign_in.submitted", "refused", "", wrong_password, 422),
    Case("home.shown", "", "bo", at("/")),
    Case("home.shown", "seen by an admin", "ada", at("/")),
    Case("home.shown", "of a broken connection", "dov", at("/")),
    Case("support.listed", "", "sol", at("/support")),
    Case("support.listed", "nothing found", "sol", at("/support?q=nothing-like-it")),
    Case("support.entrance", "", "sol", through("/support", "Visit Nordlys AB…")),
    Case("exports.bundle", "seen by a viewer", "cleo", through(f"{FAILED}87951", "87951", "Contact support")),
    Case("exports.listed", "failed", "bo", at("/exports/xero")),
    Case("exports.listed", "failed seen by a viewer", "cleo", at("/exports/xero")),
    Case("exports.listed", "synced", "bo", at("/exports/xero?status=synced")),
    Case("exports.listed", "synced older", "bo", through("/exports/xero?status=synced", "Older")),
    Case("exports.listed", "pending of a broken connection", "dov", at("/exports/xero?status=pending")),
    Case("exports.listed", "on hold", "bo", at("/exports/xero?status=on-hold")),
    Case("exports.listed", "nothing found", "bo", at("/exports/xero?q=nothing-like-it&kind=bill")),
    Case("exports.listed", "refused", "bo", at("/exports/xero?since=yesterday"), 422),
    Case("resyncs.listed", "", "bo", at("/resyncs")),
    Case("resyncs.shown", "ended", "cleo", through("/resyncs", "Resync no. 1")),
    Case("resyncs.shown", "to be confirmed", "bo", through("/exports/xero", "Resync all 40 that failed…")),
    Case("records.listed", "", "bo", at("/records")),
    Case("records.listed", "seen by a viewer", "cleo", at("/records?list=awaiting-approval")),
    Case("records.listed", "nothing found", "bo", at("/records?q=nothing-like-it")),
    Case("records.approve", "nothing ticked", "bo", sent("/records", "#approvals"), 422),
    Case("records.approve", "to be confirmed", "bo", approving_two),
    Case("records.shown", "synced", "bo", first_of("/exports/xero?status=synced&q=NL-2")),
    Case("records.shown", "without a contact", "cleo", through(f"{FAILED}UT-723", "UT-723")),
    Case("records.shown", "on hold", "bo", through("/exports/xero?status=on-hold", "NL-1500")),
    Case("records.shown", "possible duplicate", "bo", through("/records?list=possible-duplicates", "88999")),
    Case("records.booking_date", "of a bill", "bo", through(f"{FAILED}87951", "Move the booking date")),
    Case("records.compare", "seen by a viewer", "cleo", through(f"{FAILED}NL-1907", "Compare with Xero")),
    Case("records.resolve", "", "bo", through(f"{FAILED}87951", "87951", "Resolve…")),
    Case(
        "records.mark_resolved",
        "refused",
        "bo",
        through(f"{FAILED}87951", "87951", "Resolve…", "Resolve (sends nothing)"),
        422,
    ),
    Case("records.archiving_form", "", "bo", archiving),
    Case("upload.form", "", "bo", at("/records/upload")),
    Case("upload.form", "seen by a viewer", "cleo", at("/records/upload")),
    Case("upload.submitted", "nothing chosen", "bo", sent("/records/upload", "form.upload"), 422),
    Case("audit_log.listed", "", "bo", at("/audit-log")),
    Case("audit_log.listed", "nothing found", "bo", at("/audit-log?q=nothing-like-it")),
    Case("audit_log.listed", "refused", "bo", at("/audit-log?from=yesterday"), 422),
    Case("audit_log.older", "", "dov", at("/audit-log/older")),
    Case("audit_log.listed", "older than the plan shows", "dov", at("/audit-log?to=2020-01-01")),
    Case("audit_log.entry", "", "bo", at("/audit-log/1")),
    Case("audit_log.saved", "", "bo", at("/audit-log/filters?status=failed")),
    Case("errors.listed", "", "bo", at("/errors")),
    Case("errors.listed", "nothing found", "bo", at("/errors?q=nothing-like-it")),
    Case("errors.shown", "failing now", "bo", at("/errors/account-not-mapped")),
    Case("errors.shown", "unknown", "bo", at("/errors/unknown")),
    Case("mapping.listed", "accounts", "ada", through(f"{FAILED}T-523", "Choose the account")),
    Case("mapping.listed", "accounts seen by finance", "bo", at("/mapping")),
    Case("mapping.listed", "taxes", "ada", at("/mapping?kind=tax")),
    Case("mapping.listed", "contacts", "ada", at("/mapping?kind=contact")),
    Case("mapping.save", "refused", "ada", sent("/mapping", "#mapping", **{"seen-0": "999", "target-0": "260"}), 422),
    Case("connections.listed", "", "ada", at("/connections")),
    Case("connections.listed", "seen by finance", "bo", at("/connections")),
    Case("connections.listed", "broken", "dov", at("/connections")),
    Case("connections.leaving", "", "ada", through("/connections", "Disconnect…")),
    Case("sync_config.listed", "", "ada", at("/sync-config")),
    Case("sync_config.listed", "seen by finance", "bo", at("/sync-config")),
    Case("settings.shown", "", "alma", at("/settings")),
    Case("settings.shown", "seen by a viewer", "cleo", at("/settings")),
    Case("settings.retention", "", "cleo", at("/settings/retention")),
    Case("settings.retention", "of a free plan", "dov", at("/settings/retention")),
    Case("settings.people_listed", "", "alma", at("/settings/people")),
    Case("settings.people_listed", "seen by an admin", "ada", at("/settings/people")),
    Case("settings.people_listed", "seen by a viewer", "cleo", at("/settings/people")),
    Case("settings.invite", "with the link", "ada", inviting("nils@nordlys.example")),
    Case("settings.invite", "refused", "ada", inviting("bo@nordlys.example"), 422),
    Case("settings.removal", "", "alma", through("/settings/people", "Remove…")),
    Case("", "invitation no longer good", "", at("/invitations/made-up"), 404),
    Case("password_resets.forgotten", "", "", at("/forgotten-password")),
    Case("settings.save", "refused", "alma", sent("/settings", "main form", name=""), 422),
    Case("", "no such page", "bo", at("/no-such-page"), 404),
    Case("records.shown", "not found", "bo", at("/records/999999"), 404),
    Case("connections.callback", "not allowed", "bo", at("/connections/xero/callback"), 403),
    Case("sign_in.sign_out", "form too old", "bo", sent("/settings", "form.person", csrf_token="old"), 400),
]


@pytest.fixture(scope="module")
def present(browser: Browser, demo: Demo) -> Iterator[Meet]:
    """`present("bo")`: each of them signs in once."""
    with arriving(browser, demo, MOUSE) as arrive:
        here: dict[str, Person] = {}
        yield lambda name: here.get(name) or here.setdefault(name, arrive(name))


@pytest.mark.requirement("B-17")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_page_can_be_looked_at(case: Case, present: Meet) -> None:
    person = present(case.who)
    case.visit(person)
    person.was_answered(case.status)
    person.look(f"page-{case.name}")
    assert person.complaints == []
    assert person.strangers == []


def test_every_guide_is_a_page_without_fault(present: Meet) -> None:
    cleo = present("cleo")
    for code in ErrorCode:
        cleo.go(f"/errors/{code.value}")
        assert cleo.page.evaluate(FAULTS) == []
    assert cleo.complaints == []


NO_PAGES = {"health.shown", "records.original", "upload.template", "resyncs.download", "static"}
LEAD_ON = {"records.by_key"}
PARTS = {"audit_log.news", "exports.row", "visits.shown", "connections.shown", "mapping.lookup", "records.progress"}
IN_STORIES = {"connections.choose", "invitations.shown", "password_resets.shown"}


def test_no_page_is_left_out(app: Flask) -> None:
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    looked_at = {case.endpoint for case in CASES if case.endpoint}
    assert looked_at <= app.view_functions.keys()
    assert routes - looked_at == NO_PAGES | LEAD_ON | PARTS | IN_STORIES


def test_thirteen_failed_rows_are_seen_on_a_small_screen(present: Meet) -> None:
    bo = present("bo")
    bo.go("/exports/xero")
    bar = bo.page.locator("#bulk").bounding_box()
    assert bar is not None
    ends = bo.page.locator("#exports tbody tr:not(.detail)").evaluate_all(
        "rows => rows.map(row => row.getBoundingClientRect().bottom)"
    )
    assert len([end for end in ends if end <= bar["y"]]) >= 13
