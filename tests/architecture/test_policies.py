"""What every answer carries, and what every page is: headers, cookies, one heading, labelled fields, ids used once."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from dashboard.app import create_app
from dashboard.config import load
from dashboard.views import guards
from tests.architecture.places import NOBODY, Place
from tests.architecture.test_routes import address, rules
from tests.fixtures import TOKEN_KEY

FIELDS = {"input", "select", "textarea"}


class Page(HTMLParser):
    """What a page holds, as far as the rules below ask."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.described: list[str] = []
        self.text: dict[str, list[str]] = {"h1": [], "title": []}
        self._inside = ""
        self._in_label = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "label":
            self._in_label += 1
            self.labels.add(str(found.get("for")))
        if tag in FIELDS and found.get("type") not in ("hidden", "submit"):
            self.fields.append({**found, "wrapped": "yes" if self._in_label else None})
        self.described += str(found.get("aria-describedby") or "").split()
        if tag in self.text:
            self._inside = tag
            self.text[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""
        self._in_label -= tag == "label"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.text[self._inside][-1] += data


def pages(place: Place, who: str) -> list[tuple[str, TestResponse]]:
    """Every page as that person gets it, the parts and files left out."""
    called = [(rule.rule, place.called(who, address(place, rule))[0]) for rule in rules(place) if "GET" in rule.methods]
    return [(rule, answer) for rule, answer in called if answer.status_code == 200 and "<html" in answer.text]


def test_every_answer_carries_the_security_headers(place: Place) -> None:
    answers = [*pages(place, "ada"), *pages(place, NOBODY)]
    for wrong in ("/nowhere", "/records/999999"):
        answers.append((wrong, place.called("ada", wrong)[0]))
    answers.append(("refused", place.called("cleo", "/settings", {"csrf_token": place.token("cleo")})[0]))
    answers.append(("token", place.called("ada", "/settings", {})[0]))
    assert len(answers) > 20
    for rule, answer in answers:
        policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'", rule
        assert policy["script-src"] == policy["style-src"] == "'self'", rule
        assert policy["base-uri"] == policy["frame-ancestors"] == "'none'", rule
        assert policy["form-action"].split()[0] == "'self'", rule
        assert "unsafe" not in answer.headers["Content-Security-Policy"], rule
        assert answer.headers["X-Content-Type-Options"] == "nosniff", rule
        assert answer.headers["Referrer-Policy"] == "same-origin", rule
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", rule
        assert answer.headers["Cache-Control"] == "no-store", rule


def test_the_same_address_is_kept_apart_as_page_and_as_part(place: Place) -> None:
    for rule, answer in pages(place, "ada"):
        assert {"HX-Request", "HX-Request-Type"} <= set(answer.vary), rule


@pytest.mark.parametrize("who", ["ada", "cleo"])
def test_every_page_has_one_heading_that_is_its_title(place: Place, who: str) -> None:
    for rule, answer in pages(place, who):
        page = Page(answer.text)
        assert len(page.text["h1"]) == 1, rule
        heading, title = (" ".join(page.text[tag][0].split()) for tag in ("h1", "title"))
        assert heading, rule
        assert title == f"{heading} · tieout", rule


@pytest.mark.parametrize("who", ["ada", "cleo"])
def test_every_field_has_a_label_and_every_id_is_used_once(place: Place, who: str) -> None:
    for rule, answer in pages(place, who):
        page = Page(answer.text)
        assert sorted({each for each in page.ids if page.ids.count(each) > 1}) == [], rule
        unlabelled = [
            each
            for each in page.fields
            if each.get("id") not in page.labels and not each.get("aria-label") and not each["wrapped"]
        ]
        assert unlabelled == [], rule
        assert [each for each in page.described if each not in page.ids] == [], rule


def test_no_page_holds_a_secret_or_a_word_of_the_machine_room(place: Place) -> None:
    for rule, answer in pages(place, "ada"):
        assert "canary-" not in answer.text, rule
        words = re.sub(r"<[^>]+>", " ", answer.text).lower().split()
        assert {"tenant", "tenants", "lease", "drain", "preflight"} & set(words) == set(), rule


def test_one_module_alone_looks_at_the_headers_of_htmx_and_sets_them() -> None:
    views = Path(guards.__file__).parent
    assert [path.name for path in sorted(views.glob("*.py")) if '"HX-' in path.read_text("utf-8")] == ["replies.py"]


@pytest.fixture
def secure_app(sqlite_url: str) -> Flask:
    return create_app(
        load(
            {
                "TIEOUT_DATABASE_URL": sqlite_url,
                "TIEOUT_SECRET_KEY": "a secret of the tests alone",
                "TIEOUT_TOKEN_KEYS": f"k1:{TOKEN_KEY}",
                "TIEOUT_PUBLIC_URL": "https://tieout.example.com",
                "TIEOUT_LOG_LEVEL": "error",
            }
        )
    )


def test_behind_tls_the_cookie_is_bound_to_this_host_and_the_browser_told_to_stay(secure_app: Flask) -> None:
    answer = secure_app.test_client().get("/sign-in", base_url="https://tieout.example.com")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-tieout=")
    for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in cookie.split("; ")
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
