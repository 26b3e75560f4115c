"""Sellers and buyers of CII documents."""

from dashboard.domain.intake.readers import codes
from dashboard.domain.intake.readers.party_numbers import identifying, mailbox
from dashboard.domain.intake.readers.xml_node import Node
from dashboard.vocabulary.documents import Party

_VALUE_ADDED_TAX = "VA"
_NAMES = (
    "ram:Name",
    "ram:SpecifiedLegalOrganization/ram:TradingBusinessName",
    "ram:DefinedTradeContact/ram:PersonName",
)
_EMAIL = "ram:DefinedTradeContact/ram:EmailURIUniversalCommunication/ram:URIID"
_ADDRESS_LINES = ("ram:LineOne", "ram:LineTwo", "ram:LineThree")


def read_party(agreement: Node, role: str) -> Party:
    """`role` is ram:SellerTradeParty or ram:BuyerTradeParty. VAT numbers lead the tax ids."""
    party = agreement.part(role)
    name = next((found for found in (party.text(path) for path in _NAMES) if found), "")
    if not name:
        party.required(_NAMES[0])
    address = party.find("ram:PostalTradeAddress")
    country = address.find("ram:CountryID") if address else None
    return Party(
        name=name,
        tax_ids=_tax_ids(party),
        country=country.read(codes.country) if country else "",
        email=party.text(_EMAIL, 254) or mailbox(_electronic_address(party)),
        street=", ".join(filter(None, map(address.text, _ADDRESS_LINES))) if address else "",
        city=address.text("ram:CityName") if address else "",
        postcode=address.text("ram:PostcodeCode", 50) if address else "",
        place=party.path,
    )


def _tax_ids(party: Node) -> tuple[str, ...]:
    registrations = list(party.each("ram:SpecifiedTaxRegistration/ram:ID"))
    registrations.sort(key=lambda each: each.element.get("schemeID", "") != _VALUE_ADDED_TAX)
    numbers = [each.text("", 64) for each in registrations]
    numbers += [each.text("", 64) for each in party.each("ram:SpecifiedLegalOrganization/ram:ID")]
    return identifying(numbers, _electronic_address(party))


def _electronic_address(party: Node) -> Node | None:
    return party.find("ram:URIUniversalCommunication/ram:URIID")
