"""Pushing to a Xero that reorders, forgets, contradicts itself or answers with something else altogether."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import (
    Accepted,
    DocumentPosting,
    LedgerState,
    Outcome,
    ProviderError,
    Refused,
    Unknown,
    Wait,
)
from dashboard.vocabulary.records import RecordKind
from tests.connectors.postings import a_contact, a_document, an_attachment
from tests.connectors.scripted import TENANT, CountingGate, Say, Scripted, xero_at

ZERO = "00000000-0000-0000-0000-000000000000"
HERE = [{"id": "link-1", "tenantId": TENANT, "tenantType": "ORGANISATION", "tenantName": "Demo"}]


def saved(posting: DocumentPosting, **changes: Any) -> dict[str, Any]:
    return {
        "Type": {"invoice": "ACCREC", "bill": "ACCPAY"}[posting.kind.value],
        "InvoiceID": str(uuid4()),
        "InvoiceNumber": posting.number,
        "Url": posting.link,
        "Status": "AUTHORISED",
        "StatusAttributeString": "OK",
        "HasErrors": False,
        "Total": float(posting.total),
        "TotalTax": float(posting.tax),
    } | changes


def refused(posting: DocumentPosting, *messages: str) -> dict[str, Any]:
    errors = [{"Message": message} for message in messages]
    return saved(posting, InvoiceID=ZERO, StatusAttributeString="ERROR", HasErrors=True, ValidationErrors=errors)


def push(batch: Sequence[DocumentPosting], *answers: Say) -> list[Outcome]:
    return xero_at(Scripted(*answers)).push(batch)


def push_answered(batch: Sequence[DocumentPosting], elements: list[Any], status: int = 200) -> list[Outcome]:
    name = "Elements" if status == 400 else "Invoices"
    return push(batch, Say(status, {"Id": "call-id", "Type": "ValidationException", "Message": "No", name: elements}))


A, B, C = a_document("INV-A"), a_document("INV-B"), a_document("INV-C")


def test_each_posting_gets_its_own_outcome_and_its_own_exchange() -> None:
    elements = [
        saved(A),
        refused(B, "Invoice # must be unique.", "Email address must be valid."),
        saved(C, Status="DRAFT"),
    ]
    provider = Scripted(Say(200, {"Invoices": elements}, {"Xero-Correlation-Id": "corr-1"}))
    first, second, third = xero_at(provider, short_code="!abc").push([A, B, C])

    assert isinstance(first, Accepted)
    assert (first.ledger_id, first.state, first.warnings) == (elements[0]["InvoiceID"], LedgerState.APPROVED, ())
    assert first.url.endswith("shortcode=!abc&redirecturl=/AccountsReceivable/View.aspx?InvoiceID=" + first.ledger_id)
    assert isinstance(second, Refused)
    assert [fault.code for fault in second.faults] == [ErrorCode.NUMBER_EXISTS, ErrorCode.EMAIL_INVALID]
    assert isinstance(third, Accepted)
    assert third.state is LedgerState.DRAFT
    for posting, outcome in zip((A, B, C), (first, second, third), strict=True):
        exchange = outcome.exchange
        assert (exchange.method, exchange.status, exchange.request_id) == ("PUT", 200, "corr-1")
        assert exchange.address == "http://xero.test/api.xro/2.0/Invoices?summarizeErrors=false&unitdp=4"
        for body in (exchange.request, exchange.response):
            assert posting.number in body
            assert not any(other.number in body for other in (A, B, C) if other is not posting)

    asked = provider.asked[0]
    assert (asked.method, asked.path) == ("PUT", "/api.xro/2.0/Invoices")
    assert asked.query == {"summarizeErrors": "false", "unitdp": "4"}
    assert asked.headers["xero-tenant-id"] == TENANT
    assert asked.headers["accept"] == "application/json"
    assert len(asked.headers["idempotency-key"]) <= 128


def test_elements_in_another_order_find_their_postings_by_the_link() -> None:
    elements = [saved(B), saved(A)]
    outcomes = push_answered([A, B], elements)
    assert [outcome.ledger_id for outcome in outcomes if isinstance(outcome, Accepted)] == [
        elements[1]["InvoiceID"],
        elements[0]["InvoiceID"],
    ]


def test_bills_of_one_number_are_told_apart_by_the_link() -> None:
    one, other = a_document("7", RecordKind.BILL, key="k1"), a_document("7", RecordKind.BILL, key="k2")
    elements = [saved(other), saved(one)]
    first, second = push_answered([one, other], elements)
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert (first.ledger_id, second.ledger_id) == (elements[1]["InvoiceID"], elements[0]["InvoiceID"])


def test_fewer_elements_leave_the_missing_ones_unknown() -> None:
    first, second, third = push_answered([A, B, C], [saved(A), saved(C)])
    assert isinstance(first, Accepted)
    assert isinstance(second, Unknown)
    assert isinstance(third, Accepted)


def test_elements_that_name_nobody_are_unknown_when_the_count_is_wrong() -> None:
    anonymous = saved(A, InvoiceNumber="", Url="")
    assert all(isinstance(outcome, Unknown) for outcome in push_answered([A, B], [anonymous]))


def test_an_accepted_element_that_does_not_name_its_document_is_unknown() -> None:
    assert isinstance(push_answered([A], [saved(A, InvoiceNumber="", Url="")])[0], Unknown)


def test_somebody_elses_document_is_never_taken_for_ours() -> None:
    assert isinstance(push_answered([A], [saved(a_document("OTHER"))])[0], Unknown)
    assert isinstance(push_answered([A], [saved(A, Url="https://tieout.example/x/another-key")])[0], Unknown)
    assert isinstance(push_answered([A], [saved(A, Type="ACCPAY")])[0], Unknown)


def test_one_id_for_two_documents_is_unknown_for_both() -> None:
    same = str(uuid4())
    outcomes = push_answered([A, B], [saved(A, InvoiceID=same), saved(B, InvoiceID=same)])
    assert all(isinstance(outcome, Unknown) for outcome in outcomes)


@pytest.mark.parametrize("ledger_id", [ZERO, "", "not-a-uuid", None, 7, ["x"]])
def test_accepted_without_a_real_id_is_unknown(ledger_id: object) -> None:
    assert isinstance(push_answered([A], [saved(A, InvoiceID=ledger_id)])[0], Unknown)


def test_an_id_and_errors_at_once_is_unknown() -> None:
    contradiction = saved(A, StatusAttributeString="", ValidationErrors=[{"Message": "Account must be valid."}])
    outcome = push_answered([A], [contradiction])[0]
    assert isinstance(outcome, Unknown)
    assert "Account must be valid." in outcome.words


def test_errors_of_lines_and_contact_are_all_named() -> None:
    element = refused(A) | {
        "Contact": {"ValidationErrors": [{"Message": "The contact is archived and cannot be used."}]},
        "LineItems": [{"ValidationErrors": [{"Message": "Account code '425' has been archived, or has been deleted."}]}]
        * 2,
    }
    outcome = push_answered([A], [element])[0]
    assert isinstance(outcome, Refused)
    assert [fault.code for fault in outcome.faults] == [ErrorCode.CONTACT_ARCHIVED, ErrorCode.ACCOUNT_INACTIVE]


def test_a_warning_is_accepted_and_told() -> None:
    element = saved(A, StatusAttributeString="WARNING", Warnings=[{"Message": "The due date is before the date"}])
    outcome = push_answered([A], [element])[0]
    assert isinstance(outcome, Accepted)
    assert outcome.warnings == ("The due date is before the date",)


def test_another_total_than_sent_is_told() -> None:
    outcome = push_answered([A], [saved(A, Total=115.01)])[0]
    assert isinstance(outcome, Accepted)
    assert outcome.warnings == ("Xero booked a total of 115.01 NZD; 115.00 was sent.",)


@pytest.mark.parametrize(
    "body",
    [
        "<html><body>Welcome</body></html>",
        "",
        '{"Invoices":[{"InvoiceID"',
        "null",
        "[]",
        '{"Invoices": "none"}',
        "[" * 9000,
    ],
)
def test_a_2xx_that_cannot_be_read_is_unknown_since_it_may_be_booked(body: str) -> None:
    outcomes = push([A, B], Say(200, body))
    assert [type(outcome) for outcome in outcomes] == [Unknown, Unknown]
    assert outcomes[0].exchange.status == 200


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


def test_a_400_refuses_those_it_lists_and_leaves_the_others_in_doubt() -> None:
    first, second = push_answered([A, B], [refused(B, "Account must be valid.")], status=400)
    assert isinstance(first, Unknown)
    assert isinstance(second, Refused)
    assert second.faults[0].code is ErrorCode.ACCOUNT_UNKNOWN


def test_a_400_for_a_single_document_refuses_it() -> None:
    outcome = push([A], Say(400, {"Type": "ValidationException", "Message": "A validation exception occurred"}))[0]
    assert isinstance(outcome, Refused)
    assert outcome.faults[0].words == "A validation exception occurred"


def test_a_400_that_could_not_read_the_call_refuses_all_of_it() -> None:
    outcomes = push([A, B], Say(400, {"ErrorNumber": 14, "Type": "PostDataInvalidException", "Message": "Bad JSON"}))
    assert all(isinstance(outcome, Refused) for outcome in outcomes)


def test_a_400_of_html_leaves_a_batch_in_doubt() -> None:
    assert all(isinstance(outcome, Unknown) for outcome in push([A, B], Say(400, "<html>Bad Request</html>")))


def test_a_reused_idempotency_key_says_nothing_of_the_first_call() -> None:
    message = "Idempotency Key: abc is used with a different request."
    assert isinstance(push([A], Say(400, {"Message": message}))[0], Unknown)
    assert isinstance(push_answered([A], [refused(A, message)], status=400)[0], Unknown)


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


def test_a_batch_of_two_kinds_is_not_sent() -> None:
    provider = Scripted()
    for batch in ([A, a_document("B", RecordKind.BILL)], [A, a_contact()], [], [A] * 51):
        with pytest.raises(ValueError, match="batch"):
            xero_at(provider).push(batch)
    assert provider.asked == []


def test_a_created_contact_is_accepted_and_a_taken_name_refused() -> None:
    taken = (
        "The contact name Ann is already assigned to another contact. "
        "The contact name must be unique across all active contacts."
    )
    contact_id = str(uuid4())
    elements = [
        {"ContactID": contact_id, "Name": "Bob", "ContactStatus": "ACTIVE", "HasValidationErrors": False},
        {"ContactID": ZERO, "Name": "Ann", "HasValidationErrors": True, "ValidationErrors": [{"Message": taken}]},
    ]
    bob, ann = xero_at(Scripted(Say(200, {"Contacts": elements})), short_code="!x").push(
        [a_contact("Bob"), a_contact("Ann")]
    )
    assert isinstance(bob, Accepted)
    assert (bob.ledger_id, bob.url.endswith(f"/Contacts/View/{contact_id}")) == (contact_id, True)
    assert isinstance(ann, Refused)
    assert (ann.faults[0].code, ann.faults[0].subject) == (ErrorCode.CONTACT_NAME_TAKEN, "Ann")


def test_a_contact_refused_by_a_400_names_its_fault() -> None:
    element = {"ContactID": ZERO, "Name": "Ann", "ValidationErrors": [{"Message": "Email address must be valid."}]}
    outcome = xero_at(Scripted(Say(400, {"Type": "ValidationException", "Elements": [element]}))).push(
        [a_contact("Ann")]
    )[0]
    assert isinstance(outcome, Refused)
    assert outcome.faults[0].code is ErrorCode.EMAIL_INVALID


def test_an_attachment_goes_as_it_is_under_a_name_xero_takes() -> None:
    document, attachment = str(uuid4()), str(uuid4())
    provider = Scripted(Say(200, {"Attachments": [{"AttachmentID": attachment, "FileName": "x"}]}))
    posting = an_attachment(document, 'år: "Q1"/../#1+?.xml')
    outcome = xero_at(provider).push([posting])[0]
    assert isinstance(outcome, Accepted)
    assert outcome.ledger_id == attachment
    assert "<Invoice/>" not in outcome.exchange.request
    asked = provider.asked[0]
    assert (asked.method, asked.body) == ("PUT", b"<Invoice/>")
    assert asked.path == f"/api.xro/2.0/Invoices/{document}/Attachments/år_ _Q1__.._#1__.xml"


@pytest.mark.parametrize("content", [b"", b"x" * 10_000_001])
def test_an_attachment_of_impossible_size_is_refused_before_any_call(content: bytes) -> None:
    provider = Scripted()
    outcome = xero_at(provider).push([an_attachment(str(uuid4()), content=content)])[0]
    assert isinstance(outcome, Refused)
    assert (outcome.faults[0].code, outcome.faults[0].subject) == (ErrorCode.ATTACHMENT_REFUSED, "invoice.xml")
    assert provider.asked == []


@pytest.mark.parametrize("status", [400, 404, 413])
def test_a_refused_attachment_is_told_apart_from_its_document(status: int) -> None:
    outcome = xero_at(Scripted(Say(status, {"Message": "Too many attachments"}))).push([an_attachment(str(uuid4()))])[0]
    assert isinstance(outcome, Refused)
    assert (outcome.faults[0].code, outcome.faults[0].words) == (ErrorCode.ATTACHMENT_REFUSED, "Too many attachments")


def test_an_attachment_without_a_clear_answer_is_unknown() -> None:
    assert isinstance(xero_at(Scripted(Say(200, "ok"))).push([an_attachment(str(uuid4()))])[0], Unknown)
    assert isinstance(xero_at(Scripted(Say(500, "oops"))).push([an_attachment(str(uuid4()))])[0], Unknown)
    assert isinstance(xero_at(Scripted(Say(200, {}))).push([an_attachment(str(uuid4()))])[0], Unknown)


def test_what_was_answered_changes_the_idempotency_key() -> None:
    provider = Scripted(Say(500), Say(500), Say(500))
    connector = xero_at(provider)
    for posting in (A, A, replace(A, answered=1)):
        connector.push([posting])
    first, second, third = (asked.headers["idempotency-key"] for asked in provider.asked)
    assert first == second != third
