"""Every collected UBL file is read to the figures that stand in it, looked up here by other means."""

from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dashboard.domain.intake.identity import fingerprint
from dashboard.domain.intake.readers import read
from dashboard.vocabulary.documents import Document
from tests.domain.intake.readers import refusal

COLLECTED = Path(__file__).parents[4].parent / "shared" / "inputs"
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
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


@pytest.mark.parametrize("path", collected("xrechnung/*.cii.xml", "en16931_cii/*.xml"))
def test_a_collected_cii_file_is_refused_by_its_own_name(path: Path) -> None:
    assert "UN/CEFACT CII invoice" in refusal(path.read_bytes()).reason


@pytest.mark.parametrize("path", collected("facturx/*", "fatturapa/*", "sie/*", "shopify/*", "*_csv/*", "qbwc/*"))
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
