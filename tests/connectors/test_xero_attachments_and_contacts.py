"""Pushing originals beside their documents, and contacts that a person asked for."""

from uuid import uuid4

import pytest

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Accepted, Refused, Unknown
from tests.connectors.postings import a_contact, an_attachment
from tests.connectors.scripted import Say, Scripted, xero_at

ZERO = "00000000-0000-0000-0000-000000000000"


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
