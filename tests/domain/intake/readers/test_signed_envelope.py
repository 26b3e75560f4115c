"""Signed envelopes (.p7m): what was signed is taken out, however the envelope is written."""

import base64

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.intake.readers import read, signed_envelope
from tests.domain.intake.readers import documents_or_refusal, refusal
from tests.samples import sample
from tests.samples.containers import pdf_with, signed, signed_in_parts

FATTURA = sample("fatturapa/two_bodies.xml")


@pytest.mark.parametrize(
    "envelope",
    [
        signed(FATTURA),
        signed(FATTURA, encoding=Encoding.PEM),
        base64.b64encode(signed(FATTURA)),
        base64.encodebytes(signed_in_parts(FATTURA)),
        signed_in_parts(FATTURA),
        signed(signed(FATTURA)),
    ],
    ids=["DER", "PEM", "base64", "base64 of BER", "BER in parts", "signed twice"],
)
def test_what_was_signed_is_read(envelope: bytes) -> None:
    assert [document.number for document in read(envelope, "IT.xml.p7m")] == ["12/P", "13/P"]


@given(st.binary(min_size=1, max_size=5000), st.integers(1, 2000))
def test_the_content_comes_out_as_it_went_in(content: bytes, part: int) -> None:
    assert signed_envelope.content_of(signed_in_parts(content, part)) == content


@pytest.mark.parametrize(
    ("envelope", "why"),
    [
        (signed(FATTURA)[:200], "broken"),
        (signed_in_parts(FATTURA)[:-8], "broken"),
        (signed(b"number,issue_date\n"), "no invoice in XML"),
        (signed(pdf_with()), "no invoice in XML"),
        (signed(signed(signed(signed(FATTURA)))), "no invoice in XML"),
        (signed(b"PK\x03\x04 something"), "ZIP archive"),
    ],
    ids=["cut off", "BER cut off", "a table", "a PDF", "signed four times", "an archive"],
)
def test_an_envelope_without_a_readable_invoice_is_refused(envelope: bytes, why: str) -> None:
    refused = refusal(envelope, "IT.xml.p7m")

    assert why in refused.reason


@given(st.data())
def test_a_damaged_envelope_brings_its_content_or_a_refusal(data: st.DataObject) -> None:
    envelope = bytearray(signed_in_parts(FATTURA, 300))
    for _ in range(data.draw(st.integers(1, 4))):
        envelope[data.draw(st.integers(11, len(envelope) - 1))] = data.draw(st.integers(0, 255))
    assert documents_or_refusal(bytes(envelope))
