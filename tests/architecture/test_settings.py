"""docs/settings.md names every setting that is read, and no other."""

import re
from pathlib import Path

import pytest

from dashboard.config import BadSetting, load
from dashboard.vocabulary.providers import Provider

ROOT = Path(__file__).parents[2]


class Asked(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, values: dict[str, str]) -> None:
        super().__init__(values)
        self.names: set[str] = set()

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        self.names.add(name)
        return super().get(name, default)


NEEDED = {"TIEOUT_SECRET_KEY": "s" * 16, "TIEOUT_TOKEN_KEYS": "k1:" + "A" * 43 + "="}


def documented() -> set[str]:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `(TIEOUT_[A-Z_]+)` \|", page, re.MULTILINE))


def test_every_setting_that_is_read_is_documented_and_no_other() -> None:
    environment = Asked(NEEDED)
    load(environment)
    assert environment.names == documented()
    assert len(Provider) == 1 or all(f"TIEOUT_{each.name}_CLIENT_ID" in environment.names for each in Provider)


def test_settings_are_read_in_one_module_alone() -> None:
    readers = [
        path.relative_to(ROOT).as_posix()
        for folder in ("dashboard", "jobs")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if re.search(r"os\.environ\b|getenv\(", path.read_text(encoding="utf-8"))
    ]
    assert set(readers) <= {"jobs/__main__.py", "jobs/demo/serving.py"}


def test_the_page_gives_the_defaults_that_hold() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    stated = dict(re.findall(r"^\| `(TIEOUT_[A-Z_]+)` \| `([^`]+)`", page, re.MULTILINE))
    without = load(NEEDED)
    with_defaults = load({**NEEDED, **stated})
    assert with_defaults == without
    assert len(stated) >= 6


def test_a_setting_that_is_needed_and_missing_stops_the_start() -> None:
    for name in NEEDED:
        rest = {other: value for other, value in NEEDED.items() if other != name}
        with pytest.raises(BadSetting, match=name):
            load(rest)
