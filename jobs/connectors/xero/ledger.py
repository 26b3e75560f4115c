"""Documents as Xero holds them, in our words."""

import re

from dashboard.vocabulary.postings import LedgerObject
from dashboard.vocabulary.records import RecordKind
from jobs.connectors.wire import Unreadable
from jobs.connectors.xero.fields import Element, amount, day, element, identifier, text
from jobs.connectors.xero.forms import FORMS, STATES, page_address

_PARTS = re.compile(r"[/?&=#]+")


def ledger_object(kind: RecordKind, found: Element, short_code: str, key: str = "") -> LedgerObject:
    """`key` is given back where the document's Url carries it; otherwise the last part of that Url stands for it.

    Raises Unreadable for a document without id, date or amounts.
    """
    form = FORMS[kind]
    ledger_id, date = identifier(found, form.id_field), day(found, "Date")
    total, tax = amount(found, "Total"), amount(found, "TotalTax")
    state = STATES.get(text(found, "Status"))
    if not ledger_id or date is None or total is None or tax is None or state is None:
        raise Unreadable(f"One of Xero's {form.plural} lacks an id, a date, an amount or a known status.")
    link = text(found, "Url")
    parts = [part for part in _PARTS.split(link) if part]
    return LedgerObject(
        ledger_id=ledger_id,
        key=key if carries_key(link, key) else (parts[-1] if parts else ""),
        kind=kind,
        number=text(found, form.number_field),
        contact_id=identifier(element(found, "Contact"), "ContactID"),
        contact_name=text(element(found, "Contact"), "Name"),
        date=date,
        currency=text(found, "CurrencyCode"),
        tax=tax,
        total=total,
        state=state,
        url=page_address(short_code, form.page, ledger_id),
        due=amount(found, "RemainingCredit" if kind.is_credit else "AmountDue"),
    )


def carries_key(link: str, key: str) -> bool:
    """Whether one part of the address is the key; its host may have changed since it was sent."""
    return bool(key) and key in _PARTS.split(link)
