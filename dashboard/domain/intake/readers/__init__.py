"""Bytes in, documents out. Pure: no database and no web; nothing is stored and no duplicate is decided on here."""

from dashboard.domain.intake.readers import signed_envelope
from dashboard.domain.intake.readers.csv_documents import read_csv
from dashboard.domain.intake.readers.csv_table import ignored_columns
from dashboard.domain.intake.readers.pdf import read_pdf
from dashboard.domain.intake.readers.sniff import MAX_BYTES, Form, sniff
from dashboard.domain.intake.readers.totals import check_totals
from dashboard.domain.intake.readers.xml_documents import read_xml
from dashboard.vocabulary.documents import Document, UnreadableFile

__all__ = ["MAX_BYTES", "Form", "check_totals", "ignored_columns", "read", "sniff"]

_MOST_ENVELOPES = 3


def read(content: bytes, file_name: str) -> list[Document]:
    """Every document in the file, at least one. `file_name` only words the places of a CSV's documents and refusals.

    Raises UnreadableFile for a file that is broken, hostile, of another kind, or contradicts itself: then none of its
    documents counts.
    """
    match sniff(content):
        case Form.XML:
            return read_xml(content)
        case Form.PDF:
            return read_pdf(content)
        case Form.SIGNED:
            return read_xml(_unwrapped(content))
        case Form.TABLE:
            return read_csv(content, file_name)


def _unwrapped(content: bytes) -> bytes:
    """What was signed; a file may be signed by several people one after the other."""
    for _ in range(_MOST_ENVELOPES):
        content = signed_envelope.content_of(content)
        form = sniff(content)
        if form is Form.XML:
            return content
        if form is not Form.SIGNED:
            break
    raise UnreadableFile("signed file", "What was signed is no invoice in XML.", "Take in the file itself.")
