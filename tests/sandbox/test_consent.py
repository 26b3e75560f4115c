"""Sign-in to the imitated Xero: the consent page and the way from its code to tokens."""

import base64
import hashlib
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from jobs.sandbox import CLIENT_ID, CLIENT_SECRET

VERIFIER = "v" * 64
BACK = "http://localhost:5000/connections/xero/callback"
SCOPE = "offline_access accounting.invoices accounting.contacts"


class Form(HTMLParser):
    """The consent page's form."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.tenants: dict[str, str] = {}
        self._last = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        known = dict(attributes)
        if tag == "form":
            self.action = known["action"] or ""
        if tag == "input" and known.get("type") == "checkbox":
            self._last = known["value"] or ""

    def handle_data(self, data: str) -> None:
        if self._last and data.strip():
            self.tenants[data.strip()] = self._last
            self._last = ""


def _ask(http: httpx2.Client, **changes: str | None) -> httpx2.Response:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    asked: dict[str, str | None] = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": BACK,
        "scope": SCOPE,
        "state": "s1",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **changes,
    }
    wanted = {name: value for name, value in asked.items() if value is not None}
    return http.get("/xero/identity/connect/authorize", params=wanted)


def _decide(http: httpx2.Client, form: Form, decision: str, *names: str) -> httpx2.Response:
    return http.post(form.action, data={"decision": decision, "tenant": [form.tenants[name] for name in names]})


def _code(http: httpx2.Client, *names: str, **changes: str | None) -> str:
    back = _decide(http, Form(_ask(http, **changes).text), "allow", *(names or ("Nordlys AB",)))
    assert back.status_code == 302
    return parse_qs(urlsplit(back.headers["Location"]).query)["code"][0]


def _redeem(http: httpx2.Client, code: str, **changes: str | None) -> httpx2.Response:
    form: dict[str, str | None] = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        **changes,
    }
    wanted = {name: value for name, value in form.items() if value is not None}
    return http.post("/xero/connect/token", data=wanted, auth=(CLIENT_ID, CLIENT_SECRET))


def test_the_page_offers_every_default_organisation(http: httpx2.Client) -> None:
    page = _ask(http)

    assert page.status_code == 200
    assert set(Form(page.text).tenants) == {"Nordlys AB", "Nordlys Norge AS", "Maple & Finch"}


def test_allowing_two_organisations_connects_those_two(http: httpx2.Client) -> None:
    tokens = _redeem(http, _code(http, "Nordlys AB", "Nordlys Norge AS")).json()

    connections = http.get("/xero/connections", headers={"Authorization": f"Bearer {tokens['access_token']}"}).json()
    assert {one["tenantName"] for one in connections} == {"Nordlys AB", "Nordlys Norge AS"}
    assert tokens["expires_in"] == 1800
    assert tokens["token_type"] == "Bearer"


def test_the_state_comes_back_with_the_code(http: httpx2.Client) -> None:
    back = _decide(http, Form(_ask(http).text), "allow", "Nordlys AB")

    query = parse_qs(urlsplit(back.headers["Location"]).query)
    assert back.headers["Location"].startswith(BACK)
    assert query["state"] == ["s1"]


def test_cancelling_sends_back_a_refusal_without_a_code(http: httpx2.Client) -> None:
    back = _decide(http, Form(_ask(http).text), "cancel")

    assert parse_qs(urlsplit(back.headers["Location"]).query) == {"error": ["access_denied"], "state": ["s1"]}


def test_allowing_nothing_shows_the_page_again_with_the_reason(http: httpx2.Client) -> None:
    page = _decide(http, Form(_ask(http).text), "allow")

    assert page.status_code == 400
    assert "Pick at least one organisation." in page.text


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"client_id": "somebody"}, "unauthorized_client"),
        ({"redirect_uri": "http://127.0.0.1:5000/callback"}, "Invalid redirect_uri"),
        ({"redirect_uri": "http://shop.example/callback"}, "Invalid redirect_uri"),
        ({"redirect_uri": None}, "Invalid redirect_uri"),
        ({"scope": "accounting.everything"}, "invalid_scope"),
        ({"scope": "accounting.transactions"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "code_challenge_method"),
    ],
)
def test_a_wrong_question_is_told_to_the_person_and_goes_nowhere(
    http: httpx2.Client, changes: dict[str, str | None], fault: str
) -> None:
    page = _ask(http, **changes)

    assert page.status_code == 400
    assert fault in page.text


def test_https_and_localhost_may_be_returned_to(http: httpx2.Client) -> None:
    assert _ask(http, redirect_uri="https://tieout.example/callback").status_code == 200
    assert _ask(http, redirect_uri="http://localhost:9/callback").status_code == 200


def test_an_older_app_may_still_ask_for_broad_scopes(http: httpx2.Client) -> None:
    http.post("/_control/settings", json={"provider": "xero", "broad_scopes": True}).raise_for_status()

    assert _ask(http, scope="accounting.transactions").status_code == 200


def test_a_code_works_once(http: httpx2.Client) -> None:
    code = _code(http)

    assert _redeem(http, code).status_code == 200
    again = _redeem(http, code)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})


def test_a_code_lives_five_minutes(http: httpx2.Client) -> None:
    late, soon = _code(http), _code(http)
    http.post("/_control/clock", json={"advance": 299}).raise_for_status()
    assert _redeem(http, soon).status_code == 200

    http.post("/_control/clock", json={"advance": 2}).raise_for_status()
    assert _redeem(http, late).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize("verifier", [None, "w" * 64, "v" * 42])
def test_a_code_needs_the_verifier_it_was_asked_with(http: httpx2.Client, verifier: str | None) -> None:
    assert _redeem(http, _code(http), code_verifier=verifier).json() == {"error": "invalid_grant"}


def test_a_code_asked_for_without_a_challenge_needs_no_verifier(http: httpx2.Client) -> None:
    code = _code(http, code_challenge=None, code_challenge_method=None)

    assert _redeem(http, code, code_verifier=None).status_code == 200


def test_a_code_belongs_to_its_redirect(http: httpx2.Client) -> None:
    assert _redeem(http, _code(http), redirect_uri="http://localhost:1/").json() == {"error": "invalid_grant"}


def test_the_app_may_name_itself_in_the_form_instead(http: httpx2.Client) -> None:
    form = {
        "grant_type": "authorization_code",
        "code": _code(http),
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }

    assert http.post("/xero/connect/token", data=form).status_code == 200


def test_a_wrong_secret_is_refused_and_does_not_use_up_the_code(http: httpx2.Client) -> None:
    code = _code(http)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}

    wrong = http.post("/xero/connect/token", data=form, auth=(CLIENT_ID, "guess"))

    assert (wrong.status_code, wrong.json()) == (400, {"error": "invalid_client"})
    assert _redeem(http, code).status_code == 200


def test_without_offline_access_there_is_no_refresh_token(http: httpx2.Client) -> None:
    assert "refresh_token" not in _redeem(http, _code(http, scope="accounting.invoices")).json()


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
    ],
)
def test_the_token_endpoint_names_what_is_wrong(http: httpx2.Client, form: dict[str, str], fault: str) -> None:
    answer = http.post("/xero/connect/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET))

    assert (answer.status_code, answer.json()) == (400, {"error": fault})
