"""PDF files that carry their invoice as XML (Factur-X, ZUGFeRD, XRechnung in a PDF): the attachment is found and read.

What the pages show is never read: it is a picture of the invoice, and the XML is the invoice.
https://fnfe-mpe.org/factur-x/factur-x_en/ and https://pypdf.readthedocs.io/en/stable/user/extract-attachments.html
"""

import io
import zlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from pypdf import Configuration, PdfReader, apply_configuration
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, EmbeddedFile

from dashboard.domain.intake.readers.sniff import MAX_BYTES
from dashboard.domain.intake.readers.xml_documents import is_invoice, read_xml
from dashboard.vocabulary.documents import Document, UnreadableFile
from dashboard.vocabulary.records import Source

_INVOICE_NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")
_OF_THE_DOCUMENT = frozenset({"/Alternative", "/Data", "/Source"})
_MOST_ATTACHMENTS = 50
# A file whose table of objects is damaged is searched for all of them, which takes seconds for so many.
_MOST_OBJECTS = 100_000
_LONGEST_NAME = 60
# Pictures are no concern of ours, so no program is called to unpack one.
_LIMITS = Configuration(
    array_based_stream_maximum_output_length=MAX_BYTES,
    lzw_maximum_output_length=MAX_BYTES,
    run_length_maximum_output_length=MAX_BYTES,
    zlib_maximum_output_length=MAX_BYTES,
    brotli_maximum_output_length=MAX_BYTES,
    jbig2dec_binary=None,
)
# What pypdf raises for a damaged file besides its own errors, since it reads on as far as it can.
_BROKEN = (
    PyPdfError,
    DependencyError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    zlib.error,
)


def read_pdf(content: bytes) -> list[Document]:
    """Raises UnreadableFile for a PDF that is broken or locked, that carries no invoice, or whose invoice is faulty."""
    name, xml = _invoice_in(content)
    where = f"embedded {name}"
    try:
        documents = read_xml(xml)
    except UnreadableFile as refused:
        raise UnreadableFile(f"{where}: {refused.place}", refused.reason, refused.fix) from None
    return [_inside(where, each) for each in documents]


def _inside(where: str, document: Document) -> Document:
    """The document with every place told as one inside the PDF."""
    return replace(
        document,
        source=Source.FACTUR_X,
        place=f"{where}: {document.place}",
        seller=replace(document.seller, place=f"{where}: {document.seller.place}"),
        buyer=replace(document.buyer, place=f"{where}: {document.buyer.place}"),
    )


def _invoice_in(content: bytes) -> tuple[str, bytes]:
    """Name and content of the attachment that is the invoice, unpacked to no more than a file may have."""
    if content.count(b" obj") > _MOST_OBJECTS:
        raise UnreadableFile(
            "PDF", f"It has more than {_MOST_OBJECTS:,} objects; no invoice has.", "Ask for the XML alone."
        )
    try:
        with apply_configuration(_LIMITS):
            reader = PdfReader(io.BytesIO(content))
            if reader.is_encrypted:
                raise UnreadableFile(
                    "PDF", "The PDF is encrypted.", "Ask the sender for it without a password, or for the XML alone."
                )
            return _chosen(list(islice(_attachments(reader), _MOST_ATTACHMENTS)))
    except LimitReachedError:
        raise UnreadableFile(
            "PDF", f"Unpacked, what the PDF holds is larger than {MAX_BYTES // 1024**2} MB.", "Ask for the XML alone."
        ) from None
    except _BROKEN:
        raise UnreadableFile(
            "PDF", "The PDF is damaged and cannot be read.", "Ask the sender for it again, or for the XML alone."
        ) from None


def _chosen(attachments: list[EmbeddedFile]) -> tuple[str, bytes]:
    """By the names that the standards give it; else the first XML that is an invoice, the document's own data first."""
    named = {name: each for each in reversed(attachments) for name in _names(each)}
    for name in _INVOICE_NAMES:
        if name in named:
            return name, _content(named[name], name)
    others = [each for each in attachments if any(name.endswith(".xml") for name in _names(each))]
    others.sort(key=lambda each: each.associated_file_relationship not in _OF_THE_DOCUMENT)
    unpacked = 0
    for each in others:
        name = _printable(_names(each)[-1])
        xml = _content(each, name)
        if is_invoice(xml):
            return name, xml
        unpacked += len(xml)
        if unpacked > MAX_BYTES:
            raise LimitReachedError
    what = "attachments, but no invoice in XML among them" if attachments else "no invoice in XML inside"
    raise UnreadableFile(
        "PDF",
        f"This PDF has {what}: it is a picture of a document, which tieout does not read.",
        "Ask the sender for Factur-X, ZUGFeRD, XRechnung or UBL, or enter the document in the CSV template.",
    )


def _attachments(reader: PdfReader) -> Iterator[EmbeddedFile]:
    """Those of the name tree, and those that only the catalog names as associated files (PDF/A-3)."""
    yield from reader.attachment_list
    associated = reader.root_object.get("/AF")
    associated = associated.get_object() if associated is not None else None
    for reference in associated if isinstance(associated, ArrayObject) else ():
        file = reference.get_object()
        if isinstance(file, DictionaryObject):
            yield EmbeddedFile(str(file.get("/UF", file.get("/F", ""))), file)


def _names(attachment: EmbeddedFile) -> list[str]:
    names = (attachment.name, attachment.alternative_name)
    return [name.strip().lower() for name in names if isinstance(name, str) and name.strip()]


def _content(attachment: EmbeddedFile, name: str) -> bytes:
    content = attachment.content
    if len(content) > MAX_BYTES:
        raise UnreadableFile(f"embedded {name}", f"It is larger than {MAX_BYTES // 1024**2} MB.")
    return content


def _printable(name: str) -> str:
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name)[:_LONGEST_NAME]
