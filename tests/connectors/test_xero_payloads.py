"""What goes to Xero: exact amounts, the contact's id alone, and our key where there is a place for it."""

import json
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.vocabulary.postings import PostAs, PostingLine
from dashboard.vocabulary.records import RecordKind
from jobs.connectors.xero import payloads
from tests.connectors.postings import CONTACT, a_contact, a_document, a_line

CENT = Decimal("0.01")
money = st.decimals("-99999999.99", "99999999.99", places=2)


def sent_line(line: PostingLine) -> dict[str, Any]:
    """The line as Xero reads it off the wire."""
    body = payloads.encode("Invoices", [payloads.document(a_document(lines=(line,)))])
    line_items = json.loads(body, parse_float=Decimal, parse_int=Decimal)["Invoices"][0]["LineItems"]
    found: dict[str, Any] = line_items[0]
    return found


def test_an_invoice_is_sent_as_xero_asks_for_it() -> None:
    posting = a_document("INV-1", key="k1")
    assert payloads.document(posting) == {
        "Type": "ACCREC",
        "Contact": {"ContactID": CONTACT},
        "InvoiceNumber": "INV-1",
        "Date": "2026-11-20",
        "LineAmountTypes": "Exclusive",
        "CurrencyCode": "NZD",
        "Status": "AUTHORISED",
        "LineItems": [
            {
                "Description": "Oak table",
                "Quantity": 1,
                "UnitAmount": 100,
                "LineAmount": 100,
                "TaxAmount": 15,
                "AccountCode": "200",
                "TaxType": "OUTPUT2",
            }
        ],
        "Reference": "Order 1001",
        "Url": "https://tieout.example/x/k1",
        "DueDate": "2026-12-20",
    }


def test_a_bill_carries_the_suppliers_number_and_no_reference() -> None:
    sent = payloads.document(a_document("4711", RecordKind.BILL))
    assert (sent["Type"], sent["InvoiceNumber"], "Reference" in sent) == ("ACCPAY", "4711", False)


@pytest.mark.parametrize(
    ("kind", "type_"), [(RecordKind.CREDIT_NOTE, "ACCRECCREDIT"), (RecordKind.BILL_CREDIT, "ACCPAYCREDIT")]
)
def test_a_credit_note_has_no_url_and_no_due_date(kind: RecordKind, type_: str) -> None:
    sent = payloads.document(a_document("CN-1", kind))
    assert (sent["Type"], sent["CreditNoteNumber"]) == (type_, "CN-1")
    assert not {"Url", "DueDate", "InvoiceNumber"} & set(sent)


@pytest.mark.parametrize(
    ("post_as", "status"), [(PostAs.DRAFT, "DRAFT"), (PostAs.AWAITING, "SUBMITTED"), (PostAs.APPROVED, "AUTHORISED")]
)
def test_a_document_is_posted_in_the_state_the_connection_asks_for(post_as: PostAs, status: str) -> None:
    assert payloads.document(replace(a_document(), post_as=post_as))["Status"] == status


def test_a_discounted_line_goes_in_as_one_piece_with_its_quantity_in_words() -> None:
    line = replace(a_line(), quantity=Decimal("3"), unit_amount=Decimal("33.50"), net=Decimal("90.00"))
    sent = sent_line(line)
    assert (sent["Quantity"], sent["UnitAmount"], sent["LineAmount"]) == (Decimal(1), Decimal(90), Decimal(90))
    assert sent["Description"] == "Oak table (3 × 33.5)"


@given(
    quantity=st.decimals("-99999", "99999", places=4),
    unit=st.decimals("-99999", "99999", places=6),
    net=st.none() | money,
    tax=money,
)
def test_no_line_ever_arrives_with_another_amount(
    quantity: Decimal, unit: Decimal, net: Decimal | None, tax: Decimal
) -> None:
    product = (quantity * unit).quantize(CENT, ROUND_HALF_UP)
    line = PostingLine("x", quantity, unit, product if net is None else net, tax, "200", "OUTPUT2")
    sent = sent_line(line)
    as_xero_rounds = sent["UnitAmount"].quantize(Decimal("0.0001"), ROUND_HALF_UP)
    assert (sent["LineAmount"], sent["TaxAmount"]) == (line.net, line.tax)
    assert (sent["Quantity"] * as_xero_rounds).quantize(CENT, ROUND_HALF_UP) == line.net


def test_an_endless_description_is_cut_where_xero_would_refuse_it() -> None:
    sent = payloads.document(a_document(lines=(replace(a_line(), description="x" * 9000),)))
    assert len(sent["LineItems"][0]["Description"]) == 4000


def test_a_contact_is_sent_with_what_is_known_of_it() -> None:
    assert payloads.contact(a_contact("Fjell AS")) == {
        "Name": "Fjell AS",
        "TaxNumber": "NO987654321",
        "EmailAddress": "post@fjell.example",
        "Addresses": [
            {
                "AddressType": "POBOX",
                "AddressLine1": "Storgata 1",
                "City": "Oslo",
                "PostalCode": "0155",
                "Country": "NO",
            }
        ],
    }
    bare = replace(a_contact("Bare"), tax_id="", email="", country="", street="", city="", postcode="")
    assert payloads.contact(bare) == {"Name": "Bare"}


def test_the_idempotency_key_is_the_same_only_for_the_identical_unanswered_batch() -> None:
    posting = a_document()

    def key(*batch: object, content: bytes = b"{}", address: str = "/Invoices") -> str:
        return payloads.idempotency_key("PUT", address, content, batch)  # type: ignore[arg-type]

    first = key(posting, posting)
    assert first == key(posting, posting)
    assert len(first) <= 128
    others = [
        key(posting, replace(posting, answered=1)),
        key(replace(posting, answered=1), posting),
        key(posting),
        key(posting, posting, content=b"{ }"),
        key(posting, posting, address="/CreditNotes"),
    ]
    assert len({first, *others}) == 6
