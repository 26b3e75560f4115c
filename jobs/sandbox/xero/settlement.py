"""What money or credit does to a document: it is paid when nothing is due, and open again when that is taken back."""

from dataclasses import replace
from datetime import date

from jobs.sandbox.xero.company import Company
from jobs.sandbox.xero.objects import Document, Status


def settle(company: Company, document: Document, on: date) -> Document:
    """The document with status and payment date that fit what is due. It is not put into the books here."""
    if document.status not in (Status.AUTHORISED, Status.PAID):
        return document
    is_paid = document.due == 0
    return replace(
        document,
        status=Status.PAID if is_paid else Status.AUTHORISED,
        fully_paid_on=on if is_paid else None,
        updated=company.stamp(),
    )
