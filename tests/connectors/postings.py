"""Postings for tests: plain ones, that each test changes with dataclasses.replace where it matters."""

from datetime import date
from decimal import Decimal

from dashboard.vocabulary.postings import AttachmentPosting, ContactPosting, DocumentPosting, PostAs, PostingLine
from dashboard.vocabulary.records import RecordKind

CONTACT = "430fa14a-f945-44d3-9f97-5df5e28441b8"


def a_line(net: str = "100.00", tax: str = "15.00", account: str = "200", tax_code: str = "OUTPUT2") -> PostingLine:
    return PostingLine("Oak table", Decimal(1), Decimal(net), Decimal(net), Decimal(tax), account, tax_code)


def a_document(
    number: str = "INV-1",
    kind: RecordKind = RecordKind.INVOICE,
    *,
    key: str = "",
    contact: str = CONTACT,
    currency: str = "NZD",
    lines: tuple[PostingLine, ...] = (),
    day: date = date(2026, 11, 20),
) -> DocumentPosting:
    key = key or f"key-of-{number}-{kind.value}"
    is_sale = kind in (RecordKind.INVOICE, RecordKind.CREDIT_NOTE)
    lines = lines or (a_line() if is_sale else a_line(account="400", tax_code="INPUT2"),)
    net, tax = sum((line.net for line in lines), Decimal()), sum((line.tax for line in lines), Decimal())
    return DocumentPosting(
        key=key,
        link=f"https://tieout.example/x/{key}",
        kind=kind,
        number=number,
        reference="Order 1001",
        contact_id=contact,
        date=day,
        due_date=date(2026, 12, 20),
        currency=currency,
        lines=lines,
        net=net,
        tax=tax,
        total=net + tax,
        post_as=PostAs.APPROVED,
    )


def a_contact(name: str = "Fjell & Sønner AS", email: str = "post@fjell.example") -> ContactPosting:
    return ContactPosting("contact-key", name, "NO987654321", email, "NO", "Storgata 1", "Oslo", "0155")


def an_attachment(
    ledger_id: str,
    file_name: str = "invoice.xml",
    content: bytes = b"<Invoice/>",
    kind: RecordKind = RecordKind.INVOICE,
) -> AttachmentPosting:
    return AttachmentPosting("attachment-key", kind, ledger_id, file_name, "application/xml", content)
