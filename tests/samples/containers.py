"""Files that hold an invoice inside: PDFs with attachments and signed envelopes, made here by well-kept libraries."""

import io
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject


def pdf_with(*attachments: tuple[str, bytes], relationship: str = "/Alternative", password: str = "") -> bytes:
    """A PDF of one empty page with these attachments, packed as real ones are."""
    writer = PdfWriter()
    writer.add_blank_page(width=595, height=842)
    files = []
    for name, content in attachments:
        file = writer.add_attachment(name, content)
        file.associated_file_relationship = NameObject(relationship)
        plain = file.pdf_object["/EF"].raw_get("/F")
        writer._replace_object(plain, plain.get_object().flate_encode())
        files.append(file.pdf_object.indirect_reference)
    writer.root_object[NameObject("/AF")] = ArrayObject(files)
    return _written(writer, password)


def pdf_with_associated_file(name: str, content: bytes) -> bytes:
    """A PDF whose attachment stands in no name tree: only the catalog names it as an associated file."""
    writer = PdfWriter()
    writer.add_blank_page(width=595, height=842)
    writer.root_object[NameObject("/AF")] = ArrayObject([writer.add_attachment(name, content).pdf_object])
    writer.root_object[NameObject("/Names")] = DictionaryObject()
    return _written(writer)


def _written(writer: PdfWriter, password: str = "") -> bytes:
    if password:
        writer.encrypt(password, algorithm="AES-256")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def signed(content: bytes, *, encoding: serialization.Encoding = serialization.Encoding.DER) -> bytes:
    """The content in a CMS envelope (.p7m), signed by somebody made up."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Anna Rossi")])
    today = datetime(2026, 3, 2, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(today)
        .not_valid_after(today + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    envelope = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key, hashes.SHA256())
    return envelope.sign(encoding, [pkcs7.PKCS7Options.Binary])


def signed_in_parts(content: bytes, part: int = 1000) -> bytes:
    """The same without stated lengths and with the content in parts (BER), as signing programs stream it.

    Its signatures are left out, since only the content counts here.
    """
    oid_signed, oid_data = bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("06092a864886f70d010701")
    parts = [content[start : start + part] for start in range(0, len(content), part)]
    octets = b"\x24\x80" + b"".join(b"\x04\x82" + len(each).to_bytes(2, "big") + each for each in parts) + b"\0\0"
    inside = b"\x30\x80" + oid_data + b"\xa0\x80" + octets + b"\0\0" + b"\0\0"
    signed_data = b"\x30\x80" + b"\x02\x01\x01" + b"\x31\x00" + inside + b"\x31\x00" + b"\0\0"
    return b"\x30\x80" + oid_signed + b"\xa0\x80" + signed_data + b"\0\0" + b"\0\0"
