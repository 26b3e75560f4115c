"""What a FatturaPA document says to its reader and no field carries: texts, instalments, what is withheld, and why no
VAT is charged."""

from collections.abc import Iterator
from decimal import Decimal

from dashboard.domain.intake.readers import codes
from dashboard.domain.intake.readers.xml_node import Node

_GENERAL = "DatiGenerali/DatiGeneraliDocumento"
_PAYMENTS = "DatiPagamento/DettaglioPagamento"
_RATES = "DatiBeniServizi/DatiRiepilogo"


def notes_of(body: Node, currency: str) -> tuple[str, ...]:
    """The document's own words first, as the sender wrote them."""
    own = (node.read(codes.prose) for node in body.each(f"{_GENERAL}/Causale") if node.words)
    said = (*_withholdings(body, currency), *_free_of_tax(body), *_split(body), *_instalments(body, currency))
    return tuple(dict.fromkeys((*own, *said)))


def _withholdings(body: Node, currency: str) -> Iterator[str]:
    for each in body.each(f"{_GENERAL}/DatiRitenuta"):
        sum_of = each.amount("ImportoRitenuta", currency)
        yield f"Withholding tax {each.text('TipoRitenuta', 10)}: {sum_of:f} {currency} is kept back when this is paid"


def _free_of_tax(body: Node) -> Iterator[str]:
    for each in body.each(_RATES):
        nature = each.text("Natura", 10)
        if nature:
            yield f"{nature}: {each.text('RiferimentoNormativo') or 'no VAT is charged'}"


def _split(body: Node) -> Iterator[str]:
    if any(each.text("EsigibilitaIVA").upper() == "S" for each in body.each(_RATES)):
        yield "Split payment: the buyer pays the VAT to the state, not to the seller"


def _instalments(body: Node, currency: str) -> Iterator[str]:
    payments = list(body.each(_PAYMENTS))
    if len(payments) < 2:
        return
    for each in payments:
        sum_of, due = (
            each.optional_amount("ImportoPagamento", currency) or Decimal(0),
            each.date("DataScadenzaPagamento"),
        )
        yield f"Instalment: {sum_of:f} {currency}" + (f" due on {due}" if due else "")
