"""Sellers and buyers of FatturaPA documents."""

from dashboard.domain.intake.readers import codes
from dashboard.domain.intake.readers.xml_node import Node
from dashboard.vocabulary.documents import Party

_REGISTRY = "DatiAnagrafici"
_NAME = f"{_REGISTRY}/Anagrafica/Denominazione"


def read_party(header: Node, role: str) -> Party:
    """`role` is CedentePrestatore or CessionarioCommittente. The VAT number, with its country, leads the tax ids."""
    party = header.part(role)
    names = (f"{_REGISTRY}/Anagrafica/{part}" for part in ("Nome", "Cognome"))
    name = party.text(_NAME) or " ".join(filter(None, map(party.text, names)))
    if not name:
        party.required(_NAME)
    seat = party.find("Sede")
    country = seat.find("Nazione") if seat else None
    return Party(
        name=name,
        tax_ids=_tax_ids(party),
        country=country.read(codes.country) if country else "",
        email=party.text("Contatti/Email", 254),
        street=" ".join(filter(None, (seat.text("Indirizzo"), seat.text("NumeroCivico")))) if seat else "",
        city=seat.text("Comune") if seat else "",
        postcode=seat.text("CAP", 50) if seat else "",
        place=party.path,
    )


def _tax_ids(party: Node) -> tuple[str, ...]:
    number = party.text(f"{_REGISTRY}/IdFiscaleIVA/IdCodice", 60)
    country = party.text(f"{_REGISTRY}/IdFiscaleIVA/IdPaese", 2).upper()
    value_added = number if number.upper().startswith(country) else country + number
    return tuple(
        dict.fromkeys(filter(None, (value_added if number else "", party.text(f"{_REGISTRY}/CodiceFiscale", 64))))
    )
