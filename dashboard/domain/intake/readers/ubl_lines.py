"""Lines, document-level charges and allowances, and tax subtotals of UBL documents."""

from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.intake.readers import codes, figures
from dashboard.domain.intake.readers.ubl_node import Node
from dashboard.vocabulary.documents import DocumentLine, TaxSubtotal, UnreadableFile

_LINE_TAX = ("cac:Item/cac:ClassifiedTaxCategory", "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory")


@dataclass(frozen=True)
class TaxKey:
    category: str
    rate: Decimal


def read_line(line: Node, quantity_name: str, currency: str, account: str, sole_tax: TaxKey | None) -> DocumentLine:
    """`account` and `sole_tax` are the document's own, for lines without. Line allowances are inside the net."""
    quantity = line.required(quantity_name)
    tax = _tax_of(line, _LINE_TAX, sole_tax)
    return DocumentLine(
        description=line.text("cac:Item/cbc:Name", 4000)
        or line.text("cac:Item/cbc:Description", 4000)
        or line.required("cac:Item/cbc:Name").words,
        quantity=quantity.as_price(),
        unit_price=_unit_price(line, currency),
        net=line.amount("cbc:LineExtensionAmount", currency),
        category=tax.category,
        tax_rate=tax.rate,
        account=line.text("cbc:AccountingCost") or account,
        sku=line.text("cac:Item/cac:SellersItemIdentification/cbc:ID", 100)
        or line.text("cac:Item/cac:StandardItemIdentification/cbc:ID", 100),
        unit=(quantity.element.get("unitCode") or "")[:20],
    )


def read_charge(charge: Node, currency: str, account: str, sole_tax: TaxKey | None) -> DocumentLine:
    """A document-level charge, or an allowance with its amount below nought."""
    is_charge = charge.flag("cbc:ChargeIndicator")
    stated = charge.amount("cbc:Amount", currency)
    net = stated if is_charge else 0 - stated
    tax = _tax_of(charge, ("cac:TaxCategory",), sole_tax)
    return DocumentLine(
        description=charge.text("cbc:AllowanceChargeReason", 4000) or ("Charge" if is_charge else "Allowance"),
        quantity=Decimal(1),
        unit_price=net,
        net=net,
        category=tax.category,
        tax_rate=tax.rate,
        account=charge.text("cbc:AccountingCost") or account,
        is_charge=True,
    )


def read_subtotal(subtotal: Node, currency: str) -> TaxSubtotal:
    category = subtotal.find("cac:TaxCategory")
    if category is None:
        raise UnreadableFile(f"{subtotal.path}/cac:TaxCategory", "This element is missing or empty.")
    tax = _tax_key(category, subtotal.find("cbc:Percent"))
    return TaxSubtotal(
        category=tax.category,
        rate=tax.rate,
        taxable=subtotal.amount("cbc:TaxableAmount", currency),
        tax=subtotal.amount("cbc:TaxAmount", currency),
    )


def _unit_price(line: Node, currency: str) -> Decimal:
    """The price of one unit. A price for 3 or 7 units may have no exact unit price; ten decimals are kept of it."""
    stated = line.required("cac:Price/cbc:PriceAmount")
    if stated.element.get("currencyID", currency).upper() != currency:
        raise UnreadableFile(stated.path, f"The price is not in the document's currency {currency}.")
    base = line.find("cac:Price/cbc:BaseQuantity")
    if base is None or not base.words:
        return stated.as_price()
    units = base.as_price()
    if units <= 0:
        raise UnreadableFile(base.path, f"A price for {units:f} units cannot be.")
    return stated.as_price() if units == 1 else stated.read(lambda _: figures.unit_price(stated.as_price(), units))


def _tax_of(node: Node, places: tuple[str, ...], sole_tax: TaxKey | None) -> TaxKey:
    for place in places:
        stated = list(node.each(place))
        value_added = [found for found in stated if found.text("cac:TaxScheme/cbc:ID").upper() == "VAT"]
        taxes = {_tax_key(found) for found in value_added or stated}
        if len(taxes) > 1:
            raise UnreadableFile(f"{node.path}/{place}", "More than one tax applies here; tieout keeps one per line.")
        if taxes:
            return taxes.pop()
    if sole_tax is not None:
        return sole_tax
    raise UnreadableFile(f"{node.path}/{places[0]}", "This element is missing or empty.", "Ask the sender to state it.")


def _tax_key(category: Node, fallback: Node | None = None) -> TaxKey:
    code_at = category.required("cbc:ID")
    code = code_at.read(codes.category)
    percent = category.find("cbc:Percent") or fallback
    if percent is None or not percent.words:
        if code not in codes.UNTAXED:
            category.required("cbc:Percent")
        return TaxKey(code, Decimal(0))

    def reading(words: str) -> Decimal:
        rate = figures.rate(figures.plain_decimal(words))
        codes.check_rate(code, rate)
        return rate

    return TaxKey(code, percent.read(reading))
