"""What the guides and the README tell people to press and read is on the pages under that very name."""

import re
from pathlib import Path

import pytest

from dashboard.domain.guides import CATALOGUE, Guide

ROOT = Path(__file__).parents[2]
THE_LEDGERS_OWN = {"Invoice number", "Reference", "E-mail"}
"""Names that guides quote of fields in Xero or in the document."""


@pytest.fixture(scope="module")
def labels() -> str:
    """Where labels are written: templates, pages, words and rows; a placeholder of the provider reads Xero."""
    folders = ("templates", "views", "vocabulary", "models")
    paths = [path for folder in folders for path in sorted((ROOT / "dashboard" / folder).rglob("*.[hp][ty]*"))]
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths if path.suffix in (".html", ".py"))
    return re.sub(r"\{(?:provider|self\._label|label)\}|\{\{ label \}\}|\" ~ label ~ \"|\" ~ label(?= )", "Xero", text)


@pytest.mark.parametrize("guide", CATALOGUE.values(), ids=lambda guide: guide.code.value)
def test_what_a_guide_quotes_is_a_label_of_a_page(guide: Guide, labels: str) -> None:
    words = " ".join((guide.meaning, *guide.steps, guide.after))
    quoted = set(re.findall(r"“([^”]+)”", words)) - THE_LEDGERS_OWN
    assert [each for each in sorted(quoted) if each not in labels] == []


def test_the_buttons_that_the_readme_names_are_there(labels: str) -> None:
    readme = re.sub(r"\s+", " ", (ROOT / "README.md").read_text(encoding="utf-8"))
    named = re.findall(r"\*\*([^*]+)\*\* button", readme) + re.findall(r"[Pp]ress \*\*([^*]+)\*\*", readme)
    assert len(named) >= 2
    said = labels.replace("Choose the {what}", "Choose the account, Choose the tax rate")
    # A page fills in how many, and where to.
    asked = [re.sub(r"\d+ to Xero", "{n} to ", each) for each in named]
    assert [each for each in asked if each not in said] == []
