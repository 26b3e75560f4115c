"""Idempotency keys: what is answered again, for how long, and what is not the same request."""

import httpx2

from tests.sandbox.client import Desk, Json, invoice, messages


def _put(desk: Desk, key: str, *documents: Json, query: str = "") -> httpx2.Response:
    return desk.send("PUT", f"/Invoices{query}", {"Invoices": list(documents)}, {"Idempotency-Key": key})


def test_the_same_request_under_a_key_gets_the_first_answer_and_books_nothing(desk: Desk) -> None:
    document = invoice(desk.contact())

    first, second = _put(desk, "k1", document), _put(desk, "k1", document)

    assert second.content == first.content
    assert second.headers["Xero-Correlation-Id"] == first.headers["Xero-Correlation-Id"]
    assert len(desk.ledger("invoices")) == 1


def test_a_refusal_is_answered_again_even_when_its_cause_is_mended(desk: Desk) -> None:
    document = invoice(desk.contact())
    desk.change("deactivate-account:200")
    first = _put(desk, "k1", document)
    desk.change("activate-account:200")

    assert first.status_code == 400
    assert _put(desk, "k1", document).content == first.content
    assert _put(desk, "k2", document).status_code == 200


def test_a_key_used_with_another_request_is_refused(desk: Desk) -> None:
    ann = desk.contact()
    _put(desk, "k1", invoice(ann, "A"))

    for other in (
        _put(desk, "k1", invoice(ann, "B")),
        _put(desk, "k1", invoice(ann, "A"), query="?unitdp=4"),
        desk.send("POST", "/Invoices", {"Invoices": [invoice(ann, "A")]}, {"Idempotency-Key": "k1"}),
    ):
        assert other.status_code == 400
        assert other.json()["Message"] == "Idempotency Key: k1 is used with a different request."
    assert len(desk.ledger("invoices")) == 1


def test_the_mismatch_may_be_told_in_the_elements_instead(desk: Desk) -> None:
    desk.control("settings", idempotency_mismatch_in="elements")
    ann = desk.contact()
    _put(desk, "k1", invoice(ann, "A"))

    body = _put(desk, "k1", invoice(ann, "B")).json()

    assert messages(body["Elements"][0]) == ["Idempotency Key: k1 is used with a different request."]


def test_a_key_is_forgotten_after_six_minutes_from_the_first_call(desk: Desk) -> None:
    document = invoice(desk.contact())
    _put(desk, "k1", document)
    desk.control("clock", advance=350)
    assert _put(desk, "k1", document).status_code == 200

    desk.control("clock", advance=15)
    assert messages(_put(desk, "k1", document).json()["Elements"][0]) == ["Invoice # must be unique."]


def test_replays_count_against_the_limits(desk: Desk) -> None:
    document = invoice(desk.contact())
    desk.control("limits", per_minute=2)

    assert [_put(desk, "k1", document).status_code for _ in range(3)] == [200, 200, 429]


def test_a_key_that_is_too_long_is_refused(desk: Desk) -> None:
    answer = _put(desk, "k" * 129, invoice(desk.contact()))

    assert answer.status_code == 400
    assert desk.ledger("invoices") == []


def test_reading_calls_have_no_use_for_keys(desk: Desk) -> None:
    headers = {"Idempotency-Key": "k1"}
    assert desk.send("GET", "/Invoices", headers=headers).json()["Invoices"] == []
    desk.create(invoice(desk.contact()))

    assert len(desk.send("GET", "/Invoices", headers=headers).json()["Invoices"]) == 1


def test_a_500_is_kept_under_its_key_too(desk: Desk) -> None:
    document = invoice(desk.contact())
    desk.control("faults", fault="500-after-commit")

    assert [_put(desk, "k1", document).status_code for _ in range(2)] == [500, 500]
    assert len(desk.ledger("invoices")) == 1
    desk.control("settings", idempotency_keeps_5xx=False)
    desk.control("faults", fault="500-after-commit")
    other = invoice(desk.contact("Bea"), "INV-8")
    assert [_put(desk, "k2", other).status_code for _ in range(2)] == [500, 200]
