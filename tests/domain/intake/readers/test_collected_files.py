"""Every collected invoice is read to the figures that stand in it, looked up here by other means."""

from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dashboard.domain.intake.identity import fingerprint
from dashboard.domain.intake.readers import read
from dashboard.vocabulary.documents import Document
from tests.domain.intake.readers import documents_or_refusal, refusal

COLLECTED = Path(__file__).parents[4].parent / "shared" / "inputs"
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"


def collected(*patterns: str) -> list[object]:
    files = sorted(path for pattern in patterns for path in COLLECTED.glob(pattern))
    missing = pytest.param(COLLECTED, marks=pytest.mark.skip(reason=f"the collected files are not at {COLLECTED}"))
    return [pytest.param(path, id=path.name) for path in files] or [missing]


def document_in(name: str) -> Document:
    path = COLLECTED / name
    if not path.exists():
        pytest.skip(f"{path} is missing")
    (document,) = read(path.read_bytes(), path.name)
    return document


@pytest.mark.parametrize("path", collected("peppol/*.xml", "en16931_ubl/*.xml", "xrechnung/*.ubl.xml"))
def test_a_collected_ubl_file_is_read_to_its_own_figures(path: Path) -> None:
    root = ElementTree.parse(path).getroot()  # noqa: S314 - a second opinion on files that are known
    totals = root.find(f"{CAC}LegalMonetaryTotal")
    assert totals is not None

    def stated(name: str) -> Decimal:
        return Decimal(totals.findtext(f"{CBC}{name}", "0"))

    (document,) = read(path.read_bytes(), path.name)

    assert document.number == root.findtext(f"{CBC}ID")
    assert document.issue_date.isoformat() == root.findtext(f"{CBC}IssueDate")
    assert document.currency == root.findtext(f"{CBC}DocumentCurrencyCode")
    assert document.net == stated("TaxExclusiveAmount")
    assert document.total == stated("TaxInclusiveAmount") + stated("PayableRoundingAmount")
    assert document.total - document.prepaid == stated("PayableAmount")
    assert document.tax == Decimal(root.findtext(f"{CAC}TaxTotal/{CBC}TaxAmount", "0"))
    assert document.is_credit == root.tag.endswith("}CreditNote")
    lines = root.findall(f"{CAC}InvoiceLine") + root.findall(f"{CAC}CreditNoteLine")
    charges = root.findall(f"{CAC}AllowanceCharge")
    assert [line.net for line in document.lines if not line.is_charge] == [
        Decimal(line.findtext(f"{CBC}LineExtensionAmount", "")) for line in lines
    ]
    assert len(document.lines) == len(lines) + len(charges)
    assert document.seller.name
    assert document.buyer.name


@pytest.mark.parametrize("path", collected("xrechnung/*.cii.xml", "en16931_cii/*.xml", "facturx/*.xml"))
def test_a_collected_cii_file_is_read_to_its_own_figures_or_refused_with_a_reason(path: Path) -> None:
    root = ElementTree.parse(path).getroot()  # noqa: S314 - a second opinion on files that are known

    def stated(name: str) -> str:
        return next((each.text or "" for each in root.iter(f"{RAM}{name}")), "0")

    result = documents_or_refusal(path.read_bytes())
    if not isinstance(result, list):
        assert result
        return
    (document,) = result

    assert document.issue_date.strftime("%Y%m%d") in ElementTree.tostring(root, "unicode")
    assert document.currency == stated("InvoiceCurrencyCode")
    assert document.net == Decimal(stated("TaxBasisTotalAmount"))
    assert document.tax == Decimal(stated("TaxTotalAmount"))
    assert document.total - document.prepaid == Decimal(stated("DuePayableAmount"))
    assert [line.net for line in document.lines if not line.is_charge] == [
        Decimal(line.findtext(f".//{RAM}SpecifiedTradeSettlementLineMonetarySummation/{RAM}LineTotalAmount", ""))
        for line in root.iter(f"{RAM}IncludedSupplyChainTradeLineItem")
    ]


@pytest.mark.parametrize("name", ["EN16931_Einfach", "EN16931_Innergemeinschaftliche_Lieferungen"])
def test_a_collected_invoice_is_the_same_in_both_syntaxes(name: str) -> None:
    ubl, cii = document_in(f"xrechnung/{name}.ubl.xml"), document_in(f"xrechnung/{name}.cii.xml")

    assert fingerprint(ubl) == fingerprint(cii)
    assert (ubl.number, ubl.issue_date, ubl.due_date, ubl.type_code) == (
        cii.number,
        cii.issue_date,
        cii.due_date,
        cii.type_code,
    )
    assert [line.description for line in ubl.lines] == [line.description for line in cii.lines]
    assert ubl.seller.tax_ids == cii.seller.tax_ids


def test_a_collected_pdf_states_the_same_invoice_as_the_xml_of_its_name() -> None:
    pdf, cii = document_in("facturx/zugferd_2p0_EN16931_Einfach.pdf"), document_in("xrechnung/EN16931_Einfach.cii.xml")

    assert (pdf.number, fingerprint(pdf)) == (cii.number, fingerprint(cii))


def test_collected_profiles_are_read_as_they_are() -> None:
    basic, minimum = document_in("facturx/Avoir_FR_type381_BASIC.pdf"), document_in("facturx/Facture_DOM_MINIMUM.pdf")

    assert (basic.is_credit, basic.total, len(basic.lines)) == (True, Decimal("233.47"), 2)
    assert (minimum.total, minimum.prepaid, len(minimum.lines)) == (Decimal("530.75"), Decimal(147), 1)


def test_the_collected_fattura_is_read_to_its_own_figures() -> None:
    document = document_in("fatturapa/IT01234567890_FPA02.xml")

    assert (document.number, document.net, document.tax, document.total) == (
        "123",
        25,
        Decimal("5.50"),
        Decimal("30.50"),
    )
    assert (document.seller.tax_id, document.buyer.tax_id) == ("IT01234567890", "09876543210")


@pytest.mark.parametrize("path", collected("sie/*", "shopify/*", "*_csv/*", "qbwc/*"))
def test_a_collected_file_of_another_kind_is_refused_with_a_reason(path: Path) -> None:
    assert refusal(path.read_bytes(), path.name).reason


def test_the_same_invoice_with_a_sales_order_added_has_the_same_fingerprint() -> None:
    assert fingerprint(document_in("peppol/base-example.xml")) == fingerprint(
        document_in("peppol/sales-order-example.xml")
    )


def test_two_bills_that_differ_only_in_their_tax_category_have_two_fingerprints() -> None:
    exempt, zero_rated = document_in("peppol/vat-category-E.xml"), document_in("peppol/vat-category-Z.xml")

    assert (exempt.number, exempt.total, exempt.seller) == (zero_rated.number, zero_rated.total, zero_rated.seller)
    assert fingerprint(exempt) != fingerprint(zero_rated)


def test_a_self_billed_german_gutschrift_is_no_credit_note() -> None:
    document = document_in("xrechnung/EN16931_Innergemeinschaftliche_Lieferungen.ubl.xml")

    assert (document.type_code, document.is_credit, document.seller.name) == ("389", False, "Global Supplies Ltd.")
