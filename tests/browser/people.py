"""Somebody at a browser window on the demo: finding, waiting, and what every page they see is held to."""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, Request, Response, ViewportSize, expect

from tests.browser.hands import MOUSE, Hands, Way
from tests.browser.running import ROOT
from tests.support.axe import find_misplaced, find_pale_words, find_violations
from tests.support.chromium import record_complaints

SHOTS = ROOT / "artifacts" / "screens"
WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
PATIENCE = 30.0
"""Seconds until something that the runner has to do is seen. The machine may be busy with other tests."""
HEAVIEST = 60_000
"""Bytes of HTML that a page may have."""

FAULTS = """() => {
    const ids = [...document.querySelectorAll("[id]")].map(element => element.id);
    const fields = [...document.querySelectorAll("input:not([type=hidden]), select, textarea")];
    const headings = [...document.querySelectorAll("h1")].map(heading => heading.textContent.trim());
    return [
        ...ids.filter((id, at) => ids.indexOf(id) !== at).map(id => `the id ${id} is there twice`),
        ...fields.filter(field => !field.labels.length && !field.ariaLabel).map(field => `${field.name} has no label`),
        ...(headings.length === 1 && document.title.startsWith(headings[0]) ? [] : [`titled ${document.title}`]),
    ];
}"""
BUBBLE = """thing => {
    const bubble = getComputedStyle(thing, "::after");
    return bubble.display === "none" || bubble.content[0] !== '"' ? "" : JSON.parse(bubble.content.split(" / ")[0]);
}"""
OVERFLOW = """() => [document.documentElement, ...document.querySelectorAll(".table-box:has(.rows, .compare)")]
    .filter(box => box.scrollWidth > box.clientWidth).map(box => `${box.className || "the page"} scrolls sideways`)"""


class Site(Protocol):
    """Where the pages are: `url` without a slash at its end."""

    url: str


@dataclass
class Person:
    """`complaints` is what the console said against the pages, `strangers` what they asked of other hosts."""

    page: Page
    site: Site
    way: Way
    complaints: list[str]
    strangers: list[str] = field(default_factory=list)
    document: Response | None = None

    @classmethod
    def at(cls, page: Page, site: Site, way: Way) -> "Person":
        person = cls(page, site, way, record_complaints(page))
        page.on("request", person._note_request)
        page.on("response", person._note_document)
        return person

    @property
    def hands(self) -> Hands:
        return self.way.hands

    def go(self, path: str) -> None:
        self.page.goto(self.site.url + path)

    def sign_in(self, email: str, password: str) -> None:
        self.go("/sign-in")
        self.hands.write(self.page.get_by_label("E-mail"), email)
        self.hands.write(self.page.get_by_label("Password"), password)
        self.press("Sign in")
        self.waits_for(self.control("Sign out"))

    def press(self, name: str, within: Locator | None = None) -> None:
        self.hands.press(self.control(name, within))

    def control(self, name: str, within: Locator | None = None) -> Locator:
        """The one button or link of that name."""
        place = within or self.page.locator("body")
        return place.get_by_role("button", name=name, exact=True).or_(place.get_by_role("link", name=name, exact=True))

    def heading(self, words: str) -> Locator:
        return self.page.get_by_role("heading", level=1, name=words)

    def row(self, number: str) -> Locator:
        """The row of a list that belongs to the document of that number."""
        return self.page.get_by_role("row").filter(has=self.page.get_by_role("link", name=number, exact=True))

    def box(self, number: str) -> Locator:
        """The check box of that row."""
        return self.page.get_by_role("checkbox", name=f"Tick {number}", exact=True)

    def told(self, words: str) -> Locator:
        """What came of something, where it is also read out."""
        return self.page.get_by_role("status").filter(has_text=words)

    def press_tile(self, label: str) -> None:
        self.hands.press(self.page.locator("ul.tiles").get_by_role("link", name=re.compile(f"^{label} ")))

    def bubble_of(self, thing: Locator) -> str:
        """The words of the bubble at a thing that is pointed at; "" when none is seen."""
        return str(thing.evaluate(BUBBLE))

    def waits_for(self, sign: Locator) -> None:
        """Until it is seen. With scripts the page brings it by itself; without, the person loads the page again."""
        ends = time.monotonic() + PATIENCE
        while not self.way.scripts and time.monotonic() < ends:
            with suppress(AssertionError):
                expect(sign).to_be_visible(timeout=500)
                return
            self.page.reload()
        expect(sign).to_be_visible(timeout=1000 * PATIENCE)

    def shoot(self, name: str) -> None:
        way = "" if self.way == MOUSE else f"-{self.way.name}"
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}{way}.png", full_page=True)

    def look(self, name: str) -> None:
        """Leave its picture light, dark and on a phone, and find no fault with the page in any of them.

        It is the same page whoever comes to it, so that those who come by mouse look for all.
        """
        if self.way != MOUSE:
            self.shoot(name)
            return
        assert self.page.evaluate(FAULTS) == []
        assert self.document is not None
        assert len(self.document.body()) <= HEAVIEST
        self._look_once(f"{name}-light", find_violations)
        self.page.emulate_media(color_scheme="dark")
        self._look_once(f"{name}-dark", find_pale_words)
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(PHONE)
        self._look_once(f"{name}-phone", find_misplaced)
        self.page.set_viewport_size(WIDE)

    def was_answered(self, status: int) -> None:
        """The page came with that status; Chromium complains of some in the console."""
        assert self.document is not None
        assert self.document.status == status
        if status >= 400:
            self.complaints[:] = [said for said in self.complaints if f"status of {status}" not in said]

    def _look_once(self, name: str, find: Callable[[Page], list[str]]) -> None:
        # Under the head of a list that stays in sight, half a row counts as too small to be pressed.
        self.page.evaluate("scrollTo(0, 0)")
        self.shoot(name)
        violations = find(self.page)
        assert not violations, "\n".join([name, *violations])
        assert self.page.evaluate(OVERFLOW) == [], name

    def _note_request(self, request: Request) -> None:
        # Only a form or a link leads elsewhere, to the provider's consent page; a page itself asks nobody else.
        if urlsplit(request.url).netloc != urlsplit(self.site.url).netloc and not request.is_navigation_request():
            self.strangers.append(request.url)

    def _note_document(self, response: Response) -> None:
        if response.request.is_navigation_request() and not 300 <= response.status < 400:
            self.document = response
