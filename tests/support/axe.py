"""Accessibility as axe-core sees it.

The script comes with the package axe-playwright-python, of which nothing else is used.
"""

from functools import cache
from importlib.resources import files

from playwright.sync_api import Page

STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """
async (tags) => {
    const found = await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
    return found.violations.flatMap(rule => rule.nodes.map(node =>
        `${rule.id}: ${rule.help}: ${node.target.join(" ")}: ${node.failureSummary}`));
}
"""


def find_violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it is now, one line per element; empty when nothing is."""
    # Evaluated by the debugger, so the page's own content security policy does not stand in the way.
    page.evaluate(_script())
    violations: list[str] = page.evaluate(RUN, STANDARD)
    return violations


@cache
def _script() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
