"""UBL 2 invoices and credit notes (Peppol BIS 3, EN 16931, XRechnung and other customizations) into documents.

https://docs.peppol.eu/poacc/billing/3.0/ and https://docs.oasis-open.org/ubl/UBL-2.1.html
"""

from dataclasses import dataclass
from decimal import Decimal
from xml.etree.ElementTree import Element

from dashboard.domain.intake.readers import codes
from dashboard.domain.intake.readers.totals import check_totals, require_agreement
from dashboard.domain.intake.readers.ubl_lines import TaxKey, read_charge, read_line, read_subtotal
from dashboard.domain.intake.readers.ubl_node import Node
from dashboard.domain.intake.readers.ubl_party import read_party
from dashboard.domain.intake.readers.xml_tree import parse
from dashboard.vocabulary.documents import Document, DocumentLine, TaxSubtotal, UnreadableFile
from dashboard.vocabulary.records import Source

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_TOTALS = "cac:LegalMonetaryTotal/cbc:"


@dataclass(frozen=True)
class _Form:
    """What an invoice and a credit note call the same things."""

    type_code: str
    usual_type: str
    line: str
    quantity: str


_FORMS = {
    "Invoice": _Form("cbc:InvoiceTypeCode", "380", "cac:InvoiceLine", "cbc:InvoicedQuantity"),
    "CreditNote": _Form("cbc:CreditNoteTypeCode", "381", "cac:CreditNoteLine", "cbc:CreditedQuantity"),
}
_OTHER_ROOTS = {
    "CrossIndustryInvoice": "a UN/CEFACT CII invoice",
    "FatturaElettronica": "an Italian FatturaPA invoice",
    "Facturae": "a Spanish Facturae invoice",
    "StandardBusinessDocument": "a Peppol envelope (SBD)",
}


def read_ubl(content: bytes) -> Document:
    """Raises UnreadableFile for any other XML, and for a document that is broken or contradicts itself."""
    root = parse(content.lstrip())
    name, form = _form(root)
    document = Node(root, f"/{name}")
    type_code = document.text(form.type_code, 10) or form.usual_type
    if type_code == codes.PRO_FORMA:
        raise UnreadableFile(
            f"{document.path}/{form.type_code}", "A pro forma invoice is not booked.", "Take in the final invoice."
        )
    currency = document.required("cbc:DocumentCurrencyCode").read(codes.currency)
    taxes = _subtotals(document, currency)
    lines = _lines(document, form, currency, taxes)
    found = Document(
        source=Source.UBL,
        place=document.path,
        number=document.required("cbc:ID").read(codes.one_line),
        type_code=type_code,
        is_credit=name == "CreditNote" or type_code in codes.CREDIT_TYPES,
        issue_date=document.required("cbc:IssueDate").as_date(),
        due_date=document.date("cbc:DueDate")
        or document.date("cac:PaymentMeans/cbc:PaymentDueDate")
        or document.date("cac:PaymentTerms/cbc:PaymentDueDate"),
        currency=currency,
        seller=read_party(document, "cac:AccountingSupplierParty"),
        buyer=read_party(document, "cac:AccountingCustomerParty"),
        lines=lines,
        taxes=taxes or _untaxed(lines),
        net=document.amount(_TOTALS + "TaxExclusiveAmount", currency),
        tax=_tax(document, currency, taxes),
        rounding=_money(document, "PayableRoundingAmount", currency),
        total=document.amount(_TOTALS + "TaxInclusiveAmount", currency)
        + _money(document, "PayableRoundingAmount", currency),
        prepaid=_money(document, "PrepaidAmount", currency),
        order_reference=_order_reference(document),
        buyer_reference=document.text("cbc:BuyerReference"),
        original_number=document.text("cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID")
        or document.text("cac:BillingReference/cac:CreditNoteDocumentReference/cbc:ID"),
        notes=_notes(document),
    )
    check_totals(found)
    _check_stated_sums(document, found)
    return found


def _form(root: Element) -> tuple[str, _Form]:
    namespace, _, name = root.tag.rpartition("}")
    namespace = namespace.removeprefix("{")
    if name in _FORMS and namespace == f"{_UBL}{name}-2":
        return name, _FORMS[name]
    if name in _FORMS:
        what = f"{name} in the namespace “{namespace[:100]}”" if namespace else f"{name} without a namespace"
    elif name in _OTHER_ROOTS:
        what = _OTHER_ROOTS[name]
    else:
        what = f"a UBL {name[:60]}" if namespace.startswith(_UBL) else f"XML of another kind (its root is {name[:60]})"
    raise UnreadableFile(f"/{name[:60]}", f"This is {what}; tieout reads UBL invoices, UBL credit notes and CSV.")


def _subtotals(document: Node, currency: str) -> tuple[TaxSubtotal, ...]:
    """The breakdown in the document's currency; the total in the tax currency, which has none, stays out."""
    return tuple(
        read_subtotal(subtotal, currency)
        for total in _tax_totals(document, currency)
        for subtotal in total.children("cac:TaxSubtotal")
    )


def _tax_totals(document: Node, currency: str) -> list[Node]:
    own = [
        total
        for total in document.children("cac:TaxTotal")
        if total.required("cbc:TaxAmount").element.get("currencyID", currency).upper() == currency
    ]
    # Where tax currency and document currency are the same, a second total repeats the first without a breakdown.
    return [total for total in own if total.find("cac:TaxSubtotal")] or own[:1]


def _tax(document: Node, currency: str, taxes: tuple[TaxSubtotal, ...]) -> Decimal:
    totals = _tax_totals(document, currency)
    tax = sum((total.amount("cbc:TaxAmount", currency) for total in totals), Decimal(0))
    if tax and not taxes:
        raise UnreadableFile(f"{totals[0].path}/cac:TaxSubtotal", "The tax is not broken down by category and rate.")
    return tax


def _untaxed(lines: tuple[DocumentLine, ...]) -> tuple[TaxSubtotal, ...]:
    """The breakdown of a document that states no tax at all, so that it is checked and compared like any other."""
    nets: dict[tuple[str, Decimal], Decimal] = {}
    for line in lines:
        key = (line.category, line.tax_rate)
        nets[key] = nets.get(key, Decimal(0)) + line.net
    return tuple(TaxSubtotal(category, rate, net, Decimal(0)) for (category, rate), net in nets.items())


def _lines(document: Node, form: _Form, currency: str, taxes: tuple[TaxSubtotal, ...]) -> tuple[DocumentLine, ...]:
    account = document.text("cbc:AccountingCost")
    keys = {TaxKey(subtotal.category, subtotal.rate) for subtotal in taxes}
    sole_tax = keys.pop() if len(keys) == 1 else None
    lines = document.children(form.line)
    if not lines:
        raise UnreadableFile(f"{document.path}/{form.line}", "The document has no lines.")
    return tuple(read_line(line, form.quantity, currency, account, sole_tax) for line in lines) + tuple(
        read_charge(charge, currency, account, sole_tax) for charge in document.children("cac:AllowanceCharge")
    )


def _money(document: Node, name: str, currency: str) -> Decimal:
    return document.optional_amount(_TOTALS + name, currency) or Decimal(0)


def _order_reference(document: Node) -> str:
    """UBL makes the purchase order's id mandatory beside a sales order's; Peppol has senders without one write NA."""
    stated = document.text("cac:OrderReference/cbc:ID")
    return document.text("cac:OrderReference/cbc:SalesOrderID") if stated.upper() in ("", "NA", "N/A") else stated


def _notes(document: Node) -> tuple[str, ...]:
    """The document's notes, then its payment terms, as the sender wrote them."""
    nodes = [*document.each("cbc:Note"), *document.each("cac:PaymentTerms/cbc:Note")]
    return tuple(node.read(codes.prose) for node in nodes if node.words)


def _check_stated_sums(document: Node, found: Document) -> None:
    """Sums that UBL states and the document's shape does not carry."""

    def check(name: str, stated_as: str, stated: Decimal, computed_as: str, computed: Decimal, amounts: int) -> None:
        place = f"{document.path}/{_TOTALS}{name}"
        require_agreement(found, place, stated_as, stated, computed_as, computed, amounts)

    lines = [line.net for line in found.lines if not line.is_charge]
    charges = [line.net for line in found.lines if line.is_charge]
    stated_lines = document.optional_amount(_TOTALS + "LineExtensionAmount", found.currency)
    if stated_lines is not None:
        line_sum = sum(lines, Decimal(0))
        check("LineExtensionAmount", "the sum of the lines", stated_lines, "they add up to", line_sum, len(lines))
    # Charges and allowances cannot be told apart by their lines: in a negative invoice a charge is below nought too.
    more = document.optional_amount(_TOTALS + "ChargeTotalAmount", found.currency)
    less = document.optional_amount(_TOTALS + "AllowanceTotalAmount", found.currency)
    if more is not None or less is not None:
        stated = (more or Decimal(0)) - (less or Decimal(0))
        charge_sum = sum(charges, Decimal(0))
        check("ChargeTotalAmount", "charges less allowances", stated, "they add up to", charge_sum, len(charges))
    payable = document.amount(_TOTALS + "PayableAmount", found.currency)
    due = found.total - found.prepaid
    check("PayableAmount", "the amount due", payable, "the total less what is prepaid is", due, 2)
