"""Bytes in, documents out. Pure: no database and no web; nothing is stored and no duplicate is decided on here."""

from dashboard.domain.intake.readers.csv_documents import read_csv
from dashboard.domain.intake.readers.csv_table import ignored_columns
from dashboard.domain.intake.readers.sniff import MAX_BYTES, Form, sniff
from dashboard.domain.intake.readers.totals import check_totals
from dashboard.domain.intake.readers.ubl import read_ubl
from dashboard.vocabulary.documents import Document

__all__ = ["MAX_BYTES", "check_totals", "ignored_columns", "read"]


def read(content: bytes, file_name: str) -> list[Document]:
    """Every document in the file, at least one. `file_name` only words the places of a CSV's documents and refusals.

    Raises UnreadableFile for a file that is broken, hostile, of another kind, or contradicts itself: then none of its
    documents counts.
    """
    if sniff(content) is Form.XML:
        return [read_ubl(content)]
    return read_csv(content, file_name)
