"""Writing invoices, bills and credit notes: one PUT for a whole batch of one kind."""

from collections.abc import Sequence

from dashboard.vocabulary.agreement import same_number
from dashboard.vocabulary.figures import figures
from dashboard.vocabulary.postings import DocumentPosting, Outcome
from jobs.connectors.xero import answers, payloads
from jobs.connectors.xero.calls import API, Calls
from jobs.connectors.xero.errors import understand
from jobs.connectors.xero.fields import Element, amount, element, identifier, text
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
        sign=lambda index, found: _is_answer_to(batch, index, found),
        understand=lambda index, words: understand(words, batch[index]),
        state=lambda index, found: STATES.get(text(found, "Status")),
        page=lambda ledger_id: page_address(short_code, form.page, ledger_id),
        warnings=lambda index, found: _booked_otherwise(batch[index], found),
    )
    return answers.outcomes(written, reply)


def names(posting: DocumentPosting, found: Element) -> bool | None:
    """Whether an element is this posting's: of its type, number and contact, as far as the element states them.

    The link decides then where there is one, since bills may share a number.
    """
    form = FORMS[posting.kind]
    if text(found, "Type") not in ("", form.type):
        return False
    contact = identifier(element(found, "Contact"), "ContactID")
    if contact and contact != posting.contact_id.lower():
        return False
    number = text(found, form.number_field)
    if number and not same_number(number, posting.number):
        return False
    if form.has_url and text(found, "Url"):
        return carries_key(text(found, "Url"), posting.key)
    return True if number else None


def _is_answer_to(batch: Sequence[DocumentPosting], index: int, found: Element) -> bool | None:
    """As names(), but what has the total of another posting of the batch, and not its own, was mixed up with that one.

    A total that nobody sent is Xero's own reckoning, and a warning.
    """
    posting, total = batch[index], amount(found, "Total")
    is_mixed_up = total is not None and total != posting.total and any(total == each.total for each in batch)
    return False if is_mixed_up else names(posting, found)


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
