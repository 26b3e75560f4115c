"""Calls that go wrong on purpose: each fault, what was booked meanwhile, and which calls it strikes."""

import time

import httpx2
import pytest

from tests.sandbox.client import Desk, invoice, messages
from tests.sandbox.conftest import open_desk


def _put(desk: Desk, *numbers: str) -> httpx2.Response:
    ann = desk.ledger("contacts")[0]["id"]
    return desk.send("PUT", "/Invoices", {"Invoices": [invoice(ann, number) for number in numbers]})


@pytest.fixture
def faulty(desk: Desk) -> Desk:
    """A desk whose organisation has one contact."""
    desk.contact("Ann")
    return desk


def test_drop_before_cuts_the_connection_and_books_nothing(faulty: Desk) -> None:
    faulty.control("faults", fault="drop-before")

    with pytest.raises(httpx2.TransportError):
        _put(faulty, "A")

    assert faulty.ledger("invoices") == []
    assert _put(faulty, "A").status_code == 200


def test_drop_after_commit_cuts_the_connection_with_everything_booked(faulty: Desk) -> None:
    faulty.control("faults", fault="drop-after-commit")

    with pytest.raises(httpx2.TransportError):
        _put(faulty, "A", "B")

    assert len(faulty.ledger("invoices")) == 2
    assert messages(_put(faulty, "A").json()["Elements"][0]) == ["Invoice # must be unique."]


def test_timeout_says_nothing_and_books_nothing(faulty: Desk) -> None:
    faulty.control("faults", fault="timeout")
    faulty.http.timeout = httpx2.Timeout(0.3)

    with pytest.raises(httpx2.ReadTimeout):
        _put(faulty, "A")

    faulty.http.timeout = httpx2.Timeout(10)
    assert faulty.ledger("invoices") == []
    assert [call["status"] for call in faulty.calls(path="/Invoices")] == [None]


def test_a_silent_call_ends_by_itself_in_the_end(faulty: Desk) -> None:
    faulty.control("settings", timeout_seconds=0)
    faulty.control("faults", fault="timeout")

    with pytest.raises(httpx2.RemoteProtocolError):
        _put(faulty, "A")


def test_500_before_books_nothing_and_500_after_commit_everything(faulty: Desk) -> None:
    faulty.control("faults", fault="500-before")
    assert _put(faulty, "A").status_code == 500
    assert faulty.ledger("invoices") == []

    faulty.control("faults", fault="500-after-commit")
    answer = _put(faulty, "A")
    assert answer.status_code == 500
    assert answer.headers["Content-Type"].startswith("text/html")
    assert len(faulty.ledger("invoices")) == 1


def test_503_has_xeros_text(faulty: Desk) -> None:
    faulty.control("faults", fault="503")

    answer = _put(faulty, "A")

    assert (answer.status_code, answer.text) == (503, "The Xero API is currently offline for maintenance")
    assert faulty.ledger("invoices") == []


def test_throttle_is_a_429_with_its_headers(faulty: Desk) -> None:
    faulty.control("faults", fault="throttle")

    answer = _put(faulty, "A")

    assert answer.status_code == 429
    assert answer.headers["X-Rate-Limit-Problem"] == "minute"
    assert int(answer.headers["Retry-After"]) >= 1
    assert faulty.ledger("invoices") == []


def test_slow_takes_its_time_and_lets_others_pass(faulty: Desk) -> None:
    faulty.control("faults", fault="slow:200")
    started = time.monotonic()

    assert _put(faulty, "A").status_code == 200

    assert time.monotonic() - started >= 0.2


def test_commit_late_is_booked_by_the_ordinary_rules_when_its_time_has_come(faulty: Desk) -> None:
    faulty.control("faults", fault="commit-late:60000")
    with pytest.raises(httpx2.TransportError):
        _put(faulty, "A", "B")
    assert faulty.ledger("invoices") == []
    _put(faulty, "B")

    faulty.control("clock", advance=59)
    assert [row["number"] for row in faulty.ledger("invoices")] == ["B"]
    faulty.control("clock", advance=2)

    # B had been booked in between, so the late call could only book A.
    assert [row["number"] for row in faulty.ledger("invoices")] == ["B", "A"]


def test_commit_late_comes_by_itself_too(faulty: Desk) -> None:
    faulty.control("faults", fault="commit-late:50")
    with pytest.raises(httpx2.TransportError):
        _put(faulty, "A")

    deadline = time.monotonic() + 5
    while not faulty.ledger("invoices"):
        assert time.monotonic() < deadline


def test_find_stale_shows_the_ledger_as_it_was(faulty: Desk) -> None:
    faulty.control("clock", now="2026-11-20T10:00:00Z", frozen=True)
    faulty = open_desk(faulty.http)
    (first,) = faulty.create(invoice(faulty.ledger("contacts")[0]["id"], "A"))
    faulty.control("clock", advance=10)
    _put(faulty, "B")
    faulty.change(f"void:{first['InvoiceID']}")
    faulty.control("clock", advance=1)

    def seen() -> list[tuple[str, str]]:
        found = faulty.get("/Invoices", InvoiceNumbers="A,B")["Invoices"]
        return [(one["InvoiceNumber"], one["Status"]) for one in found]

    faulty.control("faults", fault="find-stale:5000", times=2)
    assert seen() == [("A", "AUTHORISED")]
    assert faulty.get(f"/Invoices/{first['InvoiceID']}")["Invoices"][0]["Status"] == "AUTHORISED"
    assert sorted(seen()) == [("A", "VOIDED"), ("B", "AUTHORISED")]


def test_find_stale_does_not_touch_writing_calls(faulty: Desk) -> None:
    faulty.control("faults", fault="find-stale:60000")
    _put(faulty, "A")

    assert faulty.get("/Invoices")["Invoices"] == []
    assert len(faulty.get("/Invoices")["Invoices"]) == 1


def test_a_fault_strikes_as_often_as_it_was_ordered(faulty: Desk) -> None:
    faulty.control("faults", fault="503", times=2)
    assert [_put(faulty, "A").status_code for _ in range(3)] == [503, 503, 200]

    faulty.control("faults", fault="503", times=0)
    assert {_put(faulty, "B").status_code for _ in range(5)} == {503}
    faulty.http.delete("/_control/faults", params={"provider": "xero"}).raise_for_status()
    assert _put(faulty, "B").status_code == 200


def test_a_fault_may_strike_by_chance(faulty: Desk) -> None:
    faulty.control("faults", fault="503", times=0, chance=0.5)

    codes = [faulty.send("GET", "/Organisation").status_code for _ in range(60)]

    assert set(codes) == {200, 503}


def test_a_fault_strikes_only_the_calls_it_is_meant_for(faulty: Desk) -> None:
    norway = open_desk(faulty.http, company="Nordlys Norge AS")
    faulty.control("faults", fault="503", company="Nordlys Norge AS", method="get", path="/organisation", times=0)

    assert faulty.send("GET", "/Organisation").status_code == 200
    assert norway.send("GET", "/Invoices").status_code == 200
    assert norway.send("GET", "/Organisation").status_code == 503


def test_a_path_may_be_a_regular_expression(faulty: Desk) -> None:
    faulty.control("faults", fault="503", path="^/api.xro/2.0/Invoices$", times=0)

    assert faulty.send("GET", "/Invoices").status_code == 503
    assert faulty.send("GET", "/Invoices/x").status_code == 404


def test_faults_of_booked_calls_leave_reading_calls_alone(faulty: Desk) -> None:
    for fault in ("drop-after-commit", "500-after-commit", "commit-late:1000"):
        faulty.control("faults", fault=fault)
        assert faulty.send("GET", "/Invoices").status_code == 200


def test_signing_in_goes_wrong_only_when_its_path_is_named(faulty: Desk) -> None:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": faulty.refresh_token,
        "client_id": faulty.client_id,
        "client_secret": faulty.client_secret,
    }
    faulty.control("faults", fault="503", times=0)
    assert faulty.http.post("/xero/connect/token", data=form).status_code == 200

    faulty.control("faults", fault="drop-after-commit", path="/connect/token")
    with pytest.raises(httpx2.TransportError):
        faulty.http.post("/xero/connect/token", data=form)
    assert faulty.http.post("/xero/connect/token", data=form).status_code == 200


def test_a_connection_goes_on_after_ordinary_answers(faulty: Desk) -> None:
    def port() -> object:
        with faulty.http.stream("GET", "/_control/clock") as answer:
            answer.read()
            return answer.extensions["network_stream"].get_extra_info("client_addr")

    assert port() == port()


def test_the_list_of_calls_tells_what_happened(faulty: Desk) -> None:
    faulty.http.delete("/_control/calls", params={"provider": "xero"}).raise_for_status()
    _put(faulty, "A", "B")
    faulty.control("faults", fault="drop-before")
    with pytest.raises(httpx2.TransportError):
        _put(faulty, "C")
    faulty.send("GET", "/Invoices", headers={"Idempotency-Key": "k"})

    calls = faulty.calls()

    told = [(call["method"], call["path"], call["status"], call["elements"], call["fault"]) for call in calls]
    assert told == [
        ("PUT", "/api.xro/2.0/Invoices", 200, 2, None),
        ("PUT", "/api.xro/2.0/Invoices", None, 1, "drop-before"),
        ("GET", "/api.xro/2.0/Invoices", 200, 2, None),
    ]
    assert {call["company"] for call in calls} == {faulty.company}
    assert calls[2]["idempotency_key"] == "k"
    assert [call["method"] for call in faulty.calls(after=str(calls[1]["number"]))] == ["GET"]
    assert len(faulty.calls(method="put")) == 2
