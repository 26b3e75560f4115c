"""UN/CEFACT Cross Industry Invoices, D16B (XRechnung, Factur-X and ZUGFeRD 2 in all profiles) into documents.

https://unece.org/trade/uncefact/xml-schemas and https://fnfe-mpe.org/factur-x/factur-x_en/
"""

from datetime import date
from xml.etree.ElementTree import Element

from dashboard.domain.intake.readers import codes
from dashboard.domain.intake.readers.cii_dates import last_day_at, required_day_at
from dashboard.domain.intake.readers.cii_lines import counted_lines, read_charges, read_line, read_subtotal
from dashboard.domain.intake.readers.cii_party import read_party
from dashboard.domain.intake.readers.cii_sums import read_sums
from dashboard.domain.intake.readers.refused import Refused
from dashboard.domain.intake.readers.tax_breakdown import lines_of, not_broken_down, only_tax, untaxed
from dashboard.domain.intake.readers.totals import StatedSums, check_sums, check_totals
from dashboard.domain.intake.readers.xml_node import Node
from dashboard.vocabulary.documents import Document, DocumentLine, TaxSubtotal, UnreadableFile
from dashboard.vocabulary.records import Source

ROOT = "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice"
_CONTEXT = "rsm:ExchangedDocumentContext"
_WITHOUT_LINES = ("minimum", "basicwl")
_TOTALS_ALONE = "The file states its totals alone (profile MINIMUM), neither lines nor tax categories."


def read_cii(root: Element) -> Document:
    """`root` is ROOT. Raises UnreadableFile for a document that is incomplete or contradicts itself."""
    document = Node(root, "/CrossIndustryInvoice")
    header = document.part("rsm:ExchangedDocument")
    trade = document.part("rsm:SupplyChainTradeTransaction")
    agreement = trade.part("ram:ApplicableHeaderTradeAgreement")
    settlement = trade.part("ram:ApplicableHeaderTradeSettlement")
    for stated in (*header.each("ram:TypeCode"), *document.each(f"{_CONTEXT}/ram:TestIndicator/udt:Indicator")):
        stated.read(_refuse_unbooked)
    type_code = header.text("ram:TypeCode", 10) or "380"
    currency = settlement.required("ram:InvoiceCurrencyCode").read(codes.currency)
    taxes = tuple(read_subtotal(tax, currency) for tax in settlement.children("ram:ApplicableTradeTax"))
    sums = read_sums(settlement, currency, taxes)
    states_totals_alone = not taxes and _profile(document) == "minimum"
    if states_totals_alone:
        taxes = sums.tax_at.read(lambda _: not_broken_down(sums.net, sums.tax))
    lines = _lines(document, trade, settlement, currency, taxes)
    found = Document(
        source=Source.CII,
        place=document.path,
        number=header.required("ram:ID").read(codes.one_line),
        type_code=type_code,
        is_credit=type_code in codes.CREDIT_TYPES,
        issue_date=required_day_at(header, "ram:IssueDateTime"),
        due_date=min(filter(None, _due_dates(settlement)), default=None),
        currency=currency,
        seller=read_party(agreement, "ram:SellerTradeParty"),
        buyer=read_party(agreement, "ram:BuyerTradeParty"),
        lines=lines,
        taxes=taxes or untaxed(lines),
        net=sums.net,
        tax=sums.tax,
        rounding=sums.rounding,
        total=sums.total,
        # MINIMUM has no place for what is prepaid, and its amount due is less by it.
        prepaid=sums.total - sums.due if states_totals_alone else sums.prepaid,
        order_reference=agreement.text("ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID")
        or agreement.text("ram:SellerOrderReferencedDocument/ram:IssuerAssignedID"),
        buyer_reference=agreement.text("ram:BuyerReference"),
        original_number=settlement.text("ram:InvoiceReferencedDocument/ram:IssuerAssignedID"),
        notes=_notes(header, settlement) + ((_TOTALS_ALONE,) if states_totals_alone else ()),
    )
    check_totals(found)
    check_sums(found, StatedSums(sums.lines, sums.charges, sums.allowances, sums.due))
    return found


def _refuse_unbooked(words: str) -> None:
    """A type code, or whether the document is a test."""
    codes.refuse_pro_forma(words)
    if words in ("true", "1"):
        raise Refused("The document is marked as a test, which is not booked.", "Ask the sender for the real one.")


def _profile(document: Node) -> str:
    """The last word of the guideline: minimum, basicwl, basic, extended, …; of EN 16931 itself "2017"."""
    guideline = document.text(f"{_CONTEXT}/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID").lower()
    return guideline.replace("#", ":").rpartition(":")[2].replace(" ", "").replace("_", "").replace("-", "")


def _lines(
    document: Node, trade: Node, settlement: Node, currency: str, taxes: tuple[TaxSubtotal, ...]
) -> tuple[DocumentLine, ...]:
    account = settlement.text("ram:ReceivableSpecifiedTradeAccountingAccount/ram:ID")
    sole_tax = only_tax(taxes)
    charges = tuple(read_charges(settlement, currency, account, sole_tax))
    lines = tuple(read_line(line, currency, account, sole_tax) for line in counted_lines(trade))
    if not lines and _profile(document) not in _WITHOUT_LINES:
        raise UnreadableFile(
            f"{trade.path}/ram:IncludedSupplyChainTradeLineItem",
            "The document has no lines, which only the profiles MINIMUM and BASIC WL leave out.",
            "Ask the sender for the document with its lines.",
        )
    if not lines and not taxes:
        raise UnreadableFile(f"{settlement.path}/ram:ApplicableTradeTax", "This element is missing or empty.")
    return (lines or lines_of(taxes, charges, account)) + charges


def _due_dates(settlement: Node) -> list[date | None]:
    """One for each part that is paid apart; the first is when money is due."""
    terms = settlement.children("ram:SpecifiedTradePaymentTerms")
    return [last_day_at(each, "ram:DueDateDateTime") for each in terms]


def _notes(header: Node, settlement: Node) -> tuple[str, ...]:
    """The document's notes, its payment terms and why parts of it are free of tax, as the sender wrote them."""
    nodes = [
        *header.each("ram:IncludedNote/ram:Content"),
        *settlement.each("ram:SpecifiedTradePaymentTerms/ram:Description"),
        *settlement.each("ram:ApplicableTradeTax/ram:ExemptionReason"),
    ]
    return tuple(dict.fromkeys(node.read(codes.prose) for node in nodes if node.words))
