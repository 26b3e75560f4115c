"""Which of the numbers that a party states identify a company, whatever the format."""

from collections.abc import Iterable

from dashboard.domain.intake.readers.xml_node import Node

# Electronic addresses that identify a place or a mailbox, not a registered company: GLN, DUNS, e-mail, EDI addresses.
# https://docs.peppol.eu/poacc/billing/3.0/codelist/eas/
_NO_COMPANY_NUMBER = frozenset({"0060", "0088", "AN", "AQ", "AS", "AU", "EM"})


def identifying(numbers: Iterable[str], address: Node | None) -> tuple[str, ...]:
    """`numbers` in their order without repetition; for a party with none, the company number of its `address`."""
    # Nordic senders state standing here as well ("Foretaksregisteret", "Godkänd för F-skatt"), which identifies nobody.
    stated = tuple(dict.fromkeys(found for found in numbers if any(sign.isdigit() for sign in found)))
    return stated or tuple(filter(None, [_company_number(address)]))


def mailbox(address: Node | None) -> str:
    """The e-mail address that an electronic address may be."""
    return address.text("", 254) if address is not None and _scheme(address) == "EM" else ""


def _company_number(address: Node | None) -> str:
    if address is None or _scheme(address) in _NO_COMPANY_NUMBER:
        return ""
    return address.text("", 64)


def _scheme(address: Node) -> str:
    return address.element.get("schemeID", "").upper()
