"""Looking up again: ours only when everything agrees, and no number so hostile that it asks another question."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import (
    Absent,
    DocumentPosting,
    Finding,
    Foreign,
    LedgerState,
    Ours,
    ProviderError,
    Unsure,
)
from dashboard.vocabulary.records import RecordKind
from jobs.connectors.xero import queries
from jobs.connectors.xero.forms import FORMS
from tests.connectors.postings import CONTACT, a_document
from tests.connectors.scripted import Asked, Say, Scripted, xero_at

INVOICE = a_document("INV-1")
BILL = a_document("4711", RecordKind.BILL)
CREDIT = a_document("CN-1", RecordKind.CREDIT_NOTE)
BILL_CREDIT = a_document("SCN-1", RecordKind.BILL_CREDIT)
OTHER_CONTACT = "9b9ba9e5-e907-4b4e-8210-54d82b0aa479"


def held(posting: DocumentPosting, **changes: Any) -> dict[str, Any]:
    """The document as Xero lists it."""
    form = FORMS[posting.kind]
    element: dict[str, Any] = {
        "Type": form.type,
        form.id_field: str(uuid4()),
        form.number_field: posting.number,
        "Contact": {"ContactID": posting.contact_id, "Name": "City Limousines"},
        "DateString": f"{posting.date}T00:00:00",
        "Date": "/Date(1795132800000+0000)/",
        "Status": "AUTHORISED",
        "CurrencyCode": posting.currency,
        "TotalTax": float(posting.tax),
        "Total": float(posting.total),
    }
    if form.has_url:
        element["Url"] = posting.link
    return element | changes


def somebody_elses(posting: DocumentPosting, **changes: Any) -> dict[str, Any]:
    """The same number and content, without our link where the kind has a place for one."""
    link = {"Url": "https://shop.example/1"} if FORMS[posting.kind].has_url else {}
    return held(posting, **link, **changes)


def a_list(posting: DocumentPosting, elements: Sequence[dict[str, Any]]) -> Say:
    pagination = {"page": 1, "pageSize": 1000, "pageCount": 1, "itemCount": len(elements)}
    return Say(200, {FORMS[posting.kind].plural: list(elements), "pagination": pagination})


def find(posting: DocumentPosting, *elements: dict[str, Any]) -> Finding:
    return xero_at(Scripted(a_list(posting, elements))).find([posting])[0]


@pytest.mark.parametrize("posting", [INVOICE, BILL, CREDIT, BILL_CREDIT])
def test_what_agrees_in_everything_is_ours(posting: DocumentPosting) -> None:
    element = held(posting)
    finding = find(posting, element)
    assert isinstance(finding, Ours)
    found = finding.object
    assert found.ledger_id == element[FORMS[posting.kind].id_field]
    assert (found.kind, found.date, found.total) == (posting.kind, date(2026, 11, 20), Decimal("115.0"))
    assert found.key == (posting.key if FORMS[posting.kind].has_url else "")


@pytest.mark.parametrize("posting", [INVOICE, BILL, CREDIT, BILL_CREDIT])
def test_what_is_not_there_is_absent(posting: DocumentPosting) -> None:
    assert find(posting) == Absent()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"Total": 116.0}, "total"),
        ({"TotalTax": 0.0}, "tax"),
        ({"DateString": "2026-11-19T00:00:00", "Date": ""}, "date"),
        ({"CurrencyCode": "AUD"}, "currency"),
        ({"Contact": {"ContactID": OTHER_CONTACT, "Name": "Somebody"}}, "contact"),
        ({"InvoiceNumber": "RENAMED"}, "number"),
        ({"Status": "VOIDED"}, "voided"),
        ({"Status": "DELETED"}, "deleted"),
    ],
)
@pytest.mark.parametrize("posting", [INVOICE, BILL])
def test_ours_with_a_difference_is_shown_and_not_adopted(
    posting: DocumentPosting, change: dict[str, Any], told: str
) -> None:
    finding = find(posting, held(posting, **change))
    assert isinstance(finding, Foreign)
    assert len(finding.differences) == 1
    assert told in finding.differences[0]


def test_a_state_reached_since_is_no_difference() -> None:
    finding = find(INVOICE, held(INVOICE, Status="PAID"))
    assert isinstance(finding, Ours)
    assert finding.object.state is LedgerState.PAID


@pytest.mark.parametrize("url", ["", "https://shop.example/orders/1001", "https://tieout.example/x/other-key"])
@pytest.mark.parametrize("posting", [INVOICE, BILL])
def test_the_number_without_our_link_is_foreign_even_when_all_else_agrees(posting: DocumentPosting, url: str) -> None:
    finding = find(posting, held(posting, Url=url))
    assert isinstance(finding, Foreign)
    assert finding.differences == ("It does not carry this record's link.",)


def test_a_key_that_is_only_part_of_a_longer_one_is_not_ours() -> None:
    assert isinstance(find(INVOICE, held(INVOICE, Url=INVOICE.link + "2")), Foreign)


def test_our_link_counts_wherever_tieout_was_reached_then() -> None:
    moved = INVOICE.link.replace("https://tieout.example", "https://books.example")
    assert isinstance(find(INVOICE, held(INVOICE, Url=moved)), Ours)


@pytest.mark.parametrize(
    ("posting", "status"),
    [(INVOICE, "DELETED"), (CREDIT, "DELETED")]
    + [(purchase, status) for purchase in (BILL, BILL_CREDIT) for status in ("VOIDED", "DELETED")],
)
def test_somebody_elses_dead_document_is_not_there(posting: DocumentPosting, status: str) -> None:
    assert find(posting, somebody_elses(posting, Status=status)) == Absent()


@pytest.mark.parametrize("posting", [INVOICE, CREDIT])
def test_a_sales_number_that_was_voided_is_taken(posting: DocumentPosting) -> None:
    finding = find(posting, somebody_elses(posting, Status="VOIDED"))
    assert isinstance(finding, Foreign)
    assert finding.object.state is LedgerState.VOID
    assert finding.differences[-1] == "It was voided in Xero."


@pytest.mark.parametrize("posting", [INVOICE, CREDIT])
def test_what_books_something_under_the_number_is_shown_before_what_was_voided(posting: DocumentPosting) -> None:
    alive = somebody_elses(posting, Total=7.0)
    for elements in (
        [alive, somebody_elses(posting, Status="VOIDED")],
        [held(posting, Status="VOIDED", Url=""), alive],
    ):
        finding = find(posting, *elements)
        assert isinstance(finding, Foreign)
        assert finding.object.state is LedgerState.APPROVED


def test_amounts_that_differ_are_written_as_everywhere() -> None:
    finding = find(replace(INVOICE, total=Decimal("1250")), held(INVOICE, Total=1925.0))
    assert isinstance(finding, Foreign)
    assert "Its total in Xero is 1,925.00; 1,250.00 was sent." in finding.differences


def test_another_suppliers_bill_of_the_same_number_is_not_there() -> None:
    assert find(BILL, held(BILL, Url="", Contact={"ContactID": OTHER_CONTACT, "Name": "B"})) == Absent()


def test_of_several_bills_of_one_number_the_one_with_our_key_is_ours() -> None:
    ours = held(BILL)
    finding = find(BILL, held(BILL, Url=""), ours, held(BILL, Url="https://tieout.example/x/other"))
    assert isinstance(finding, Ours)
    assert finding.object.ledger_id == ours["InvoiceID"]


def test_two_living_documents_with_our_key_are_for_a_person() -> None:
    finding = find(BILL, held(BILL), held(BILL))
    assert isinstance(finding, Unsure)
    assert len(finding.candidates) == 2


def test_a_dead_one_of_ours_does_not_hide_the_living_one() -> None:
    alive = held(BILL)
    for elements in ([alive, held(BILL, Status="VOIDED")], [held(BILL, Status="VOIDED"), alive]):
        finding = find(BILL, *elements)
        assert isinstance(finding, Ours)
        assert finding.object.ledger_id == alive["InvoiceID"]


def test_the_nearest_of_several_foreign_bills_is_shown() -> None:
    near = held(BILL, Url="")
    finding = find(BILL, held(BILL, Url="", Total=1.0, CurrencyCode="AUD"), near)
    assert isinstance(finding, Foreign)
    assert finding.object.ledger_id == near["InvoiceID"]


def test_a_sales_credit_note_that_differs_is_foreign() -> None:
    finding = find(CREDIT, held(CREDIT, Total=1.0))
    assert isinstance(finding, Foreign)
    assert "total" in finding.differences[0]


@pytest.mark.parametrize(
    "change",
    [
        {"Total": 1.0},
        {"DateString": "2026-01-01T00:00:00", "Date": ""},
        {"Contact": {"ContactID": OTHER_CONTACT, "Name": "Merged"}},
    ],
)
def test_a_supplier_credit_note_that_nearly_agrees_is_for_a_person(change: dict[str, Any]) -> None:
    assert isinstance(find(BILL_CREDIT, held(BILL_CREDIT, **change)), Unsure)


def test_two_supplier_credit_notes_that_agree_are_for_a_person() -> None:
    assert isinstance(find(BILL_CREDIT, held(BILL_CREDIT), held(BILL_CREDIT)), Unsure)


def test_a_supplier_credit_note_of_somebody_else_is_not_there() -> None:
    other = held(BILL_CREDIT, Total=7.0, Contact={"ContactID": OTHER_CONTACT, "Name": "B"})
    assert find(BILL_CREDIT, other) == Absent()


def test_sales_invoices_are_asked_for_together_and_told_apart() -> None:
    postings = [a_document(f"INV-{number}") for number in range(45)]

    def answer(asked: Asked) -> Say:
        numbers = asked.query["InvoiceNumbers"].split(",")
        return a_list(INVOICE, [held(posting) for posting in postings[::2] if posting.number in numbers])

    provider = Scripted(answer, answer)
    findings = xero_at(provider).find(postings)
    assert [isinstance(finding, Ours) for finding in findings] == [number % 2 == 0 for number in range(45)]
    assert [len(asked.query["InvoiceNumbers"].split(",")) for asked in provider.asked] == [40, 5]


def test_a_list_is_read_to_its_last_page() -> None:
    def page(number: int, elements: list[dict[str, Any]]) -> Say:
        return Say(200, {"Invoices": elements, "pagination": {"page": number, "pageCount": 2}})

    ours = held(BILL)
    provider = Scripted(page(1, [held(BILL, Url="")]), page(2, [ours]))
    finding = xero_at(provider).find([BILL])[0]
    assert isinstance(finding, Ours)
    assert [asked.query["page"] for asked in provider.asked] == ["1", "2"]


def test_a_list_without_a_count_that_repeats_itself_comes_to_an_end() -> None:
    same = Say(200, {"Invoices": [held(BILL)]})
    provider = Scripted(same, same)
    assert isinstance(xero_at(provider).find([BILL])[0], Ours)
    assert len(provider.asked) == 2


@pytest.mark.parametrize(
    "answer",
    [
        Say(200, "<html>"),
        Say(500, "oops"),
        Say(503, "offline"),
        Say(200, {}),
        Say(200, []),
        Say(200, {"Invoices": None}),
        Say(200, {"Invoices": ["INV-1"]}),
    ],
)
def test_a_look_up_without_a_readable_answer_fails_as_a_whole(answer: Say) -> None:
    with pytest.raises(ProviderError) as failed:
        xero_at(Scripted(answer)).find([INVOICE])
    assert failed.value.code is ErrorCode.PROVIDER_DOWN


@pytest.mark.parametrize("missing", ["InvoiceID", "Total", "TotalTax", "Status"])
def test_a_document_that_cannot_be_read_is_for_a_person(missing: str) -> None:
    assert isinstance(find(INVOICE, held(INVOICE, **{missing: None})), Unsure)
    assert isinstance(find(INVOICE, held(INVOICE, **{missing: None, "InvoiceNumber": None})), Unsure)
    assert isinstance(find(BILL, held(BILL, **{missing: None, "InvoiceNumber": "OTHER", "Url": ""}), held(BILL)), Ours)


def test_a_throttled_look_up_says_how_long_to_wait() -> None:
    with pytest.raises(ProviderError) as failed:
        xero_at(Scripted(Say(429, "", {"Retry-After": "21", "X-Rate-Limit-Problem": "minute"}))).find([INVOICE])
    assert (failed.value.code, failed.value.subject, failed.value.retry_after) == (ErrorCode.RATE_LIMITED, "minute", 21)


@pytest.mark.parametrize("number", ['A"B', 'x" OR Type=="ACCREC', "back\\slash", "line\nbreak", "  ", ""])
def test_a_bill_whose_number_cannot_be_asked_for_is_sought_among_its_contacts(number: str) -> None:
    posting = replace(BILL, number=number)
    provider = Scripted(a_list(posting, [held(BILL, Url=""), held(posting)]))
    assert isinstance(xero_at(provider).find([posting])[0], Ours)
    assert provider.asked[0].query["where"] == f'Type=="ACCPAY" AND Contact.ContactID==Guid("{CONTACT}")'


def test_a_number_that_thousands_of_bills_have_is_for_a_person() -> None:
    def page(asked: Asked) -> Say:
        return Say(200, {"Invoices": [held(BILL, Url="")], "pagination": {"pageCount": 9999}})

    provider = Scripted(*[page] * 10)
    assert isinstance(xero_at(provider).find([BILL])[0], Unsure)
    assert len(provider.asked) == 10


def test_a_sales_number_with_a_comma_is_asked_for_by_itself() -> None:
    posting = a_document("INV-1,INV-2")
    provider = Scripted(a_list(posting, []))
    assert xero_at(provider).find([posting]) == [Absent()]
    assert provider.asked[0].query["where"] == 'Type=="ACCREC" AND InvoiceNumber=="INV-1,INV-2"'


def test_what_cannot_be_asked_for_at_all_is_for_a_person() -> None:
    posting = replace(BILL, number='A"B', contact_id='x") OR 1==1')
    provider = Scripted()
    assert isinstance(xero_at(provider).find([posting])[0], Unsure)
    assert provider.asked == []


WHERE = re.compile(r'Type=="ACCPAY" AND InvoiceNumber=="([^"\\]*)"')


@given(st.text() | st.text(alphabet="\"\\'ab,=() \n\0“”"))
def test_no_number_turns_the_question_into_another_one(number: str) -> None:
    try:
        where = queries.by_number(FORMS[RecordKind.BILL], number)["where"]
    except ValueError:
        assert not queries.is_quotable(number)
        return
    found = WHERE.fullmatch(where)
    assert found is not None
    assert found[1] == number


@given(st.lists(st.text(alphabet='"ab1-# ', min_size=1).filter(queries.is_listable), max_size=60))
def test_every_sales_number_is_in_exactly_one_question(numbers: list[str]) -> None:
    asked = [number for query in queries.number_lists(numbers) for number in query["InvoiceNumbers"].split(",")]
    assert sorted(asked) == sorted(set(numbers))
