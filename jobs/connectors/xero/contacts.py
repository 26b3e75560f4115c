"""Creating contacts that a person asked for. Xero refuses a name that an active contact has."""

from collections.abc import Sequence

from dashboard.vocabulary.postings import ContactPosting, LedgerState, Outcome
from jobs.connectors.xero import answers, payloads
from jobs.connectors.xero.calls import API, Calls
from jobs.connectors.xero.errors import understand
from jobs.connectors.xero.fields import Element, text
from jobs.connectors.xero.forms import CONTACT_PAGE, page_address


def push_contacts(calls: Calls, batch: Sequence[ContactPosting], short_code: str) -> list[Outcome]:
    """Accepted contacts count as approved. No idempotency value: the second of two equal names is refused anyway."""
    sent = [payloads.contact(posting) for posting in batch]
    address = calls.address(f"{API}/Contacts", {"summarizeErrors": "false"})
    reply = calls.write("PUT", address, payloads.encode("Contacts", sent), {"Content-Type": "application/json"})
    written = answers.Written(
        method="PUT",
        address=address,
        plural="Contacts",
        id_field="ContactID",
        sent=sent,
        sign=lambda index, found: _names(batch[index], found),
        understand=lambda index, words: understand(words),
        state=lambda index, found: LedgerState.APPROVED,
        page=lambda ledger_id: page_address(short_code, CONTACT_PAGE, ledger_id),
    )
    return answers.outcomes(written, reply)


def _names(posting: ContactPosting, found: Element) -> bool | None:
    name = text(found, "Name")
    return name.strip().casefold() == posting.name.strip().casefold() if name else None
