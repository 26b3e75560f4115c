"""What each HTTP status of Xero's means for a push: wait, refused, stopped, or in doubt."""

import pytest

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import DocumentPosting, Outcome, ProviderError, Refused, Unknown, Wait
from dashboard.vocabulary.records import RecordKind
from tests.connectors.postings import a_document
from tests.connectors.scripted import TENANT, CountingGate, Say, Scripted, xero_at

HERE = [{"id": "link-1", "tenantId": TENANT, "tenantType": "ORGANISATION", "tenantName": "Demo"}]
A = a_document("INV-A")


def push(batch: list[DocumentPosting], *answers: Say) -> list[Outcome]:
    return xero_at(Scripted(*answers)).push(batch)


@pytest.mark.parametrize("status", [500, 502, 504, 520, 302, 408])
def test_an_answer_that_does_not_say_whether_it_was_booked_is_unknown(status: int) -> None:
    outcome = push([A], Say(status, "<h1>Server Error</h1>"))[0]
    assert isinstance(outcome, Unknown)
    assert outcome.words == "Server Error"
    assert outcome.exchange.response == "<h1>Server Error</h1>"


@pytest.mark.parametrize("status", [404, 412, 415, 501])
def test_what_xero_cannot_take_at_all_is_refused_in_its_own_words(status: int) -> None:
    outcome = push([A], Say(status, "The resource you're looking for cannot be found"))[0]
    assert isinstance(outcome, Refused)
    assert outcome.faults[0].code is ErrorCode.UNKNOWN
    assert outcome.faults[0].words == "The resource you're looking for cannot be found"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-Rate-Limit-Problem": "minute", "Retry-After": "17"}, 17),
        ({"X-Rate-Limit-Problem": "Minute limit"}, 60),
        ({"X-Rate-Limit-Problem": "appminute"}, 60),
        ({"X-Rate-Limit-Problem": "DayLimit"}, 3600),
        ({"X-Rate-Limit-Problem": "day", "Retry-After": "40000"}, 40000),
        ({"X-Rate-Limit-Problem": "concurrent"}, 5),
        ({"Retry-After": "-3"}, 60),
        ({"Retry-After": "999999999"}, 86400),
        ({"Retry-After": "0"}, 1),
        ({}, 60),
    ],
)
def test_throttling_waits_as_long_as_xero_says(headers: dict[str, str], seconds: float) -> None:
    outcome = push([A], Say(429, "", headers))[0]
    assert isinstance(outcome, Wait)
    assert (outcome.code, outcome.seconds) == (ErrorCode.RATE_LIMITED, seconds)


def test_maintenance_waits() -> None:
    outcome = push([A], Say(503, "The Xero API is currently offline for maintenance"))[0]
    assert isinstance(outcome, Wait)
    assert (outcome.code, outcome.seconds) == (ErrorCode.PROVIDER_DOWN, 60)


@pytest.mark.parametrize("kind", [RecordKind.BILL, RecordKind.BILL_CREDIT, RecordKind.CREDIT_NOTE])
def test_maintenance_leaves_in_doubt_what_could_be_booked_twice_and_the_connection_waits(kind: RecordKind) -> None:
    outcome = push([a_document("INV-A", kind)], Say(503, "offline", {"Retry-After": "90"}))[0]
    assert isinstance(outcome, Unknown)
    assert (outcome.words, outcome.pause) == ("offline", 90)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (
            401,
            {"Title": "Unauthorized", "Detail": "TokenExpired: token expired at 09/24/2021"},
            ErrorCode.ACCESS_EXPIRED,
        ),
        (401, {"Title": "Unauthorized", "Detail": "AuthenticationUnsuccessful"}, ErrorCode.ACCESS_EXPIRED),
        (401, {"Title": "Unauthorized", "Detail": "AuthorizationUnsuccessful"}, ErrorCode.SCOPE_MISSING),
        (401, "", ErrorCode.ACCESS_EXPIRED),
        (403, {"title": "Forbidden", "detail": "AuthorizationUnsuccessful"}, ErrorCode.SCOPE_MISSING),
        (403, {"detail": "You are not permitted to access this resource"}, ErrorCode.SCOPE_MISSING),
    ],
)
def test_a_lost_right_stops_the_whole_push(status: int, body: object, code: ErrorCode) -> None:
    with pytest.raises(ProviderError) as stopped:
        push([A], Say(status, body))
    assert stopped.value.code is code


FORBIDDEN = Say(403, {"title": "Forbidden", "status": 403, "detail": "AuthenticationUnsuccessful"})


def test_an_organisation_no_longer_listed_is_disconnected() -> None:
    gate = CountingGate()
    provider = Scripted(FORBIDDEN, Say(200, []))
    with pytest.raises(ProviderError) as stopped:
        xero_at(provider, gate=gate).push([A])
    assert stopped.value.code is ErrorCode.COMPANY_DISCONNECTED
    assert [asked.path for asked in provider.asked] == ["/api.xro/2.0/Invoices", "/connections"]
    assert gate.opened == 2


def test_an_organisation_still_listed_waits() -> None:
    outcome = push([A], FORBIDDEN, Say(200, HERE))[0]
    assert isinstance(outcome, Wait)
    assert outcome.code is ErrorCode.PROVIDER_DOWN


def test_a_gate_that_stays_closed_is_a_wait_and_no_call() -> None:
    provider = Scripted()
    gate = CountingGate(ProviderError(ErrorCode.RATE_LIMITED, words="today's calls are spent", retry_after=1800))
    outcome = xero_at(provider, gate=gate).push([A])[0]
    assert isinstance(outcome, Wait)
    assert (outcome.seconds, outcome.code, outcome.words) == (1800, ErrorCode.RATE_LIMITED, "today's calls are spent")
    assert (outcome.exchange.status, outcome.exchange.response, provider.asked) == (None, "", [])
