"""Files that want to do harm, or are not what their name says: refused quickly, each with its true reason."""

import io
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.intake.readers import MAX_BYTES
from tests.domain.intake.readers import INVOICE, documents_or_refusal, refusal
from tests.samples import sample

BILLION_LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE Invoice [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;">]>
<Invoice>&d;</Invoice>"""
EXTERNAL_ENTITY = '<!DOCTYPE Invoice [<!ENTITY e SYSTEM "file:///etc/passwd">]><Invoice>&e;</Invoice>'
EXTERNAL_SUBSET = '<!DOCTYPE Invoice SYSTEM "http://127.0.0.1:1/invoice.dtd"><Invoice/>'
PARAMETER_ENTITY = '<!DOCTYPE Invoice [<!ENTITY % p SYSTEM "http://127.0.0.1:1/p.dtd"> %p;]><Invoice/>'


def zip_with(name: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr(name, INVOICE)
    return archive.getvalue()


@pytest.mark.parametrize("content", [BILLION_LAUGHS, EXTERNAL_ENTITY, EXTERNAL_SUBSET, PARAMETER_ENTITY])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_before_it_can_do_anything(content: str, encoding: str) -> None:
    assert "DOCTYPE" in refusal(content.encode(encoding), "invoice.xml").reason


LARGE = 3_000_000
WEARING = {
    "what looks like base64 behind much white space": b" " * 61 + b"MI" + b"A" * LARGE + b"!",
    "what looks like base64 in much white space": b"MI" + b"A " * (LARGE // 2) + b"!",
    "a signature's first line over and over": b"-----BEGIN " * (LARGE // 11),
    "a signature's last line over and over": b"MI" + b"-----END A" * (LARGE // 10),
    "FatturaPA's name over and over": b'<a xmlns="http://' + b"fattur" * (LARGE // 6) + b'"/>',
    "a cell of digits": f"number,issue_date\n{'1' * 130_000}x,{'1' * 130_000}x\n".encode(),
    "a heading of signs": b"_" * LARGE + b"\nx",
}


@pytest.mark.parametrize("content", WEARING.values(), ids=WEARING)
def test_a_large_file_made_to_wear_out_a_pattern_is_refused_soon(content: bytes) -> None:
    begun = time.process_time()
    assert refusal(content, "invoice.p7m").reason
    assert time.process_time() - begun < 2


def test_a_document_type_before_a_real_invoice_is_refused_as_well() -> None:
    head, body = INVOICE.split("\n", 1)

    assert "DOCTYPE" in refusal(f"{head}\n<!DOCTYPE Invoice>\n{body}").reason


def test_elements_nested_too_deep_are_refused() -> None:
    assert "nested" in refusal("<a>" * 100_000 + "</a>" * 100_000).reason


def test_too_many_elements_are_refused() -> None:
    assert "elements" in refusal("<r>" + "<a/>" * 500_000 + "</r>").reason


def test_a_huge_attribute_is_refused() -> None:
    assert "attribute" in refusal(f'<Invoice note="{"x" * 10_001}"/>').reason


def test_a_file_above_the_limit_is_refused_unread() -> None:
    assert "larger than 20 MB" in refusal(b"<" * (MAX_BYTES + 1)).reason


@pytest.mark.parametrize("name", ["invoice.xml", "invoice.csv", "invoice.zip"])
def test_an_archive_is_told_by_its_bytes_whatever_its_name(name: str) -> None:
    refused = refusal(zip_with("a.xml"), name)

    assert (refused.reason, refused.fix) == ("This is a ZIP archive.", "Unpack it and take in the files inside.")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (zip_with("xl/workbook.xml"), "an Office file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, "an old Office file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a PNG picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a JPEG picture"),
        (b"\x1f\x8b\x08\x00", "a gzip archive"),
        (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "a web page"),
        (b"\xef\xbb\xbf  <HTML></HTML>", "a web page"),
        (b'{"orders": []}', "JSON"),
        (b"MZ\x90\x00", "a Windows program"),
    ],
)
def test_other_kinds_of_file_are_named(content: bytes, what: str) -> None:
    assert what in refusal(content, "invoice.xml").reason


@pytest.mark.parametrize("content", [b"", b"   \r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_empty_file_is_refused_as_empty(content: bytes) -> None:
    assert refusal(content).reason == "The file is empty."


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"number,\x00date\n", "NUL bytes"),
        ("number,issue_date\n".encode("utf-16-le"), "UTF-16 without its mark"),
        (b"number\x07,date\n", "control characters"),
    ],
)
def test_bytes_that_are_no_text_are_refused(content: bytes, why: str) -> None:
    assert why in refusal(content).reason


@pytest.mark.parametrize("cut", [10, 500, 4000, len(INVOICE) - 5])
def test_xml_that_was_cut_off_is_refused_with_line_and_column(cut: int) -> None:
    refused = refusal(INVOICE.encode()[:cut], "invoice.xml")

    assert refused.place.startswith("line ")
    assert refused.reason.startswith("The XML is broken")


def test_an_unknown_encoding_is_refused() -> None:
    assert "cannot be decoded" in refusal('<?xml version="1.0" encoding="klingon"?><Invoice/>').reason


def test_a_single_endless_line_is_refused() -> None:
    assert "first line" in refusal(b"a," * 100_000).reason


@given(st.binary(max_size=300))
def test_no_bytes_bring_anything_but_documents_or_a_refusal(content: bytes) -> None:
    assert documents_or_refusal(content)


@given(
    st.sampled_from(
        ["ubl/invoice.xml", "cii/invoice.xml", "fatturapa/two_bodies.xml", "csv/sales.csv", "csv/bills.csv"]
    ),
    st.data(),
)
def test_a_damaged_sample_brings_documents_or_a_refusal(name: str, data: st.DataObject) -> None:
    content = bytearray(sample(name))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert documents_or_refusal(bytes(content))
