"""Whether a document's figures agree with each other. Nothing is corrected here: a contradiction refuses the file."""

from collections import defaultdict
from decimal import Decimal

from dashboard.domain.amounts import in_words
from dashboard.domain.intake.readers.figures import tolerance
from dashboard.vocabulary.documents import Document, UnreadableFile
from dashboard.vocabulary.records import Source

_UBL_MONEY = "/cac:LegalMonetaryTotal/cbc:"
_UBL_SUBTOTAL = "/cac:TaxTotal/cac:TaxSubtotal/cbc:"
_FIX = {
    Source.UBL: "Ask the sender for a corrected document.",
    Source.CSV: "Correct the file and take it in again.",
}


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

    _agree(document, _UBL_MONEY + "TaxExclusiveAmount", "the total without tax", document.net,
           "the lines and charges add up to", sum(every_net, Decimal(0)), len(every_net))  # fmt: skip
    for category, rate in dict.fromkeys([*taxes, *nets]):
        taxable, tax = taxes.get((category, rate), (Decimal(0), Decimal(0)))
        own_nets = nets[category, rate]
        shown = in_words(taxable, document.currency)
        which = f"at {category} {rate.normalize():f} %"
        _agree(document, _UBL_SUBTOTAL + "TaxableAmount", f"the taxable amount {which}", taxable,
               f"the lines and charges {which} add up to", sum(own_nets, Decimal(0)), len(own_nets))  # fmt: skip
        _agree(document, _UBL_SUBTOTAL + "TaxAmount", f"the tax {which}", tax,
               f"{rate.normalize():f} % of {shown} is", taxable * rate / 100, len(own_nets))  # fmt: skip
    every_tax = [tax for _, tax in taxes.values()]
    _agree(document, "/cac:TaxTotal/cbc:TaxAmount", "the tax", document.tax,
           "the tax of all rates adds up to", sum(every_tax, Decimal(0)), len(every_tax))  # fmt: skip
    _agree(document, _UBL_MONEY + "TaxInclusiveAmount", "the total with tax", document.total,
           "net, tax and rounding add up to", document.net + document.tax + document.rounding,
           3 if document.rounding else 2)  # fmt: skip


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
        _FIX[document.source],
    )


def _agree(
    document: Document, element: str, stated_as: str, stated: Decimal, computed_as: str, computed: Decimal, amounts: int
) -> None:
    place = document.place + element if document.source is Source.UBL else document.place
    require_agreement(document, place, stated_as, stated, computed_as, computed, amounts)
