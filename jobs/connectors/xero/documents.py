"""Writing invoices, bills and credit notes: one PUT for a whole batch of one kind."""

from collections.abc import Sequence

from dashboard.vocabulary.agreement import same_number
from dashboard.vocabulary.figures import figures
from dashboard.vocabulary.postings import DocumentPosting, Outcome
from jobs.connectors.xero import answers, payloads
from jobs.connectors.xero.calls import API, Calls
from jobs.connectors.xero.errors import understand
from jobs.connectors.xero.fields import Element, amount, element, text
from jobs.connectors.xero.forms import FORMS, STATES, page_address
from jobs.connectors.xero.ledger import carries_key

_QUERY = {"summarizeErrors": "false", "unitdp": "4"}


def push_documents(calls: Calls, batch: Sequence[DocumentPosting], short_code: str) -> list[Outcome]:
    """PUT creates and refuses an existing sales number; POST would overwrite that invoice without a word."""
    form = FORMS[batch[0].kind]
    sent = [payloads.document(posting) for posting in batch]
    content = payloads.encode(form.plural, sent)
    address = calls.address(f"{API}/{form.plural}", _QUERY)
    key = payloads.idempotency_key("PUT", address, content, batch)
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    reply = calls.write("PUT", address, content, headers, may_double=not form.has_unique_number)
    written = answers.Written(
        method="PUT",
        address=address,
        plural=form.plural,
        id_field=form.id_field,
        sent=sent,
        sign=lambda index, found: names(batch[index], found),
        understand=lambda index, words: understand(words, batch[index]),
        state=lambda index, found: STATES.get(text(found, "Status")),
        page=lambda ledger_id: page_address(short_code, form.page, ledger_id),
        warnings=lambda index, found: _booked_otherwise(batch[index], found),
    )
    return answers.outcomes(written, reply)


def names(posting: DocumentPosting, found: Element) -> bool | None:
    """Whether an element is this posting's. The link decides where there is one, since bills may share a number."""
    form = FORMS[posting.kind]
    if text(found, "Type") not in ("", form.type):
        return False
    number = text(found, form.number_field)
    if number and not same_number(number, posting.number):
        return False
    if form.has_url and text(found, "Url"):
        return carries_key(text(found, "Url"), posting.key)
    contact = text(element(found, "Contact"), "ContactID")
    if not form.has_url and contact and contact.lower() != posting.contact_id.lower():
        return False
    return True if number else None


def _booked_otherwise(posting: DocumentPosting, found: Element) -> tuple[str, ...]:
    currency = posting.currency
    checked = (("total", "Total", posting.total), ("tax", "TotalTax", posting.tax))
    status = text(found, "Status")
    unknown = (f"Xero says that its status is {status}.",) if status and status not in STATES else ()
    return unknown + tuple(
        f"Xero booked a {name} of {figures(booked, currency)} {currency}; {figures(sent, currency)} was sent."
        for name, field, sent in checked
        if (booked := amount(found, field)) is not None and booked != sent
    )
