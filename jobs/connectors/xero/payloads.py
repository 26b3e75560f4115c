"""Postings as the JSON that Xero takes. Nothing is sent here."""

import json
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from typing import Any

from dashboard.vocabulary.postings import ContactPosting, DocumentPosting, PostingLine
from jobs.connectors.xero.fields import storable
from jobs.connectors.xero.forms import FORMS, STATUS_TO_SEND

_LONGEST_DESCRIPTION = 4000
_QUANTITY_PLACES = 10
_UNIT_PLACES = 4
_LARGEST_LINE = Decimal("9999999999.99")
_EXACT_DIGITS = 15
"""A float of up to 15 decimal digits is written back as the very same digits."""


def document(posting: DocumentPosting) -> dict[str, Any]:
    """One element of PUT /Invoices or /CreditNotes, https://developer.xero.com/documentation/api/accounting/invoices

    The contact goes by its id alone: any further field would change the contact itself.
    """
    form = FORMS[posting.kind]
    sent: dict[str, Any] = {
        "Type": form.type,
        "Contact": {"ContactID": posting.contact_id},
        form.number_field: posting.number,
        "Date": posting.date.isoformat(),
        "LineAmountTypes": "Exclusive",
        "CurrencyCode": posting.currency,
        "Status": STATUS_TO_SEND[posting.post_as],
        "LineItems": [_line(line) for line in posting.lines],
    }
    if posting.reference and form.type in ("ACCREC", "ACCRECCREDIT"):
        sent["Reference"] = posting.reference
    if form.has_url:
        sent["Url"] = posting.link
        if posting.due_date:
            sent["DueDate"] = posting.due_date.isoformat()
    return sent


def _line(line: PostingLine) -> dict[str, Any]:
    """Xero recomputes a line from quantity and price and refuses another amount, so a line that is not their product
    (a discount, more than four decimals) goes in as one piece, its quantity told in words."""
    quantity, unit_amount, description = line.quantity, line.unit_amount, line.description
    if not _multiplies(line):
        quantity, unit_amount = Decimal(1), line.net
        description = f"{description} ({line.quantity.normalize():f} × {line.unit_amount.normalize():f})".strip()
    sent: dict[str, Any] = {
        "Description": description[:_LONGEST_DESCRIPTION],
        "Quantity": _number(quantity),
        "UnitAmount": _number(unit_amount),
        "LineAmount": _number(line.net),
        "TaxAmount": _number(line.tax),
        "AccountCode": line.account_code,
        "TaxType": line.tax_code,
    }
    if line.item_code and quantity == line.quantity:
        # In one piece it would be booked as one of the item, however many there are.
        sent["ItemCode"] = line.item_code
    return sent


def _multiplies(line: PostingLine) -> bool:
    if not (_is_exact(line.quantity, _QUANTITY_PLACES) and _is_exact(line.unit_amount, _UNIT_PLACES)):
        return False
    if abs(line.quantity * line.unit_amount) > _LARGEST_LINE:
        return False
    product = line.quantity * line.unit_amount
    return product.quantize(Decimal("0.01"), ROUND_HALF_UP) == line.net


def _is_exact(value: Decimal, places: int) -> bool:
    """Whether the value survives the way through a float, and has no more than `places` decimals."""
    shifted = value.scaleb(places)
    return len(value.normalize().as_tuple().digits) <= _EXACT_DIGITS and shifted == shifted.to_integral_value()


def _number(value: Decimal) -> float | int:
    return int(value) if value == value.to_integral_value() else float(value)


def contact(posting: ContactPosting) -> dict[str, Any]:
    """One element of PUT /Contacts, https://developer.xero.com/documentation/api/accounting/contacts

    POBOX is the postal address, the one that Xero prints on documents.
    """
    sent: dict[str, Any] = {"Name": posting.name}
    if posting.tax_id:
        sent["TaxNumber"] = posting.tax_id
    if posting.email:
        sent["EmailAddress"] = posting.email
    place = {
        "AddressLine1": posting.street,
        "City": posting.city,
        "PostalCode": posting.postcode,
        "Country": posting.country,
    }
    if any(place.values()):
        sent["Addresses"] = [{"AddressType": "POBOX", **{name: value for name, value in place.items() if value}}]
    return sent


def encode(plural: str, sent: Sequence[dict[str, Any]]) -> bytes:
    return json.dumps({plural: sent}, ensure_ascii=False, separators=(",", ":")).encode()


def pretty(value: object) -> str:
    """JSON for a person's eyes; the same value always gives the same text."""
    return storable(json.dumps(value, ensure_ascii=False, indent=2, default=float))


def idempotency_key(method: str, address: str, content: bytes, batch: Sequence[DocumentPosting]) -> str:
    """The same value only for the identical batch of which nothing was answered but to wait: Xero replays errors under
    an old key.

    https://developer.xero.com/documentation/guides/idempotent-requests/idempotency
    """
    answered = ",".join(str(posting.answered) for posting in batch)
    return sha256(b"\n".join((method.encode(), address.encode(), answered.encode(), content))).hexdigest()
