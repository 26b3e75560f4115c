"""From a document as its file states it to the record that is kept: kind, contact, keys, and amounts made positive."""

from datetime import datetime

from dashboard.domain.intake.direction import contact_of
from dashboard.domain.intake.identity import fingerprint, normalised_name, normalised_number, normalised_tax_id
from dashboard.models import Record, RecordLine, RecordTax
from dashboard.vocabulary.documents import Document, Party, UnreadableFile
from dashboard.vocabulary.records import Direction, Payment, RecordKind

_KINDS = {
    (Direction.SALE, False): RecordKind.INVOICE,
    (Direction.SALE, True): RecordKind.CREDIT_NOTE,
    (Direction.PURCHASE, False): RecordKind.BILL,
    (Direction.PURCHASE, True): RecordKind.BILL_CREDIT,
}
LONGEST_NUMBER = 255
TURNS_TEXT_AROUND = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
"""Embeddings, overrides and isolates: https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters"""


def check_number(document: Document) -> None:
    """Raises UnreadableFile for a number that no ledger takes or that would be shown as another one.

    It is sent as it is, never cut or renumbered.
    """
    if TURNS_TEXT_AROUND & set(document.number):
        raise UnreadableFile(
            document.place,
            "The number holds signs that turn the direction of text around, so it would be read as another number.",
            "Write the number anew, without hidden signs.",
        )
    if len(document.number) > LONGEST_NUMBER:
        raise UnreadableFile(document.place, f"The number has more than {LONGEST_NUMBER} characters.")


def record_from(document: Document, tenant_id: int, side: Direction, now: datetime) -> Record:
    """A record not yet stored. A negative invoice is a credit note, a negative credit note an invoice."""
    is_negative = document.total < 0
    sign = -1 if is_negative else 1
    contact = contact_of(document, side)
    record = Record(
        tenant_id=tenant_id,
        kind=_KINDS[side, document.is_credit != is_negative],
        source=document.source,
        number=document.number,
        normalised_number=normalised_number(document.number),
        type_code=document.type_code[:10],
        fingerprint=fingerprint(document),
        issue_date=document.issue_date,
        due_date=document.due_date,
        contact_key=_key(contact),
        contact_name=contact.name[:255],
        contact_tax_id=_tax_id(contact)[:64],
        contact_email=contact.email[:254],
        contact_street=contact.street[:255],
        contact_city=contact.city[:255],
        contact_postcode=contact.postcode[:50],
        contact_country=contact.country[:2],
        seller_key=_key(document.seller),
        tax_country=document.seller.country[:2],
        currency=document.currency,
        net=document.net * sign,
        tax=document.tax * sign,
        rounding=document.rounding * sign,
        total=document.total * sign,
        prepaid=document.prepaid * sign,
        order_reference=(document.order_reference or document.buyer_reference)[:255],
        original_number=document.original_number[:255],
        note="\n".join(document.notes),
        payment=Payment.stated(document.total * sign, document.prepaid * sign),
        created_at=now,
    )
    record.lines = [
        RecordLine(
            position=position,
            description=line.description,
            sku=line.sku[:100],
            unit=line.unit[:20],
            quantity=line.quantity * sign,
            unit_price=line.unit_price,
            net=line.net * sign,
            category=line.category[:5],
            tax_rate=line.tax_rate,
            account=line.account[:255],
            is_charge=line.is_charge,
        )
        for position, line in enumerate(document.lines, start=1)
    ]
    record.taxes = [
        RecordTax(category=each.category[:5], rate=each.rate, taxable=each.taxable * sign, tax=each.tax * sign)
        for each in document.taxes
    ]
    return record


def _key(party: Party) -> str:
    """Under which value a party is known: its tax id, or its name where none identifies it."""
    tax_id = normalised_tax_id(_tax_id(party))
    return f"tax:{tax_id}"[:300] if tax_id else f"name:{normalised_name(party.name)}"[:300]


def _tax_id(party: Party) -> str:
    """The first stated that identifies a company; where none does, the first, to be shown as it was written."""
    return next(filter(normalised_tax_id, party.tax_ids), party.tax_id)
