"""The demo's files: UBL invoices and credit notes, and CSV tables, written as a shop or a supplier would send them."""

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from xml.sax.saxutils import escape

from jobs.demo.companies import Article, Company

CENT = Decimal("0.01")
_HEADINGS = (
    "type number issue_date due_date currency seller_name seller_tax_id seller_country buyer_name buyer_tax_id "
    "buyer_country description quantity unit_price tax_category tax_rate account"
)


@dataclass(frozen=True)
class Sold:
    article: Article
    quantity: int

    @property
    def net(self) -> Decimal:
        return (self.article.price * self.quantity).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Paper:
    """One document. `category` is the tax category of all its lines; a rate of 0 goes with any but S.

    `to_whole_units` rounds what is to be paid, as some suppliers do.
    """

    number: str
    seller: Company
    buyer: Company
    issued_on: date
    due_on: date
    currency: str
    lines: tuple[Sold, ...]
    category: str = "S"
    is_credit: bool = False
    to_whole_units: bool = False

    def rate(self, line: Sold) -> Decimal:
        return line.article.rate if self.category == "S" else Decimal(0)

    @property
    def nets(self) -> dict[Decimal, Decimal]:
        """The net of each tax rate."""
        nets: dict[Decimal, Decimal] = defaultdict(Decimal)
        for line in self.lines:
            nets[self.rate(line)] += line.net
        return dict(nets)

    @property
    def taxes(self) -> dict[Decimal, Decimal]:
        return {rate: (net * rate / 100).quantize(CENT, ROUND_HALF_UP) for rate, net in self.nets.items()}

    @property
    def net(self) -> Decimal:
        return sum(self.nets.values(), Decimal(0))

    @property
    def tax(self) -> Decimal:
        return sum(self.taxes.values(), Decimal(0))


def ubl(paper: Paper) -> bytes:
    """The paper as UBL 2.1, https://docs.peppol.eu/poacc/billing/3.0/."""
    root = "CreditNote" if paper.is_credit else "Invoice"
    code, type_code = ("CreditNoteTypeCode", 381) if paper.is_credit else ("InvoiceTypeCode", 380)
    due = "" if paper.is_credit else f"<cbc:DueDate>{paper.due_on}</cbc:DueDate>"
    subtotals = "".join(_subtotal(paper, rate, net) for rate, net in paper.nets.items())
    lines = "".join(_line(paper, root, position, line) for position, line in enumerate(paper.lines, start=1))
    total = paper.net + paper.tax
    payable = total.quantize(Decimal(1), ROUND_HALF_UP) if paper.to_whole_units else total
    rounding = _money("PayableRoundingAmount", payable - total, paper) if payable != total else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>
<cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>
<cbc:ID>{escape(paper.number)}</cbc:ID><cbc:IssueDate>{paper.issued_on}</cbc:IssueDate>{due}
<cbc:{code}>{type_code}</cbc:{code}><cbc:DocumentCurrencyCode>{paper.currency}</cbc:DocumentCurrencyCode>
<cac:AccountingSupplierParty>{_party(paper.seller)}</cac:AccountingSupplierParty>
<cac:AccountingCustomerParty>{_party(paper.buyer)}</cac:AccountingCustomerParty>
<cac:TaxTotal>{_money("TaxAmount", paper.tax, paper)}{subtotals}</cac:TaxTotal>
<cac:LegalMonetaryTotal>
{_money("LineExtensionAmount", paper.net, paper)}{_money("TaxExclusiveAmount", paper.net, paper)}
{_money("TaxInclusiveAmount", total, paper)}{rounding}{_money("PayableAmount", payable, paper)}</cac:LegalMonetaryTotal>
{lines}</{root}>
""".encode()


def table(papers: Sequence[Paper], kind: str) -> bytes:
    """The papers as one CSV file with the columns of the template; `kind` is invoice, bill or credit note."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADINGS.split())
    for paper in papers:
        for line in paper.lines:
            writer.writerow(
                [
                    kind,
                    paper.number,
                    paper.issued_on,
                    paper.due_on,
                    paper.currency,
                    paper.seller.name,
                    paper.seller.tax_id,
                    paper.seller.country,
                    paper.buyer.name,
                    paper.buyer.tax_id,
                    paper.buyer.country,
                    line.article.name,
                    line.quantity,
                    line.article.price,
                    paper.category,
                    paper.rate(line),
                    line.article.account,
                ]
            )
    return out.getvalue().encode()


def _money(name: str, amount: Decimal, paper: Paper) -> str:
    return f'<cbc:{name} currencyID="{paper.currency}">{amount}</cbc:{name}>'


def _party(company: Company) -> str:
    name = escape(company.name)
    return (
        f"<cac:Party><cac:PartyName><cbc:Name>{name}</cbc:Name></cac:PartyName>"
        f"<cac:PostalAddress><cbc:CityName>{escape(company.city)}</cbc:CityName>"
        f"<cac:Country><cbc:IdentificationCode>{company.country}</cbc:IdentificationCode></cac:Country></cac:PostalAddress>"
        f"<cac:PartyTaxScheme><cbc:CompanyID>{company.tax_id}</cbc:CompanyID>"
        "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>"
        f"<cac:PartyLegalEntity><cbc:RegistrationName>{name}</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party>"
    )


def _category(paper: Paper, rate: Decimal, tag: str) -> str:
    return (
        f"<cac:{tag}><cbc:ID>{paper.category}</cbc:ID><cbc:Percent>{rate}</cbc:Percent>"
        f"<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:{tag}>"
    )


def _subtotal(paper: Paper, rate: Decimal, net: Decimal) -> str:
    return (
        f"<cac:TaxSubtotal>{_money('TaxableAmount', net, paper)}{_money('TaxAmount', paper.taxes[rate], paper)}"
        f"{_category(paper, rate, 'TaxCategory')}</cac:TaxSubtotal>"
    )


def _line(paper: Paper, root: str, position: int, line: Sold) -> str:
    quantity = "CreditedQuantity" if paper.is_credit else "InvoicedQuantity"
    cost = f"<cbc:AccountingCost>{line.article.account}</cbc:AccountingCost>" if line.article.account else ""
    return (
        f'<cac:{root}Line><cbc:ID>{position}</cbc:ID><cbc:{quantity} unitCode="C62">{line.quantity}</cbc:{quantity}>'
        f"{_money('LineExtensionAmount', line.net, paper)}{cost}"
        f"<cac:Item><cbc:Name>{escape(line.article.name)}</cbc:Name>"
        f"{_category(paper, paper.rate(line), 'ClassifiedTaxCategory')}</cac:Item>"
        f"<cac:Price>{_money('PriceAmount', line.article.price, paper)}</cac:Price></cac:{root}Line>"
    )
