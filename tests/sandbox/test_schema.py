"""The sandbox's answers against Xero's published OpenAPI document, read more strictly than it is written."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.client import Desk, Json, bill, invoice

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema reads Xero's OpenAPI document")
yaml = pytest.importorskip("yaml", reason="PyYAML reads Xero's OpenAPI document")

PUBLISHED = Path(__file__).parents[2].parent / "shared" / "contracts" / "xero" / "xero_accounting.yaml"
# What the recorded bodies have beyond the document.
BEYOND = {
    "Envelope": ("Id", "Status", "ProviderName", "DateTimeUTC"),
    "Invoice": ("DateString", "DueDateString"),
    "CreditNote": ("DateString", "DueDateString"),
    "LineItem": ("ValidationErrors",),
}

pytestmark = pytest.mark.skipif(not PUBLISHED.exists(), reason=f"Xero's OpenAPI document is not at {PUBLISHED}")


@cache
def _schemas() -> dict[str, Any]:
    """Every schema of the document, closed to members it does not name."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    schemas: dict[str, Any] = yaml.load(PUBLISHED.read_text(encoding="utf-8"), loader)["components"]["schemas"]
    for name, schema in schemas.items():
        if "properties" not in schema:
            continue
        for member in schema["properties"].values():
            # The document gives references a type as well, which draft 4 ignores and which is not always right.
            if "$ref" in member:
                for other in set(member) - {"$ref"}:
                    del member[other]
        for extra in BEYOND.get(name, ()):
            schema["properties"].setdefault(extra, {})
        schema["additionalProperties"] = False
    return schemas


def _faults(body: Json, name: str) -> list[str]:
    schemas = _schemas()
    envelope = {extra: {"type": "string"} for extra in BEYOND["Envelope"]}
    top = schemas[name]
    closed = {**top, "properties": {**top["properties"], **envelope}, "components": {"schemas": schemas}}
    found = jsonschema.Draft4Validator(closed).iter_errors(body)
    return [f"{'/'.join(str(part) for part in error.absolute_path)}: {error.message[:200]}" for error in found]


@pytest.fixture
def books(desk: Desk) -> Desk:
    """Every kind of object, with payments, allocations, discounts, files and a foreign currency."""
    ann = desk.contact("Ann", TaxNumber="SE1", ContactNumber="C-1", Phones=[{"PhoneType": "DDI", "PhoneNumber": "1"}])
    booked = desk.create(
        invoice(ann, "A-1", Url="https://tieout.example/k/1", Reference="Order 1"),
        invoice(ann, "A-2", Status="DRAFT", CurrencyCode="EUR", LineItems=[{"Description": "to come"}]),
        invoice(ann, "A-3", LineItems=[{"ItemCode": "LAMP-01", "DiscountRate": 10}], ExpectedPaymentDate="2026-12-24"),
        bill(ann, "B-1", PlannedPaymentDate="2026-12-24"),
    )
    line = {"Description": "Back", "Quantity": 1, "UnitAmount": 40, "AccountCode": "200", "TaxType": "OUTPUT"}
    credit = {"Type": "ACCRECCREDIT", "Contact": {"ContactID": ann}, "Status": "AUTHORISED", "LineItems": [line]}
    note = desk.send("PUT", "/CreditNotes", {"CreditNotes": [credit]}).json()["CreditNotes"][0]
    share = {"Invoice": {"InvoiceID": booked[0]["InvoiceID"]}, "Amount": 20, "Date": "2026-11-20"}
    desk.send("PUT", f"/CreditNotes/{note['CreditNoteID']}/Allocations", {"Allocations": [share]})
    desk.change(f"pay:{booked[0]['InvoiceID']}:5")
    desk.change(f"pay:{booked[3]['InvoiceID']}")
    desk.send("PUT", f"/Invoices/{booked[0]['InvoiceID']}/Attachments/a.pdf", content=b"%PDF")
    desk.change("lock-period:2025-12-31")
    desk.change("lock-year:2024-12-31")
    return desk


@pytest.mark.parametrize(
    ("address", "schema"),
    [
        ("/Invoices", "Invoices"),
        ("/Invoices?page=1", "Invoices"),
        ("/Invoices/A-1", "Invoices"),
        ("/Invoices/A-3", "Invoices"),
        ("/CreditNotes", "CreditNotes"),
        ("/CreditNotes?page=1&pageSize=5", "CreditNotes"),
        ("/CreditNotes/CN-0001", "CreditNotes"),
        ("/Payments", "Payments"),
        ("/Payments?page=1", "Payments"),
        ("/Contacts", "Contacts"),
        ("/Contacts?page=1", "Contacts"),
        ("/Contacts/C-1", "Contacts"),
        ("/Accounts", "Accounts"),
        ("/TaxRates", "TaxRates"),
        ("/TaxRates/OUTPUT", "TaxRates"),
        ("/Items?unitdp=4", "Items"),
        ("/Items/LAMP-01", "Items"),
        ("/Organisation", "Organisations"),
        ("/Organisation/Actions", "Actions"),
        ("/Currencies", "Currencies"),
    ],
)
def test_every_list_has_only_members_the_document_knows(books: Desk, address: str, schema: str) -> None:
    body = books.send("GET", address).json()

    assert body[schema]
    assert _faults(body, schema) == []


def test_files_and_history_do_too(books: Desk) -> None:
    identity = books.get("/Invoices/A-1")["Invoices"][0]["InvoiceID"]

    assert _faults(books.get(f"/Invoices/{identity}/Attachments"), "Attachments") == []
    assert _faults(books.get(f"/Invoices/{identity}/History"), "HistoryRecords") == []


def test_what_is_created_does_too(desk: Desk) -> None:
    ann = desk.contact("Ann")
    line = {"Description": "Back", "Quantity": 1, "UnitAmount": 40, "AccountCode": "200", "TaxType": "OUTPUT"}
    credit = {"Type": "ACCRECCREDIT", "Contact": {"ContactID": ann}, "Status": "AUTHORISED", "LineItems": [line]}
    rate = {"Name": "Half", "ReportTaxType": "OUTPUT", "TaxComponents": [{"Name": "A", "Rate": 10}]}
    gone = invoice(ann, "A-2", CurrencyCode="NZD", Url="https://tieout.example/k/1")
    sent: list[tuple[str, Json]] = [
        ("Invoices", {"Invoices": [invoice(ann, "A-1"), gone, bill(ann)]}),
        ("Contacts", {"Contacts": [{"Name": "Bea", "Website": "https://bea.example"}, {"Name": "Ann"}]}),
        ("CreditNotes", {"CreditNotes": [credit, {**credit, "CurrencyCode": "NZD"}]}),
        ("Accounts", {"Code": "4010", "Name": "Gifts", "Type": "EXPENSE"}),
        ("TaxRates", {"TaxRates": [rate]}),
        ("Items", {"Items": [{"Code": "BOOK", "Name": "Book"}, {"Code": "LAMP-01"}]}),
    ]
    for schema, body in sent:
        answer = desk.send("PUT", f"/{schema}?summarizeErrors=false", body)
        assert answer.status_code == 200, answer.text
        assert _faults(answer.json(), schema) == [], schema

    booked = desk.get("/Invoices", InvoiceNumbers="A-1")["Invoices"][0]["InvoiceID"]
    note = desk.get("/CreditNotes")["CreditNotes"][0]["CreditNoteID"]
    payment = {"Invoice": {"InvoiceID": booked}, "Account": {"Code": "090"}, "Amount": 5}
    share = {"Invoice": {"InvoiceID": booked}, "Amount": 5}
    for address, schema, element in (
        ("/Payments", "Payments", payment),
        (f"/CreditNotes/{note}/Allocations", "Allocations", share),
    ):
        answer = desk.send("PUT", address, {schema: [element]})
        assert answer.status_code == 200, answer.text
        assert _faults(answer.json(), schema) == [], schema


def test_a_refusal_has_the_documented_members(desk: Desk) -> None:
    body = desk.send("PUT", "/Invoices", {"Invoices": [invoice(desk.contact(), CurrencyCode="NZD")]}).json()

    assert set(body) == {"ErrorNumber", "Type", "Message", "Elements"}
    assert set(body) == set(_schemas()["Error"]["properties"])
    # The document lists only ids in an element, though Xero echoes what was sent.
    assert body["Elements"][0].keys() >= {"InvoiceID", "ValidationErrors"}


def test_the_strict_reading_finds_what_does_not_belong(books: Desk) -> None:
    body = books.get("/Invoices")
    body["Invoices"][0]["Nonsense"] = 1
    body["Invoices"][1]["Total"] = "125.00"

    assert len(_faults(body, "Invoices")) == 2
