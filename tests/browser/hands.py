"""How a person acts on a page: with a mouse, or with nothing but keys. A story is told once and done by either."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Locator, expect

MOST_TABS = 400
"""Presses of Tab within which everything on a page has to be reached."""

WHERE = """thing => {
    if (thing === document.activeElement) return thing.matches(":focus-visible") ? "here" : "here, unseen";
    const isBefore = document.activeElement.compareDocumentPosition(thing) & Node.DOCUMENT_POSITION_PRECEDING;
    return isBefore && document.activeElement !== document.body ? "before" : "behind";
}"""


class Hands(Protocol):
    def press(self, button: Locator) -> None:
        """A button, a link, or what opens and closes."""

    def press_twice(self, button: Locator) -> None:
        """The same button again before anything can have come of the first press."""

    def tick(self, box: Locator) -> None: ...

    def pick(self, one: Locator) -> None:
        """One of several that exclude each other."""

    def tick_through(self, first: Locator, last: Locator) -> None:
        """All boxes from one to the other."""

    def write(self, field: Locator, text: str) -> None: ...

    def choose(self, drop_down: Locator, label: str) -> None:
        """The option of that label."""

    def set_date(self, field: Locator, day: date) -> None: ...

    def give(self, field: Locator, files: Sequence[Path]) -> None:
        """Files to a field that takes files."""

    def point_at(self, thing: Locator) -> None:
        """What shows the bubble of a thing: the pointer over it, or the focus on it."""


class Mouse:
    def press(self, button: Locator) -> None:
        button.click()

    def press_twice(self, button: Locator) -> None:
        button.dblclick(no_wait_after=True)

    def tick(self, box: Locator) -> None:
        box.click()

    def pick(self, one: Locator) -> None:
        one.click()

    def tick_through(self, first: Locator, last: Locator) -> None:
        first.click()
        last.click(modifiers=["Shift"])

    def write(self, field: Locator, text: str) -> None:
        field.click()
        field.fill(text)

    def choose(self, drop_down: Locator, label: str) -> None:
        drop_down.select_option(label=label)

    def set_date(self, field: Locator, day: date) -> None:
        field.fill(day.isoformat())

    def give(self, field: Locator, files: Sequence[Path]) -> None:
        with field.page.expect_file_chooser() as chooser:
            field.click()
        chooser.value.set_files(files)

    def point_at(self, thing: Locator) -> None:
        thing.hover()


class Keyboard:
    def press(self, button: Locator) -> None:
        self.point_at(button)
        button.page.keyboard.press("Enter")

    def press_twice(self, button: Locator) -> None:
        self.point_at(button)
        button.page.keyboard.press("Enter")
        button.page.keyboard.press("Enter")

    def tick(self, box: Locator) -> None:
        self.point_at(box)
        box.page.keyboard.press("Space")

    def pick(self, one: Locator) -> None:
        group = one.locator("xpath=ancestor::fieldset[1]")
        self.point_at(group.get_by_role("radio", checked=True))
        for _ in range(group.get_by_role("radio").count()):
            if one.is_checked():
                return
            one.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{one} is not reached by arrow keys")

    def tick_through(self, first: Locator, last: Locator) -> None:
        self.tick(first)
        self.point_at(last)
        last.page.keyboard.press("Shift+Space")

    def write(self, field: Locator, text: str) -> None:
        self.point_at(field)
        field.page.keyboard.press("Control+A")
        field.page.keyboard.type(text)

    def choose(self, drop_down: Locator, label: str) -> None:
        self.point_at(drop_down)
        # Letters that this keyboard lacks would be put in as text, which a drop-down does not take.
        drop_down.page.keyboard.type(re.split("[^ -~]", label)[0])
        expect(drop_down.locator("option:checked")).to_have_text(label)

    def set_date(self, field: Locator, day: date) -> None:
        self.point_at(field)
        field.page.keyboard.type(day.strftime("%m%d%Y"))
        expect(field).to_have_value(day.isoformat())

    def give(self, field: Locator, files: Sequence[Path]) -> None:
        with field.page.expect_file_chooser() as chooser:
            self.point_at(field)
            field.page.keyboard.press("Enter")
        chooser.value.set_files(files)

    def point_at(self, thing: Locator) -> None:
        """Tab to it, from where the focus is; it has to show that it has the focus."""
        expect(thing).to_be_visible()
        for _ in range(MOST_TABS):
            where = thing.evaluate(WHERE)
            if where == "here":
                return
            assert where != "here, unseen", f"{thing} does not show that it has the focus"
            thing.page.keyboard.press("Shift+Tab" if where == "before" else "Tab")
        raise AssertionError(f"{thing} is not reached by Tab")


@dataclass(frozen=True)
class Way:
    """How a story is done."""

    name: str
    hands: Hands
    scripts: bool = True


MOUSE = Way("mouse", Mouse())
WAYS = (MOUSE, Way("keyboard", Keyboard()), Way("no-scripts", Mouse(), scripts=False))
