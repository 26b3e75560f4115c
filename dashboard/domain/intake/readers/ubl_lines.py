"""Lines, document-level charges and allowances, and tax subtotals of UBL documents."""

from decimal import Decimal

from dashboard.domain.intake.readers import codes
from dashboard.domain.intake.readers.tax_breakdown import TaxKey, sole, tax_key
from dashboard.domain.intake.readers.xml_node import Node
from dashboard.vocabulary.documents import DocumentLine, TaxSubtotal, UnreadableFile

_LINE_TAX = ("cac:Item/cac:ClassifiedTaxCategory", "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory")


def read_line(line: Node, quantity_name: str, currency: str, account: str, sole_tax: TaxKey | None) -> DocumentLine:
    """`account` and `sole_tax` are the document's own, for lines without. Line allowances are inside the net."""
    quantity = line.required(quantity_name)
    tax = _tax_of(line, _LINE_TAX, sole_tax)
    description = line.text("cac:Item/cbc:Name", 4000) or line.text("cac:Item/cbc:Description", 4000)
    return DocumentLine(
        description=codes.with_period(
            description or line.required("cac:Item/cbc:Name").words,
            line.date("cac:InvoicePeriod/cbc:StartDate"),
            line.date("cac:InvoicePeriod/cbc:EndDate"),
        ),
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
    return stated.price_of_one(line.find("cac:Price/cbc:BaseQuantity"))


def _tax_of(node: Node, places: tuple[str, ...], sole_tax: TaxKey | None) -> TaxKey:
    for place in places:
        stated = list(node.each(place))
        value_added = [found for found in stated if found.text("cac:TaxScheme/cbc:ID").upper() == "VAT"]
        if taxes := {_tax_key(found) for found in value_added or stated}:
            return sole(taxes, f"{node.path}/{place}", None)
    return sole(set(), f"{node.path}/{places[0]}", sole_tax)


def _tax_key(category: Node, fallback: Node | None = None) -> TaxKey:
    return tax_key(category, "cbc:ID", "cbc:Percent", fallback)
