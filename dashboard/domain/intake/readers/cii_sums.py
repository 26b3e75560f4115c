"""The totals of CII documents: of several in different currencies, those in the document's own."""

from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.intake.readers.xml_node import Node
from dashboard.vocabulary.documents import TaxSubtotal

_SUMMATION = "ram:SpecifiedTradeSettlementHeaderMonetarySummation"


@dataclass(frozen=True)
class Sums:
    """`total` is with tax and rounding; `tax_at` is where the tax is stated. None where an element is left out."""

    net: Decimal
    tax: Decimal
    tax_at: Node
    rounding: Decimal
    total: Decimal
    prepaid: Decimal
    due: Decimal
    lines: Decimal | None
    charges: Decimal | None
    allowances: Decimal | None


def read_sums(settlement: Node, currency: str, taxes: tuple[TaxSubtotal, ...]) -> Sums:
    """Raises UnreadableFile where a total is missing. Without a stated tax it is that of the breakdown."""
    summation = settlement.part(_SUMMATION)
    rounding = _stated(summation, "ram:RoundingAmount", currency) or Decimal(0)
    tax = _stated(summation, "ram:TaxTotalAmount", currency)
    return Sums(
        net=_required(summation, "ram:TaxBasisTotalAmount", currency),
        tax=sum((each.tax for each in taxes), Decimal(0)) if tax is None else tax,
        tax_at=summation.find("ram:TaxTotalAmount") or summation,
        rounding=rounding,
        total=_required(summation, "ram:GrandTotalAmount", currency) + rounding,
        prepaid=_stated(summation, "ram:TotalPrepaidAmount", currency) or Decimal(0),
        due=_required(summation, "ram:DuePayableAmount", currency),
        lines=_stated(summation, "ram:LineTotalAmount", currency),
        charges=_stated(summation, "ram:ChargeTotalAmount", currency),
        allowances=_stated(summation, "ram:AllowanceTotalAmount", currency),
    )


def _required(summation: Node, name: str, currency: str) -> Decimal:
    found = _stated(summation, name, currency)
    return summation.required(name).as_amount(currency) if found is None else found


def _stated(summation: Node, name: str, currency: str) -> Decimal | None:
    """Tax, and in EXTENDED all sums, are stated once more in the currency of the accounts, which stays out."""
    stated = [node for node in summation.children(name) if node.words]
    own = [node for node in stated if node.element.get("currencyID", currency).upper() == currency]
    return (own or stated)[0].as_amount(currency) if stated else None
