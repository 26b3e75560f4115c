"""What the ledger holds, told plainly for tests: no Xero forms, amounts as decimal text, days as ISO."""

from collections.abc import Callable, Mapping
from typing import Any

from jobs.sandbox.xero.company import Company
from jobs.sandbox.xero.objects import Document, DocumentType

Rows = list[dict[str, Any]]


def _documents(kind: DocumentType) -> Callable[[Company], Rows]:
    return lambda company: [_document(company, one) for one in company.documents.all() if one.type is kind]


def _document(company: Company, document: Document) -> dict[str, Any]:
    contact = company.contacts.get(document.contact_id)
    return {
        "id": document.id,
        "number": document.number,
        "key": document.url,
        "date": document.dated.isoformat(),
        "total": f"{document.total:.2f}",
        "currency": document.currency,
        "status": document.status.value,
        "contact": None if contact is None else contact.name,
        "contact_id": document.contact_id,
        "reference": document.reference,
        "total_tax": f"{document.total_tax:.2f}",
        "due": f"{document.due:.2f}",
        "has_attachments": document.has_attachments,
    }


def _contacts(company: Company) -> Rows:
    return [
        {"id": one.id, "name": one.name, "tax_number": one.more.get("TaxNumber"), "status": one.status}
        for one in company.contacts.all()
    ]


def _accounts(company: Company) -> Rows:
    return [
        {"id": one.id, "code": one.code, "name": one.name, "type": one.type, "status": one.status}
        for one in company.accounts.all()
    ]


def _payments(company: Company) -> Rows:
    return [
        {"id": one.id, "document": one.document_id, "amount": f"{one.amount:.2f}", "status": one.status}
        for one in company.payments.all()
    ]


def _attachments(company: Company) -> Rows:
    return [
        {"id": one.id, "document": one.owner_id, "name": one.name, "type": one.mime_type, "length": one.length}
        for one in company.attachments.all()
    ]


KINDS: Mapping[str, Callable[[Company], Rows]] = {
    "invoices": _documents(DocumentType.SALES_INVOICE),
    "bills": _documents(DocumentType.BILL),
    "credit-notes": _documents(DocumentType.SALES_CREDIT),
    "bill-credits": _documents(DocumentType.BILL_CREDIT),
    "contacts": _contacts,
    "accounts": _accounts,
    "payments": _payments,
    "attachments": _attachments,
}
