"""UBL 2 invoices and credit notes (Peppol BIS 3, EN 16931, XRechnung and other customizations) into documents.

https://docs.peppol.eu/poacc/billing/3.0/ and https://docs.oasis-open.org/ubl/UBL-2.1.html
"""

from dataclasses import dataclass
from decimal import Decimal
from xml.etree.ElementTree import Element

from dashboard.domain.intake.readers import codes
from dashboard.domain.intake.readers.tax_breakdown import only_tax, untaxed
from dashboard.domain.intake.readers.totals import StatedSums, check_sums, check_totals
from dashboard.domain.intake.readers.ubl_lines import read_charge, read_line, read_subtotal
from dashboard.domain.intake.readers.ubl_party import read_party
from dashboard.domain.intake.readers.xml_node import Node
from dashboard.vocabulary.documents import Document, DocumentLine, TaxSubtotal, UnreadableFile
from dashboard.vocabulary.records import Source

NAMESPACE = "urn:oasis:names:specification:ubl:schema:xsd:"
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
ROOTS = frozenset(f"{{{NAMESPACE}{name}-2}}{name}" for name in _FORMS)


def read_ubl(root: Element) -> Document:
    """`root` is one of ROOTS. Raises UnreadableFile for a document that is incomplete or contradicts itself."""
    name = root.tag.rpartition("}")[2]
    document, form = Node(root, f"/{name}"), _FORMS[name]
    type_code = document.text(form.type_code, 10) or form.usual_type
    for stated in document.each(form.type_code):
        stated.read(codes.refuse_pro_forma)
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
        taxes=taxes or untaxed(lines),
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
    check_sums(
        found,
        StatedSums(
            lines=document.optional_amount(_TOTALS + "LineExtensionAmount", currency),
            charges=document.optional_amount(_TOTALS + "ChargeTotalAmount", currency),
            allowances=document.optional_amount(_TOTALS + "AllowanceTotalAmount", currency),
            due=document.amount(_TOTALS + "PayableAmount", currency),
        ),
    )
    return found


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


def _lines(document: Node, form: _Form, currency: str, taxes: tuple[TaxSubtotal, ...]) -> tuple[DocumentLine, ...]:
    account = document.text("cbc:AccountingCost")
    sole_tax = only_tax(taxes)
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
