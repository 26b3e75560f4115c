"""The two families of documents, how each is named on the wire, and the fields that filters know of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs.sandbox.xero.company import Company
from jobs.sandbox.xero.objects import Contact, Document, DocumentType


@dataclass(frozen=True)
class Family:
    """Invoices with bills, or credit notes: how they are named on the wire."""

    plural: str
    noun: str
    id_field: str
    number_field: str
    types: frozenset[DocumentType]
    prefix: str


INVOICES = Family(
    "Invoices",
    "Invoice",
    "InvoiceID",
    "InvoiceNumber",
    frozenset({DocumentType.SALES_INVOICE, DocumentType.BILL}),
    "INV-",
)
CREDIT_NOTES = Family(
    "CreditNotes",
    "CreditNote",
    "CreditNoteID",
    "CreditNoteNumber",
    frozenset({DocumentType.SALES_CREDIT, DocumentType.BILL_CREDIT}),
    "CN-",
)


def document_fields(company: Company, at: datetime | None) -> Mapping[str, Callable[[Document], Any]]:
    """The fields of documents that filters and orders know."""

    def contact(document: Document) -> Contact | None:
        return company.contacts.get(document.contact_id, at)

    return {
        "type": lambda one: one.type.value,
        "invoiceid": lambda one: one.id,
        "creditnoteid": lambda one: one.id,
        "invoicenumber": lambda one: one.number,
        "creditnotenumber": lambda one: one.number,
        "reference": lambda one: one.reference,
        "date": lambda one: one.dated,
        "duedate": lambda one: one.due_date,
        "status": lambda one: one.status.value,
        "contact.contactid": lambda one: one.contact_id,
        "contact.name": lambda one: person.name if (person := contact(one)) else None,
        "contact.contactnumber": lambda one: person.number if (person := contact(one)) else None,
        "lineamounttypes": lambda one: one.line_amounts.value,
        "currencycode": lambda one: one.currency,
        "subtotal": lambda one: one.sub_total,
        "totaltax": lambda one: one.total_tax,
        "total": lambda one: one.total,
        "amountdue": lambda one: one.due,
        "amountpaid": lambda one: one.paid,
        "amountcredited": lambda one: one.credited,
        "remainingcredit": lambda one: one.due,
        "fullypaidondate": lambda one: one.fully_paid_on,
        "expectedpaymentdate": lambda one: one.expected_payment,
        "plannedpaymentdate": lambda one: one.planned_payment,
        "senttocontact": lambda one: one.sent_to_contact,
        "hasattachments": lambda one: one.has_attachments,
        "updateddateutc": lambda one: one.updated,
    }
