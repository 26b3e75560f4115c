"""Accessibility as axe-core sees it.

The script comes with the package axe-playwright-python, of which nothing else is used.
"""

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """
async (options) => {
    const found = await axe.run(document, {...options, resultTypes: ["violations"]});
    return found.violations.flatMap(rule => rule.nodes.map(node =>
        `${rule.id}: ${rule.help}: ${node.target.join(" ")}: ${node.failureSummary}`));
}
"""


def find_violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it is now, one line per element; empty when nothing is."""
    return _run(page, {"runOnly": {"type": "tag", "values": STANDARD}})


def find_pale_words(page: Page) -> list[str]:
    """Of all that, only words that stand out too little: what another colour scheme may change."""
    return _run(page, {"runOnly": {"type": "rule", "values": ["color-contrast"]}})


def find_misplaced(page: Page) -> list[str]:
    """Of all that, everything but colours: what another width may change."""
    return _run(page, {"runOnly": {"type": "tag", "values": STANDARD}, "rules": {"color-contrast": {"enabled": False}}})


def _run(page: Page, options: dict[str, Any]) -> list[str]:
    # Evaluated by the debugger, so the page's own content security policy does not stand in the way.
    page.evaluate(_script())
    violations: list[str] = page.evaluate(RUN, options)
    return violations


@cache
def _script() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
