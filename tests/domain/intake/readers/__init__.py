"""Files into documents. Samples are the project's own; the collected files beside the project stay where they are."""

import pytest

from dashboard.domain.intake.readers import read
from dashboard.vocabulary.documents import Document, UnreadableFile
from tests.samples import sample

INVOICE = sample("ubl/invoice.xml").decode()
HEADINGS = (
    "type,number,issue_date,currency,seller_name,buyer_name,description,quantity,unit_price,net,tax_category,tax_rate"
)


def refusal(content: bytes | str, file_name: str = "file.csv") -> UnreadableFile:
    """The refusal of a file that is expected to be refused."""
    with pytest.raises(UnreadableFile) as refused:
        read(content.encode() if isinstance(content, str) else content, file_name)
    return refused.value


def documents_or_refusal(content: bytes) -> object:
    """What came of the file: its documents, or the place and reason of its refusal. Anything else is raised."""
    try:
        return read(content, "file")
    except UnreadableFile as refused:
        return refused.place and refused.reason


def read_one(content: bytes | str) -> Document:
    """The only document of a file."""
    (document,) = read(content.encode() if isinstance(content, str) else content, "file.csv")
    return document


def invoice_with(old: str, new: str) -> str:
    """The sample invoice with one text replaced everywhere; the text has to be there."""
    assert old in INVOICE
    return INVOICE.replace(old, new)


def table(*rows: str, headings: str = HEADINGS) -> str:
    return "\n".join((headings, *rows)) + "\n"
