"""Sellers and buyers of UBL documents."""

from dashboard.domain.intake.readers import codes
from dashboard.domain.intake.readers.party_numbers import identifying, mailbox
from dashboard.domain.intake.readers.xml_node import Node
from dashboard.vocabulary.documents import Party

_NAMES = (
    "cac:PartyLegalEntity/cbc:RegistrationName",
    "cac:PartyName/cbc:Name",
    "cac:Contact/cbc:Name",
)


def read_party(document: Node, role: str) -> Party:
    """`role` is cac:AccountingSupplierParty or cac:AccountingCustomerParty. VAT numbers lead the tax ids."""
    party = document.find(f"{role}/cac:Party") or Node(document.element, f"{document.path}/{role}/cac:Party")
    if party.element is document.element:
        party.required("cac:PartyLegalEntity/cbc:RegistrationName")
    name = next((found for found in (party.text(path) for path in _NAMES) if found), "") or _person(party)
    if not name:
        party.required(_NAMES[0])
    address = party.find("cac:PostalAddress")
    country = address.find("cac:Country/cbc:IdentificationCode") if address else None
    return Party(
        name=name,
        tax_ids=_tax_ids(party),
        country=country.read(codes.country) if country else "",
        email=party.text("cac:Contact/cbc:ElectronicMail", 254) or mailbox(party.find("cbc:EndpointID")),
        street=_street(address) if address else "",
        city=address.text("cbc:CityName") if address else "",
        postcode=address.text("cbc:PostalZone", 50) if address else "",
        place=party.path,
    )


def _person(party: Node) -> str:
    return " ".join(filter(None, (party.text("cac:Person/cbc:FirstName"), party.text("cac:Person/cbc:FamilyName"))))


def _street(address: Node) -> str:
    parts = [address.text(name) for name in ("cbc:StreetName", "cbc:BuildingNumber", "cbc:AdditionalStreetName")]
    lines = parts + [line.text("cbc:Line") for line in address.children("cac:AddressLine")]
    return ", ".join(filter(None, lines))


def _tax_ids(party: Node) -> tuple[str, ...]:
    schemes = party.children("cac:PartyTaxScheme")
    schemes.sort(key=lambda scheme: scheme.text("cac:TaxScheme/cbc:ID") != "VAT")
    ids = [scheme.text("cbc:CompanyID", 64) for scheme in schemes]
    ids += [entity.text("cbc:CompanyID", 64) for entity in party.children("cac:PartyLegalEntity")]
    return identifying(ids, party.find("cbc:EndpointID"))
