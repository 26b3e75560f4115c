"""Lines, document-level charges and allowances, and the tax breakdown of CII documents."""

from collections.abc import Iterator
from decimal import Decimal

from dashboard.domain.intake.readers import codes
from dashboard.domain.intake.readers.cii_dates import first_day_at, last_day_at
from dashboard.domain.intake.readers.tax_breakdown import TaxKey, sole, tax_key
from dashboard.domain.intake.readers.xml_node import Node
from dashboard.vocabulary.documents import DocumentLine, TaxSubtotal, UnreadableFile

_PRODUCT = "ram:SpecifiedTradeProduct"
_SETTLEMENT = "ram:SpecifiedLineTradeSettlement"
_PRICE = "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice"
_PERIOD = f"{_SETTLEMENT}/ram:BillingSpecifiedPeriod"
# A group repeats the sum of its details and an information states none of its own (Factur-X, profile EXTENDED).
_UNCOUNTED = frozenset({"GROUP", "INFORMATION"})


def counted_lines(trade: Node) -> Iterator[Node]:
    for line in trade.children("ram:IncludedSupplyChainTradeLineItem"):
        reason = line.text("ram:AssociatedDocumentLineDocument/ram:LineStatusReasonCode")
        if reason.upper() not in _UNCOUNTED:
            yield line


def read_line(line: Node, currency: str, account: str, sole_tax: TaxKey | None) -> DocumentLine:
    """`account` and `sole_tax` are the document's own, for lines without. Line allowances are inside the net."""
    quantity = line.required("ram:SpecifiedLineTradeDelivery/ram:BilledQuantity")
    tax = _tax_of(line, f"{_SETTLEMENT}/ram:ApplicableTradeTax", sole_tax)
    description = line.text(f"{_PRODUCT}/ram:Name", 4000) or line.text(f"{_PRODUCT}/ram:Description", 4000)
    return DocumentLine(
        description=codes.with_period(
            description or line.required(f"{_PRODUCT}/ram:Name").words,
            first_day_at(line, f"{_PERIOD}/ram:StartDateTime"),
            last_day_at(line, f"{_PERIOD}/ram:EndDateTime"),
        ),
        quantity=quantity.as_price(),
        unit_price=_unit_price(line, currency),
        net=line.amount(
            f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount", currency
        ),
        category=tax.category,
        tax_rate=tax.rate,
        account=line.text(f"{_SETTLEMENT}/ram:ReceivableSpecifiedTradeAccountingAccount/ram:ID") or account,
        sku=line.text(f"{_PRODUCT}/ram:SellerAssignedID", 100) or line.text(f"{_PRODUCT}/ram:GlobalID", 100),
        unit=(quantity.element.get("unitCode") or "")[:20],
    )


def read_charges(settlement: Node, currency: str, account: str, sole_tax: TaxKey | None) -> Iterator[DocumentLine]:
    """Charges, allowances with their amounts below nought, and the freight that EXTENDED states apart."""
    for charge in settlement.children("ram:SpecifiedTradeAllowanceCharge"):
        is_charge = charge.flag("ram:ChargeIndicator/udt:Indicator")
        stated = charge.amount("ram:ActualAmount", currency)
        reason = charge.text("ram:Reason", 4000) or ("Charge" if is_charge else "Allowance")
        tax = _tax_of(charge, "ram:CategoryTradeTax", sole_tax)
        yield _charge(reason, stated if is_charge else 0 - stated, tax, account)
    for freight in settlement.children("ram:SpecifiedLogisticsServiceCharge"):
        tax = _tax_of(freight, "ram:AppliedTradeTax", sole_tax)
        reason = freight.text("ram:Description", 4000) or "Freight"
        yield _charge(reason, freight.amount("ram:AppliedAmount", currency), tax, account)


def read_subtotal(tax: Node, currency: str) -> TaxSubtotal:
    key = _tax_key(tax)
    return TaxSubtotal(
        category=key.category,
        rate=key.rate,
        taxable=tax.amount("ram:BasisAmount", currency),
        tax=tax.amount("ram:CalculatedAmount", currency),
    )


def _charge(reason: str, net: Decimal, tax: TaxKey, account: str) -> DocumentLine:
    return DocumentLine(
        description=reason,
        quantity=Decimal(1),
        unit_price=net,
        net=net,
        category=tax.category,
        tax_rate=tax.rate,
        account=account,
        is_charge=True,
    )


def _unit_price(line: Node, currency: str) -> Decimal:
    stated = line.required(f"{_PRICE}/ram:ChargeAmount")
    if stated.element.get("currencyID", currency).upper() != currency:
        raise UnreadableFile(stated.path, f"The price is not in the document's currency {currency}.")
    return stated.price_of_one(line.find(f"{_PRICE}/ram:BasisQuantity"))


def _tax_of(node: Node, path: str, sole_tax: TaxKey | None) -> TaxKey:
    stated = list(node.each(path))
    value_added = [found for found in stated if found.text("ram:TypeCode").upper() == "VAT"]
    return sole({_tax_key(found) for found in value_added or stated}, f"{node.path}/{path}", sole_tax)


def _tax_key(tax: Node) -> TaxKey:
    return tax_key(tax, "ram:CategoryCode", "ram:RateApplicablePercent")
