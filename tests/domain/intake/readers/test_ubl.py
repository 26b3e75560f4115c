"""UBL invoices and credit notes: what is found where, and how a refusal names its element."""

from datetime import date
from decimal import Decimal

import pytest

from dashboard.domain.intake.readers import read
from dashboard.vocabulary.documents import DocumentLine, Party, TaxSubtotal
from dashboard.vocabulary.records import Source
from tests.domain.intake.readers import INVOICE, invoice_with, read_one, refusal
from tests.samples import sample

D = Decimal


def test_an_invoice_is_read_whole() -> None:
    document = read_one(INVOICE)

    assert (document.source, document.place, document.number) == (Source.UBL, "/Invoice", "F-2026-0042")
    assert (document.type_code, document.is_credit, document.stated_direction) == ("380", False, None)
    assert (document.issue_date, document.due_date) == (date(2026, 2, 10), date(2026, 3, 12))
    assert document.seller == Party(
        name="Granit & Söner AB",
        tax_ids=("SE555555000101", "5555550001"),
        country="SE",
        email="faktura@granit.example",
        street="Stengatan 4, Floor 2",
        city="Umeå",
        postcode="903 26",
    )
    assert document.buyer == Party(name="Nordlys AB", tax_ids=("5566778899",))
    assert (document.net, document.tax, document.rounding) == (D("245.00"), D("42.80"), D("0.20"))
    assert (document.total, document.prepaid, document.currency) == (D("288.00"), D("88.00"), "EUR")
    assert (document.order_reference, document.buyer_reference) == ("PO-314", "Storeroom")
    assert document.notes == ("Delivered to the back door.\nRing twice.", "30 days net")
    assert document.taxes == (
        TaxSubtotal("S", D(25), D(140), D(35)),
        TaxSubtotal("S", D(12), D(65), D("7.80")),
        TaxSubtotal("E", D(0), D(40), D(0)),
    )


def test_lines_come_first_and_charges_and_allowances_after_them() -> None:
    tile, coffee, stamps, freight, loyalty = read_one(INVOICE).lines

    assert tile == DocumentLine("Granite tile", D(10), D("12.5"), D(120), "S", D(25), "5410", "TILE-10", "C62")
    assert coffee == DocumentLine("Coffee", D(30), D("2.5"), D(75), "S", D(12), "4010", "7310000000017", "KGM")
    assert (stamps.category, stamps.tax_rate, stamps.account) == ("E", D(0), "4010")
    assert freight == DocumentLine("Freight", D(1), D(20), D(20), "S", D(25), "4010", is_charge=True)
    assert (loyalty.net, loyalty.unit_price, loyalty.is_charge) == (D(-10), D(-10), True)


def test_a_credit_note_is_read_under_any_prefixes() -> None:
    document = read_one(sample("ubl/credit_note.xml"))

    assert (document.place, document.type_code, document.is_credit) == ("/CreditNote", "381", True)
    assert (document.issue_date, document.due_date) == (date(2026, 2, 20), date(2026, 3, 22))
    assert (document.original_number, document.order_reference) == ("F-2026-0042", "SO-9")
    assert document.seller == Party(name="Granit", email="kredit@granit.example")
    assert document.buyer == Party(name="Ann Berg", tax_ids=("EL012345678",), country="GR")
    assert (document.total, document.lines[0].description) == (D(1250), "Returned tiles")


@pytest.mark.parametrize(
    ("code", "is_credit"),
    [("380", False), ("381", True), ("384", False), ("389", False), ("261", True), ("386", False)],
)
def test_the_type_code_of_an_invoice_says_whether_it_is_a_credit(code: str, is_credit: bool) -> None:
    document = read_one(invoice_with(">380<", f">{code}<"))

    assert (document.type_code, document.is_credit) == (code, is_credit)


def test_a_negative_invoice_stays_an_invoice_with_its_signs() -> None:
    credit = sample("ubl/credit_note.xml").decode().replace("CreditNote", "Invoice").replace("CreditedQ", "InvoicedQ")
    for figure in ("1000", "1250", "250"):
        credit = credit.replace(f">{figure}<", f">-{figure}<")

    document = read_one(credit.replace(">381<", ">380<"))

    assert (document.is_credit, document.total, document.lines[0].net) == (False, D(-1250), D(-1000))


def test_a_document_without_due_date_has_none() -> None:
    assert read_one(invoice_with("<cbc:DueDate>2026-03-12</cbc:DueDate>", "")).due_date is None


def test_utf16_with_its_mark_and_white_space_before_the_declaration_are_read() -> None:
    assert read(INVOICE.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16"), "a.xml")
    assert read(b"\n  " + INVOICE.encode(), "a.xml")


def test_a_document_that_states_no_tax_gets_its_breakdown_from_its_lines() -> None:
    text = sample("ubl/credit_note.xml").decode()
    start, end = text.index("  <a:TaxTotal>"), text.index("  <a:LegalMonetaryTotal>")
    untaxed = text[:start] + text[end:]
    untaxed = (
        untaxed.replace(">1250<", ">1000<").replace("<ID>S</ID>", "<ID>O</ID>").replace("<Percent>25</Percent>", "")
    )

    assert read_one(untaxed).taxes == (TaxSubtotal("O", D(0), D(1000), D(0)),)


def test_a_line_without_category_takes_the_only_one_of_the_document() -> None:
    text = sample("ubl/credit_note.xml").decode()
    start, end = text.index("      <a:ClassifiedTaxCategory>"), text.index("    </a:Item>")

    (line,) = read_one(text[:start] + text[end:]).lines

    assert (line.category, line.tax_rate) == ("S", D(25))


def test_the_total_in_the_tax_currency_stays_out_even_with_a_breakdown() -> None:
    start, end = INVOICE.index("    <cac:TaxSubtotal>"), INVOICE.index("    <cac:TaxSubtotal>", INVOICE.index("140.00"))
    in_tax_currency = INVOICE[start:end].replace("EUR", "SEK")
    after = '<cbc:TaxAmount currencyID="SEK">480.00</cbc:TaxAmount>\n'

    assert read_one(invoice_with(after, after + in_tax_currency)) == read_one(INVOICE)


def test_two_taxes_on_one_line_are_refused() -> None:
    start, end = INVOICE.index("      <cac:ClassifiedTaxCategory>"), INVOICE.index("    </cac:Item>")
    second = INVOICE[start:end].replace(">25<", ">6<")

    refused = refusal(INVOICE[:end] + second + INVOICE[end:])

    assert refused.place == "/Invoice/cac:InvoiceLine[1]/cac:Item/cac:ClassifiedTaxCategory"
    assert refused.reason.startswith("More than one tax")


def test_a_vat_number_comes_before_other_tax_numbers() -> None:
    seller = read_one(invoice_with("Godkänd för F-skatt", "201/113/40209")).seller

    assert seller.tax_ids == ("SE555555000101", "201/113/40209", "5555550001")
    assert seller.tax_id == "SE555555000101"


@pytest.mark.parametrize(("scheme", "tax_ids"), [("0007", ("5555550001",)), ("0088", ()), ("EM", ())])
def test_an_electronic_address_is_a_tax_id_only_where_it_is_a_company_number(
    scheme: str, tax_ids: tuple[str, ...]
) -> None:
    address = '"EM">kredit@granit.example<'
    assert address in sample("ubl/credit_note.xml").decode()

    document = read_one(sample("ubl/credit_note.xml").decode().replace(address, f'"{scheme}">5555550001<'))

    assert document.seller.tax_ids == tax_ids


@pytest.mark.parametrize(
    ("element", "place"),
    [
        ("<cbc:IssueDate>2026-02-10</cbc:IssueDate>", "/Invoice/cbc:IssueDate"),
        ("<cbc:ID>F-2026-0042</cbc:ID>", "/Invoice/cbc:ID"),
        ("<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>", "/Invoice/cbc:DocumentCurrencyCode"),
        (
            "<cbc:RegistrationName>Nordlys AB</cbc:RegistrationName>",
            "/Invoice/cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName",
        ),
        (
            '<cbc:PayableAmount currencyID="EUR">200.00</cbc:PayableAmount>',
            "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
        ),
        (
            '<cbc:LineExtensionAmount currencyID="EUR">75.00</cbc:LineExtensionAmount>',
            "/Invoice/cac:InvoiceLine[2]/cbc:LineExtensionAmount",
        ),
        (
            '<cbc:PriceAmount currencyID="EUR">40.00</cbc:PriceAmount>',
            "/Invoice/cac:InvoiceLine[3]/cac:Price/cbc:PriceAmount",
        ),
    ],
)
def test_a_missing_element_is_named_by_its_path(element: str, place: str) -> None:
    refused = refusal(invoice_with(element, ""))

    assert (refused.place, refused.reason) == (place, "This element is missing or empty.")


@pytest.mark.parametrize("party", ["Supplier", "Customer"])
def test_a_missing_party_is_named_by_its_path(party: str) -> None:
    start, end = f"<cac:Accounting{party}Party>", f"</cac:Accounting{party}Party>"
    without = INVOICE[: INVOICE.index(start)] + INVOICE[INVOICE.index(end) + len(end) :]

    assert refusal(without).place.startswith(f"/Invoice/cac:Accounting{party}Party/cac:Party")


@pytest.mark.parametrize(
    "figure", ["1e99999", "NaN", "Infinity", "-inf", "1,234.00", "12,50", "", "٣", "1" * 41, "0x10", "1_000"]
)
def test_what_is_no_plain_decimal_is_no_amount(figure: str) -> None:
    refused = refusal(invoice_with(">245.00<", f">{figure}<"))

    assert refused.place == "/Invoice/cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount"


@pytest.mark.parametrize(
    ("figure", "why"), [("245.00001", "more than 4 decimals"), ("1" * 20, "larger than any amount")]
)
def test_an_amount_that_cannot_be_kept_exactly_is_refused(figure: str, why: str) -> None:
    assert why in refusal(invoice_with(">245.00<", f">{figure}<")).reason


@pytest.mark.parametrize("figure", ["245", "+245.0", "245.", "245.000000", " 245.00\n"])
def test_an_amount_may_be_written_as_xml_schema_allows(figure: str) -> None:
    assert read_one(invoice_with(">245.00<", f">{figure}<")).net == D(245)


@pytest.mark.parametrize("day", ["2026-02-30", "10.02.2026", "2026-2-10", "0026-02-10", "9999-01-01", "yesterday"])
def test_what_is_no_date_is_refused_at_its_element(day: str) -> None:
    assert refusal(invoice_with(">2026-02-10<", f">{day}<")).place == "/Invoice/cbc:IssueDate"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (">EUR<", ">EURO<", "not an ISO 4217 currency code"),
        (">EUR<", ">XXX<", "not an ISO 4217 currency code"),
        (">SE<", ">Sweden<", "not a two-letter country code"),
        (">E<", ">QQ<", "not a tax category"),
        ('currencyID="EUR">245.00', 'currencyID="USD">245.00', "in USD, but the document is in EUR"),
        (">true<", ">yes<", "neither true nor false"),
        (">380<", ">325<", "pro forma"),
        ("<cbc:Percent>0</cbc:Percent>", "<cbc:Percent>6</cbc:Percent>", "has a rate of 0 %"),
        ("<cbc:Percent>25.00</cbc:Percent>", "<cbc:Percent>250</cbc:Percent>", "outside 0 to 100"),
        ('unitCode="KGM">4<', 'unitCode="KGM">0<', "A price for 0 units"),
        (">F-2026-0042<", f">{'9' * 256}<", "longer than the 255"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_the_reason(old: str, new: str, why: str) -> None:
    assert why in refusal(invoice_with(old, new)).reason


def test_tax_without_a_breakdown_is_refused() -> None:
    start, end = (
        INVOICE.index("    <cac:TaxSubtotal>"),
        INVOICE.rindex("</cac:TaxSubtotal>") + len("</cac:TaxSubtotal>"),
    )

    refused = refusal(INVOICE[:start] + INVOICE[end:])

    assert refused.place.startswith("/Invoice/cac:")


@pytest.mark.parametrize(
    ("root", "what"),
    [
        ('<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>', "a UBL Order"),
        ("<Invoice/>", "Invoice without a namespace"),
        ('<Invoice xmlns="urn:elsewhere"/>', "Invoice in the namespace “urn:elsewhere”"),
        ('<p:FatturaElettronica xmlns:p="urn:f"/>', "FatturaElettronica in the namespace “urn:f”"),
        ('<CrossIndustryDocument xmlns="urn:ferd:CrossIndustryDocument:invoice:1p0"/>', "a ZUGFeRD 1.0 invoice"),
        ("<rss/>", "XML of another kind (its root is rss)"),
    ],
)
def test_other_xml_is_refused_by_its_own_name(root: str, what: str) -> None:
    assert what in refusal(root).reason
