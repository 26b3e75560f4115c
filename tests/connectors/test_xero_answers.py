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
    Posting,
    Refused,
    Unknown,
)
from dashboard.vocabulary.records import RecordKind
from tests.connectors.postings import a_contact, a_document, a_line
from tests.connectors.scripted import TENANT, Say, Scripted, xero_at

ZERO = "00000000-0000-0000-0000-000000000000"


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
    for posting, exchange in ((A, first.exchange), (B, second.exchange), (C, third.exchange)):
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


@pytest.mark.parametrize("kind", [RecordKind.INVOICE, RecordKind.BILL])
def test_an_answer_under_another_contact_is_doubted(kind: RecordKind) -> None:
    posting = a_document("INV-A", kind)
    (doubted,) = push_answered([posting], [saved(posting, Contact={"ContactID": str(uuid4())})])
    assert isinstance(doubted, Unknown)
    (taken,) = push_answered([posting], [saved(posting, Contact={"ContactID": posting.contact_id.upper()})])
    assert isinstance(taken, Accepted)


def test_bills_of_one_number_that_change_places_in_the_answer_are_told_apart_by_contact_and_total() -> None:
    theirs, dear = str(uuid4()), (a_line("900.00", "135.00", "400", "INPUT2"),)
    one, other = a_document("7", RecordKind.BILL, key="k1"), a_document("7", RecordKind.BILL, key="k2", contact=theirs)
    elements = [saved(each, Url="", Contact={"ContactID": each.contact_id}) for each in (other, one)]
    first, second = push_answered([one, other], elements)
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert (first.ledger_id, second.ledger_id) == (elements[1]["InvoiceID"], elements[0]["InvoiceID"])

    other = a_document("7", RecordKind.BILL, key="k2", lines=dear)
    mixed_up = push_answered([one, other], [saved(one, Total=1035.0), saved(other, Total=115.0)])
    assert [type(outcome) for outcome in mixed_up] == [Unknown, Unknown]


def test_a_total_that_nobody_sent_is_a_warning() -> None:
    first, second = push_answered([A, B], [saved(A, Total=115.01), saved(B)])
    assert isinstance(first, Accepted)
    assert len(first.warnings) == 1
    assert isinstance(second, Accepted)


def test_two_elements_that_both_name_one_posting_are_unknown() -> None:
    assert all(isinstance(outcome, Unknown) for outcome in push_answered([A, B], [saved(B), saved(B)]))


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


def test_a_batch_of_two_kinds_is_not_sent() -> None:
    provider = Scripted()
    batches: list[list[Posting]] = [[A, a_document("B", RecordKind.BILL)], [A, a_contact()], [], [A] * 51]
    for batch in batches:
        with pytest.raises(ValueError, match="batch"):
            xero_at(provider).push(batch)
    assert provider.asked == []


def test_what_was_answered_changes_the_idempotency_key() -> None:
    provider = Scripted(Say(500), Say(500), Say(500))
    connector = xero_at(provider)
    for posting in (A, A, replace(A, answered=1)):
        connector.push([posting])
    first, second, third = (asked.headers["idempotency-key"] for asked in provider.asked)
    assert first == second != third


@pytest.mark.parametrize("status", ["DELETED", "VOIDED"])
def test_what_is_said_to_be_gone_the_moment_it_was_created_is_unknown(status: str) -> None:
    first, second = push_answered([A, B], [saved(A, Status=status), saved(B)])
    assert isinstance(first, Unknown)
    assert first.words == f"Xero says that it is {'deleted' if status == 'DELETED' else 'void'}."
    assert isinstance(second, Accepted)


def test_a_status_that_is_not_known_is_told_and_not_taken_for_what_was_asked() -> None:
    (outcome,) = push_answered([A], [saved(A, Status="BANANA")])
    assert isinstance(outcome, Accepted)
    assert (outcome.state, outcome.warnings) == (None, ("Xero says that its status is BANANA.",))
