"""PDFs with their invoice inside: which attachment is taken, and why a PDF is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.intake.identity import fingerprint
from dashboard.vocabulary.records import Source
from tests.domain.intake.readers import documents_or_refusal, read_one, refusal
from tests.samples import sample
from tests.samples.containers import pdf_with, pdf_with_associated_file

CII = sample("cii/invoice.xml")
FACTUR_X = pdf_with(("factur-x.xml", CII))


@pytest.mark.parametrize(
    "name", ["factur-x.xml", "zugferd-invoice.xml", "ZUGFeRD-invoice.xml", "xrechnung.xml", "RG-42.XML"]
)
def test_the_embedded_invoice_is_read(name: str) -> None:
    document = read_one(pdf_with(("terms.txt", b"Terms"), (name, CII)))

    assert (document.source, document.number) == (Source.FACTUR_X, "F-2026-0042")
    assert document.place == f"embedded {name.lower()}: /CrossIndustryInvoice"
    assert fingerprint(document) == fingerprint(read_one(CII))


def test_an_attachment_that_only_the_catalog_names_is_read() -> None:
    assert read_one(pdf_with_associated_file("factur-x.xml", CII)).number == "F-2026-0042"


def test_the_standard_name_wins_over_other_invoices_inside() -> None:
    other = CII.replace(b"F-2026-0042", b"F-OLD")

    assert read_one(pdf_with(("a.xml", other), ("factur-x.xml", CII))).number == "F-2026-0042"


def test_xml_that_is_no_invoice_is_passed_over() -> None:
    pdf = pdf_with(("a.xml", b"<rss/>"), ("b.xml", b"<broken"), ("c.xml", sample("ubl/invoice.xml")))

    assert read_one(pdf).place == "embedded c.xml: /Invoice"


def test_a_faulty_invoice_is_refused_at_its_element_inside_the_pdf() -> None:
    refused = refusal(pdf_with(("factur-x.xml", CII.replace(b">287.80<", b">300.00<"))))

    assert refused.place.startswith("embedded factur-x.xml: /CrossIndustryInvoice/rsm:SupplyChainTradeTransaction")
    assert refused.place.endswith("ram:GrandTotalAmount")


@pytest.mark.parametrize(
    ("pdf", "why", "fix"),
    [
        (pdf_with(), "no invoice in XML inside", "CSV template"),
        (pdf_with(("photo.png", b"\x89PNG")), "no invoice in XML among them", "Factur-X"),
        (pdf_with(("a.xml", b"<rss/>")), "no invoice in XML among them", "Factur-X"),
        (pdf_with(("factur-x.xml", CII), password="secret"), "encrypted", "without a password"),
        (pdf_with(("factur-x.xml", b"x" * 20_971_521)), "larger than 20 MB", "XML alone"),
        (pdf_with(*[(f"{n}.xml", b"<a>" + b" " * 9_000_000) for n in range(3)]), "larger than 20 MB", "XML alone"),
        (b"%PDF-1.7\n" + b"1 0 obj\n" * 100_001, "more than 100,000 objects", "XML alone"),
        (FACTUR_X[:300], "damaged", "again"),
        (b"%PDF-1.7\n" + b"0" * 5000, "damaged", "again"),
        (b"\n%PDF-1.7\n", "damaged", "again"),
    ],
    ids=[
        "nothing",
        "picture",
        "other xml",
        "encrypted",
        "bomb",
        "several bombs",
        "endless objects",
        "cut off",
        "garbage",
        "header alone",
    ],
)
def test_a_pdf_that_cannot_be_read_is_refused_with_what_to_do(pdf: bytes, why: str, fix: str) -> None:
    refused = refusal(pdf, "invoice.pdf")

    assert refused.place == "PDF"
    assert why in refused.reason
    assert fix in refused.fix


def test_a_hostile_attachment_is_refused_as_any_xml() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>'

    assert "DOCTYPE" in refusal(pdf_with(("factur-x.xml", bomb))).reason


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_pdf_brings_documents_or_a_refusal(data: st.DataObject) -> None:
    content = bytearray(FACTUR_X)
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert documents_or_refusal(bytes(content))
