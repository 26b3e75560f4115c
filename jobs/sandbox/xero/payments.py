"""Payments against invoices, bills and credit notes. See developer.xero.com, Payments."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from jobs.sandbox.xero.batch import Kind, book
from jobs.sandbox.xero.call import ApiCall, Element, Reply
from jobs.sandbox.xero.company import Company
from jobs.sandbox.xero.dates import ms_date, ms_time, time_string
from jobs.sandbox.xero.document_forms import document_form
from jobs.sandbox.xero.errors import Refused, not_found, validation_failed
from jobs.sandbox.xero.history import note
from jobs.sandbox.xero.listing import paged, read_where, select
from jobs.sandbox.xero.objects import Account, Document, Payment, Status
from jobs.sandbox.xero.organisation import closed_message
from jobs.sandbox.xero.reading import amount, day, flag, part, text
from jobs.sandbox.xero.settlement import settle

KIND = Kind("Payments", "Payment", "PaymentID", "HasValidationErrors")

FIELDS: Mapping[str, Callable[[Payment], Any]] = {
    "paymentid": lambda one: one.id,
    "date": lambda one: one.dated,
    "amount": lambda one: one.amount,
    "reference": lambda one: one.reference,
    "status": lambda one: one.status,
    "invoice.invoiceid": lambda one: one.document_id,
    "updateddateutc": lambda one: one.updated,
}


def payment_list(call: ApiCall) -> Reply:
    """GET /Payments."""
    wanted = read_where(call, FIELDS)
    payments = sorted(call.company.payments.all(call.at), key=lambda one: one.updated)
    page = paged(call, select(call, payments, FIELDS, wanted))
    return Reply("Payments", [payment_form(call, one) for one in page.items], page.pagination)


def payment_one(call: ApiCall, key: str) -> Reply:
    """GET /Payments/{id}."""
    return Reply("Payments", [payment_form(call, _known(call, key))])


def create_payments(call: ApiCall) -> Reply:
    """PUT /Payments takes many, POST /Payments one, bare or wrapped."""
    elements = call.elements("Payments")
    if call.method == "POST" and len(elements) > 1:
        raise call.bad_data("Only one Payment can be sent in a POST request")
    return book(call, KIND, elements, lambda element: payment_form(call, _paid(call, element)))


def delete_payment(call: ApiCall, key: str) -> Reply:
    """POST /Payments/{id} with Status DELETED takes the payment back."""
    payment = _known(call, key)
    sent = call.elements("Payments")[0]
    if (text(sent, "Status") or "").upper() != "DELETED" or payment.status == "DELETED":
        message = "Payment not of valid status for modification"
        raise validation_failed([{"PaymentID": payment.id, "ValidationErrors": [{"Message": message}]}], "Payment")
    gone = call.company.payments.put(replace(payment, status="DELETED", updated=call.company.stamp()))
    document = call.company.documents.get(payment.document_id)
    if document is not None:
        less = replace(document, paid=document.paid - payment.amount)
        call.company.documents.put(settle(call.company, less, payment.dated))
        note(call.company, document.id, "Payment removed", f"Payment of {payment.amount} removed")
    return Reply("Payments", [payment_form(call, gone)])


def pay(
    company: Company, document: Document, account: Account, share: Decimal, on: date, reference: str = ""
) -> Payment:
    """Book a payment that is known to be allowed."""
    payment = Payment(str(uuid4()), document.id, account.code, on, share, document.rate, company.stamp(), reference)
    company.payments.put(payment)
    company.documents.put(settle(company, replace(document, paid=document.paid + share), on))
    note(company, document.id, "Paid", f"Payment of {share} {document.currency} on {on:%d %B %Y}")
    return payment


def payment_form(call: ApiCall, payment: Payment) -> Element:
    """A payment on the wire."""
    company = call.company
    document = company.documents.get(payment.document_id, call.at)
    account = company.account(payment.account_code)
    form: Element = {
        "PaymentID": payment.id,
        "Date": ms_date(payment.dated),
        "BankAmount": payment.amount,
        "Amount": payment.amount,
        "Reference": payment.reference,
        "CurrencyRate": payment.rate,
        "PaymentType": "ACCRECPAYMENT",
        "Status": payment.status,
        "UpdatedDateUTC": ms_time(payment.updated),
        "UpdatedDateUTCString": time_string(payment.updated),
        "HasAccount": account is not None,
        "IsReconciled": payment.is_reconciled,
    }
    if account is not None:
        form["Account"] = {"AccountID": account.id, "Code": account.code, "Name": account.name}
    if document is not None:
        side = "REC" if document.type.is_sale else "PAY"
        credit_side = "AR" if document.type.is_sale else "AP"
        form["PaymentType"] = f"{credit_side}CREDITPAYMENT" if document.type.is_credit else f"ACC{side}PAYMENT"
        shown = document_form(company, document, call.decimals, call.at, with_contact=False)
        form["CreditNote" if document.type.is_credit else "Invoice"] = shown
    return form | {"HasValidationErrors": False}


def _paid(call: ApiCall, element: Element) -> Payment:
    company = call.company
    document = _document(call, element)
    account = _account(call, element)
    share = amount(call, element, "Amount")
    on = day(call, element, "Date") or company.today()
    messages = []
    if document is None:
        messages.append("The document to pay could not be found.")
    elif document.status not in (Status.AUTHORISED, Status.PAID):
        messages.append("Payments can only be made against Authorised documents")
    elif share is not None and share > document.due:
        messages.append("Payment amount exceeds the amount outstanding on this document")
    if share is None or share <= 0:
        messages.append("Payment amount must be greater than zero")
    if account is None:
        messages.append("A valid bank account, or an account that payments are enabled for, must be specified")
    if message := closed_message(company.organisation, on):
        messages.append(message)
    if messages or document is None or account is None or share is None:
        raise Refused(messages, {"Date": ms_date(on), **({"Amount": share} if share is not None else {})})
    payment = pay(company, document, account, share, on, text(element, "Reference") or "")
    if flag(element, "IsReconciled"):
        payment = company.payments.put(replace(payment, is_reconciled=True))
    return payment


def _document(call: ApiCall, element: Element) -> Document | None:
    documents = call.company.documents
    invoice, credit = part(call, element, "Invoice"), part(call, element, "CreditNote")
    for key in (text(invoice, "InvoiceID"), text(credit, "CreditNoteID")):
        if key:
            return documents.get(key.lower())
    wanted = (
        (text(invoice, "InvoiceNumber") or text(element, "InvoiceNumber"), False),
        (text(credit, "CreditNoteNumber") or text(element, "CreditNoteNumber"), True),
    )
    for number, is_credit in wanted:
        if number:
            numbered = documents.find("number", f"any/{number.casefold()}")
            return next((one for one in numbered if one.type.is_credit == is_credit), None)
    return None


def _account(call: ApiCall, element: Element) -> Account | None:
    sent = part(call, element, "Account")
    code = text(sent, "Code") or text(element, "Code")
    account = call.company.account(code) if code else call.company.accounts.get((text(sent, "AccountID") or "").lower())
    if account is None or account.status != "ACTIVE" or not (account.type == "BANK" or account.takes_payments):
        return None
    return account


def _known(call: ApiCall, key: str) -> Payment:
    found = call.company.payments.get(key.lower(), call.at)
    if found is None:
        raise not_found()
    return found
