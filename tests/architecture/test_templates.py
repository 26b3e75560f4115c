"""What templates may hold: nothing that the content security policy refuses, nothing that htmx 4 does not know."""

import re
from pathlib import Path

import pytest
from flask import Flask, get_template_attribute

from dashboard.vocabulary.statuses import Status

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "dashboard" / "templates").rglob("*.html"))
EACH = pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "dashboard")))

REFUSED = {
    "an inline script": r"<script(?![^>]*\bsrc=)",
    "an inline style": r"<style\b",
    "a style attribute": r"\sstyle\s*=\s*[\"']",
    "an event attribute": r"\son[a-z]+\s*=\s*[\"']",
    "hx-on, which needs eval": r"\bhx-on\b",
    "a js: value, which needs eval": r"[\"'](?:js|javascript):",
    "a [filter] in hx-trigger, which needs eval": r"hx-trigger\"?(?::inherited)?[=:]\s*\"[^\"]*\[",
    "a fraction of seconds, which htmx reads as milliseconds": r"every \d*\.\d+s",
    "two words after from: without quotes, of which htmx reads one": r"from:(?:closest|find|next|previous) ",
    "an attribute of htmx 2": (
        r"\bhx-(?:disabled-elt|ext|params|prompt|vars|request|inherit|disinherit|history(?!-elt)|sse|ws)\b"
    ),
    "a script or style sheet of another host": r"(?:src|href)=\"https?://[^\"]*\.(?:js|css)",
}


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 20


@EACH
@pytest.mark.parametrize("what", list(REFUSED))
def test_no_template_holds(template: Path, what: str) -> None:
    assert re.search(REFUSED[what], template.read_text(encoding="utf-8")) is None


@EACH
def test_a_page_is_short_and_a_part_shorter(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    # A file of macros is neither: what it holds is placed by the files that call them.
    is_part = template.name.startswith("_") and "{% macro" not in source
    if "components" not in template.parts:
        assert len(source.splitlines()) <= (40 if is_part else 80)


@EACH
def test_every_polled_part_says_that_nobody_asks(template: Path) -> None:
    """Without it a page left open would keep its session alive for ever."""
    source = template.read_text(encoding="utf-8")
    polled = source.count('hx-trigger="poll"')
    assert source.count("""hx-headers='{"HX-Poll": "true"}' hx-trigger="poll\"""") == polled
    assert ("data-poll" in source) == (polled > 0)


@EACH
def test_every_post_form_carries_its_token(template: Path) -> None:
    for form in re.findall(r"<form\b.*?</form>", template.read_text(encoding="utf-8"), re.DOTALL):
        if 'method="post"' in form:
            assert 'name="csrf_token"' in form


@EACH
def test_nothing_is_marked_safe_unseen(template: Path) -> None:
    assert re.search(r"\|\s*safe\b|autoescape\s+false", template.read_text(encoding="utf-8")) is None


def test_every_status_has_a_pill_with_its_word_and_its_look(app: Flask) -> None:
    style = (ROOT / "dashboard" / "static" / "app.css").read_text(encoding="utf-8")
    with app.test_request_context():
        pill = get_template_attribute("components/pills.html", "status_pill")
        for status in Status:
            assert pill(status).strip() == f'<span class="pill {status.value}">{status.label}</span>'
    # Pending has the plain look of a pill: it is what most rows are most of the time.
    assert [status for status in Status if not re.search(rf"\.{status.value}\b", style)] == [Status.PENDING]


def test_what_every_page_loads_is_light() -> None:
    static = ROOT / "dashboard" / "static"
    loaded = ("app.css", "app.js", "vendor/htmx-4.0.1.min.js")
    assert sum((static / name).stat().st_size for name in loaded) <= 60_000
