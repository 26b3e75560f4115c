"""Whether a document's figures agree with each other. Nothing is corrected here: a contradiction refuses the file."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.amounts import in_words
from dashboard.domain.intake.readers.figures import tolerance
from dashboard.vocabulary.documents import Document, UnreadableFile
from dashboard.vocabulary.records import Source


@dataclass(frozen=True)
class StatedSums:
    """Sums that a document states and its shape does not carry; None where it leaves them out."""

    lines: Decimal | None
    charges: Decimal | None
    allowances: Decimal | None
    due: Decimal


@dataclass(frozen=True)
class _Elements:
    """Where a format states its figures, below the document's own place."""

    net: str
    taxable: str
    tax_of_rate: str
    tax: str
    total: str
    lines: str = ""
    charges: str = ""
    due: str = ""


_UBL_MONEY = "/cac:LegalMonetaryTotal/cbc:"
_UBL_SUBTOTAL = "/cac:TaxTotal/cac:TaxSubtotal/cbc:"
_CII_SETTLEMENT = "/rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement"
_CII_MONEY = f"{_CII_SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:"
_FATTURA_RATE = "/DatiBeniServizi/DatiRiepilogo/"
_ELEMENTS = {
    Source.UBL: _Elements(
        net=_UBL_MONEY + "TaxExclusiveAmount",
        taxable=_UBL_SUBTOTAL + "TaxableAmount",
        tax_of_rate=_UBL_SUBTOTAL + "TaxAmount",
        tax="/cac:TaxTotal/cbc:TaxAmount",
        total=_UBL_MONEY + "TaxInclusiveAmount",
        lines=_UBL_MONEY + "LineExtensionAmount",
        charges=_UBL_MONEY + "ChargeTotalAmount",
        due=_UBL_MONEY + "PayableAmount",
    ),
    Source.CII: _Elements(
        net=_CII_MONEY + "TaxBasisTotalAmount",
        taxable=_CII_SETTLEMENT + "/ram:ApplicableTradeTax/ram:BasisAmount",
        tax_of_rate=_CII_SETTLEMENT + "/ram:ApplicableTradeTax/ram:CalculatedAmount",
        tax=_CII_MONEY + "TaxTotalAmount",
        total=_CII_MONEY + "GrandTotalAmount",
        lines=_CII_MONEY + "LineTotalAmount",
        charges=_CII_MONEY + "ChargeTotalAmount",
        due=_CII_MONEY + "DuePayableAmount",
    ),
    Source.FATTURAPA: _Elements(
        net=_FATTURA_RATE + "ImponibileImporto",
        taxable=_FATTURA_RATE + "ImponibileImporto",
        tax_of_rate=_FATTURA_RATE + "Imposta",
        tax=_FATTURA_RATE + "Imposta",
        total="/DatiGenerali/DatiGeneraliDocumento/ImportoTotaleDocumento",
    ),
}
_CORRECT_TABLE = "Correct the file and take it in again."
_ASK_SENDER = "Ask the sender for a corrected document."
_NO_ELEMENTS = _Elements("", "", "", "", "")


def check_totals(document: Document) -> None:
    """Raises UnreadableFile for the first figure that is further from its parts than rounding explains.

    Lines and charges make the net; lines of a category and rate make its taxable amount; that times the rate makes its
    tax; the subtotals make the tax; net, tax and rounding make the total. Each may differ by 0.01 for every amount
    added up: programs round per line, per rate or per document, and all three are lawful (EN 16931, BR-CO-10 to 17).
    """
    taxes: dict[tuple[str, Decimal], tuple[Decimal, Decimal]] = {}
    for subtotal in document.taxes:
        taxable, tax = taxes.get((subtotal.category, subtotal.rate), (Decimal(0), Decimal(0)))
        taxes[subtotal.category, subtotal.rate] = (taxable + subtotal.taxable, tax + subtotal.tax)
    nets: dict[tuple[str, Decimal], list[Decimal]] = defaultdict(list)
    for line in document.lines:
        nets[line.category, line.tax_rate].append(line.net)
    every_net = [line.net for line in document.lines]
    at = _ELEMENTS.get(document.source, _NO_ELEMENTS)

    _agree(document, at.net, "the total without tax", document.net,
           "the lines and charges add up to", sum(every_net, Decimal(0)), len(every_net))  # fmt: skip
    for category, rate in dict.fromkeys([*taxes, *nets]):
        taxable, tax = taxes.get((category, rate), (Decimal(0), Decimal(0)))
        own_nets = nets[category, rate]
        shown = in_words(taxable, document.currency)
        which = f"at {category} {rate.normalize():f} %"
        _agree(document, at.taxable, f"the taxable amount {which}", taxable,
               f"the lines and charges {which} add up to", sum(own_nets, Decimal(0)), len(own_nets))  # fmt: skip
        _agree(document, at.tax_of_rate, f"the tax {which}", tax,
               f"{rate.normalize():f} % of {shown} is", taxable * rate / 100, len(own_nets))  # fmt: skip
    every_tax = [tax for _, tax in taxes.values()]
    _agree(document, at.tax, "the tax", document.tax,
           "the tax of all rates adds up to", sum(every_tax, Decimal(0)), len(every_tax))  # fmt: skip
    _agree(document, at.total, "the total with tax", document.total,
           "net, tax and rounding add up to", document.net + document.tax + document.rounding,
           3 if document.rounding else 2)  # fmt: skip


def check_sums(document: Document, stated: StatedSums) -> None:
    """Raises UnreadableFile for the first stated sum that the document's own lines and totals do not make."""
    at = _ELEMENTS[document.source]
    lines = [line.net for line in document.lines if not line.is_charge]
    charges = [line.net for line in document.lines if line.is_charge]
    if stated.lines is not None:
        _agree(document, at.lines, "the sum of the lines", stated.lines,
               "they add up to", sum(lines, Decimal(0)), len(lines))  # fmt: skip
    # Charges and allowances cannot be told apart by their lines: in a negative invoice a charge is below nought too.
    if stated.charges is not None or stated.allowances is not None:
        extra = (stated.charges or Decimal(0)) - (stated.allowances or Decimal(0))
        _agree(document, at.charges, "charges less allowances", extra,
               "they add up to", sum(charges, Decimal(0)), len(charges))  # fmt: skip
    _agree(document, at.due, "the amount due", stated.due,
           "the total less what is prepaid is", document.total - document.prepaid, 2)  # fmt: skip


def require_agreement(
    document: Document, place: str, stated_as: str, stated: Decimal, computed_as: str, computed: Decimal, amounts: int
) -> None:
    """Refuses with both figures and the difference when they are further apart than `amounts` roundings explain."""
    difference = abs(stated - computed)
    if difference <= tolerance(document.currency, amounts):
        return
    shown, shown_computed, shown_difference = (
        in_words(each, document.currency) for each in (stated, computed, difference)
    )
    raise UnreadableFile(
        place,
        f"{stated_as[0].upper()}{stated_as[1:]} is stated as {shown}, but {computed_as} {shown_computed}: "
        f"a difference of {shown_difference}.",
        _CORRECT_TABLE if document.source is Source.CSV else _ASK_SENDER,
    )


def _agree(
    document: Document, element: str, stated_as: str, stated: Decimal, computed_as: str, computed: Decimal, amounts: int
) -> None:
    require_agreement(document, document.place + element, stated_as, stated, computed_as, computed, amounts)
