"""Invoices, bills and credit notes as they are written on the wire, whole and in short."""

from contextlib import suppress
from datetime import datetime
from decimal import Decimal

from jobs.sandbox.xero.arithmetic import round_to
from jobs.sandbox.xero.call import Element
from jobs.sandbox.xero.company import Company
from jobs.sandbox.xero.contact_forms import contact_brief, contact_form
from jobs.sandbox.xero.dates import day_string, ms_date, ms_time, read_day, time_string
from jobs.sandbox.xero.objects import Allocation, Document, Line

ECHOED = ("Type", "InvoiceNumber", "CreditNoteNumber", "Reference", "Url", "Status", "LineAmountTypes", "CurrencyCode")
ECHOED_IN_LINES = (
    "LineItemID",
    "Description",
    "Quantity",
    "UnitAmount",
    "ItemCode",
    "AccountCode",
    "TaxType",
    "TaxAmount",
    "LineAmount",
)


def document_form(
    company: Company,
    document: Document,
    decimals: int,
    at: datetime | None = None,
    *,
    with_lines: bool = True,
    with_contact: bool = True,
) -> Element:
    """A document; without lines and contact details the way unpaged lists show it."""
    form = _credit_note(company, document, at) if document.type.is_credit else _invoice(company, document, at)
    contact = company.contacts.get(document.contact_id, at)
    if contact is not None and with_contact:
        form["Contact"] = contact_form(company, contact, at)
    else:
        form["Contact"] = contact_brief(contact)
    form |= {"DateString": day_string(document.dated), "Date": ms_date(document.dated)}
    if document.due_date is not None:
        form |= {"DueDateString": day_string(document.due_date), "DueDate": ms_date(document.due_date)}
    form |= {
        "Status": document.status.value,
        "LineAmountTypes": document.line_amounts.value,
        "LineItems": [_line(line, decimals) for line in document.lines] if with_lines else [],
        "SubTotal": document.sub_total,
        "TotalTax": document.total_tax,
        "Total": document.total,
        "UpdatedDateUTC": ms_time(document.updated),
        "UpdatedDateUTCString": time_string(document.updated),
        "CurrencyCode": document.currency,
    }
    if document.fully_paid_on is not None:
        form["FullyPaidOnDate"] = ms_date(document.fully_paid_on)
    return form


def document_reference(document: Document) -> Element:
    """A document as other objects point to it."""
    if document.type.is_credit:
        return {"CreditNoteID": document.id, "CreditNoteNumber": document.number, "LineItems": []}
    return {
        "Type": document.type.value,
        "InvoiceID": document.id,
        "InvoiceNumber": document.number,
        "Payments": [],
        "CreditNotes": [],
        "Prepayments": [],
        "Overpayments": [],
        "IsDiscounted": False,
        "HasErrors": False,
        "LineItems": [],
        "CurrencyCode": document.currency,
    }


def allocation_form(company: Company, allocation: Allocation, at: datetime | None = None) -> Element:
    """An allocation as its credit note shows it."""
    form: Element = {
        "AllocationID": allocation.id,
        "Amount": allocation.amount,
        "Date": ms_date(allocation.dated),
    }
    invoice = company.documents.get(allocation.invoice_id, at)
    return form | ({"Invoice": document_reference(invoice)} if invoice is not None else {})


def echo(element: Element, id_field: str) -> Element:
    """What a refused element is shown as: the fields sent, as far as they can be written."""
    form: Element = {name: str(element[name]) for name in (*ECHOED, id_field) if element.get(name) is not None}
    for name in ("Date", "DueDate"):
        with suppress(ValueError):
            sent = read_day(element.get(name))
            form |= {name: ms_date(sent), f"{name}String": day_string(sent)}
    contact = element.get("Contact")
    if isinstance(contact, dict):
        form["Contact"] = {name: contact[name] for name in ("ContactID", "ContactNumber", "Name") if contact.get(name)}
    lines = element.get("LineItems")
    if isinstance(lines, list):
        form["LineItems"] = [
            {name: line[name] for name in ECHOED_IN_LINES if line.get(name) is not None} for line in lines
        ]
    return form


def _invoice(company: Company, document: Document, at: datetime | None) -> Element:
    payments = [one for one in company.payments.find("document", document.id, at) if one.status == "AUTHORISED"]
    form: Element = {
        "Type": document.type.value,
        "InvoiceID": document.id,
        "InvoiceNumber": document.number,
        "Reference": document.reference,
        "Payments": [
            {
                "PaymentID": one.id,
                "Date": ms_date(one.dated),
                "Amount": one.amount,
                "Reference": one.reference,
                "CurrencyRate": one.rate,
                "HasAccount": False,
                "HasValidationErrors": False,
            }
            for one in payments
        ],
        "CreditNotes": [_applied(company, one, at) for one in company.allocations.find("document", document.id, at)],
        "Prepayments": [],
        "Overpayments": [],
        "AmountDue": document.due,
        "AmountPaid": document.paid,
        "AmountCredited": document.credited,
        "SentToContact": document.sent_to_contact,
        "CurrencyRate": document.rate,
        "IsDiscounted": any(line.discount_rate or line.discount_amount for line in document.lines),
        "HasAttachments": document.has_attachments,
        "HasErrors": False,
        "Attachments": [],
    }
    if document.url:
        form["Url"] = document.url
    if document.expected_payment is not None:
        form["ExpectedPaymentDate"] = ms_date(document.expected_payment)
    if document.planned_payment is not None:
        form["PlannedPaymentDate"] = ms_date(document.planned_payment)
    return form


def _applied(company: Company, allocation: Allocation, at: datetime | None) -> Element:
    credit = company.documents.get(allocation.credit_note_id, at)
    form: Element = {"CreditNoteID": allocation.credit_note_id}
    if credit is not None:
        form |= {"CreditNoteNumber": credit.number, "Total": credit.total}
    return form | {
        "Date": ms_date(allocation.dated),
        "AppliedAmount": allocation.amount,
        "LineItems": [],
        "HasErrors": False,
    }


def _credit_note(company: Company, document: Document, at: datetime | None) -> Element:
    allocations = company.allocations.find("document", document.id, at)
    return {
        "CreditNoteID": document.id,
        "CreditNoteNumber": document.number,
        "Type": document.type.value,
        "Reference": document.reference,
        "Payments": [],
        "Allocations": [allocation_form(company, one, at) for one in allocations],
        "RemainingCredit": document.due,
        "SentToContact": document.sent_to_contact,
        "CurrencyRate": document.rate,
        "HasAttachments": document.has_attachments,
        "HasErrors": False,
    }


def _line(line: Line, decimals: int) -> Element:
    form: Element = {"Description": line.description}
    if line.unit_amount is not None:
        form["UnitAmount"] = round_to(line.unit_amount, decimals)
    if line.item_code is not None:
        form["ItemCode"] = line.item_code
    if line.tax_type is not None:
        form["TaxType"] = line.tax_type
    form |= {"TaxAmount": line.tax_amount, "LineAmount": line.line_amount}
    if line.account_code is not None:
        form["AccountCode"] = line.account_code
    form["Tracking"] = [dict(one) for one in line.tracking]
    if line.quantity is not None:
        form["Quantity"] = line.quantity
    discounts: dict[str, Decimal | None] = {"DiscountRate": line.discount_rate, "DiscountAmount": line.discount_amount}
    form |= {name: value for name, value in discounts.items() if value is not None}
    return form | {"LineItemID": line.id, "ValidationErrors": []}
