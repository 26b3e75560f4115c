"""What a file is, by its bytes and never by its name; what cannot be read is refused here with what it really is."""

import codecs
from enum import StrEnum

from dashboard.domain.intake.readers.signed_envelope import is_signed_envelope
from dashboard.vocabulary.documents import UnreadableFile

MAX_BYTES = 20 * 1024 * 1024
"""The largest file that is read. Whoever receives a file may stop at one byte more."""


class Form(StrEnum):
    XML = "xml"
    PDF = "pdf"
    SIGNED = "signed"
    TABLE = "table"


_ASK_FOR_XML = "Take in the invoice as XML, or as a PDF with XML inside, or enter it in the CSV template."
_CONTAINERS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a ZIP archive", "Unpack it and take in the files inside."),
    (b"PK\x05\x06", "an empty ZIP archive", ""),
    (b"\x1f\x8b", "a gzip archive", "Unpack it and take in the file inside."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it and take in the files inside."),
    (b"Rar!\x1a\x07", "a RAR archive", "Unpack it and take in the files inside."),
    (b"BZh", "a bzip2 archive", "Unpack it and take in the file inside."),
    (b"\xfd7zXZ\x00", "an xz archive", "Unpack it and take in the file inside."),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file", "Save the sheet as CSV and take that in."),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture", _ASK_FOR_XML),
    (b"\xff\xd8\xff", "a JPEG picture", _ASK_FOR_XML),
    (b"GIF8", "a GIF picture", _ASK_FOR_XML),
    (b"II*\x00", "a TIFF picture", _ASK_FOR_XML),
    (b"MM\x00*", "a TIFF picture", _ASK_FOR_XML),
    (b"MZ", "a Windows program", ""),
    (b"\x7fELF", "a program", ""),
    (b"{\\rtf", "a rich text document", _ASK_FOR_XML),
)
_SHEET_INSIDE = (b"xl/", b"[Content_Types].xml")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WHITE = b" \t\r\n"


def sniff(content: bytes) -> Form:
    """Raises UnreadableFile for everything that is neither XML, nor a PDF, nor signed, nor a table of text."""
    if len(content) > MAX_BYTES:
        raise _refusal(f"The file is larger than {MAX_BYTES // 1024**2} MB.", "Split it and take in the parts.")
    if not content.strip(_WHITE + b"\xef\xbb\xbf"):
        raise _refusal("The file is empty.")
    _refuse_containers(content)
    if b"%PDF-" in content[:1024]:
        return Form.PDF
    if is_signed_envelope(content):
        return Form.SIGNED
    start = _opening(content)
    if start.startswith(("<!doctype html", "<html")):
        raise _refusal("This is a web page (HTML), perhaps a sign-in page.", "Download the file itself.")
    if start.startswith("<"):
        return Form.XML
    if start.startswith(("{", "[")):
        raise _refusal("This is JSON; tieout reads invoices in XML, PDF with XML inside, and CSV.")
    if not content.startswith(_UTF16):
        _refuse_binary(content)
    return Form.TABLE


def _refuse_containers(content: bytes) -> None:
    if content.startswith(b"PK\x03\x04") and any(mark in content[:4096] for mark in _SHEET_INSIDE):
        raise _refusal("This is an Office file (a ZIP archive inside).", "Save the sheet as CSV and take that in.")
    for magic, what, fix in _CONTAINERS:
        if content.startswith(magic):
            raise _refusal(f"This is {what}.", fix)
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        raise _refusal("This is a WebP picture.", _ASK_FOR_XML)
    if content[4:8] == b"ftyp":
        raise _refusal("This is a picture or a film (HEIC or MP4).", _ASK_FOR_XML)


def _opening(content: bytes) -> str:
    head = content[:2048]
    if head.startswith(_UTF16):
        return head.decode("utf-16", errors="replace").lstrip().lower()
    return head.removeprefix(codecs.BOM_UTF8).lstrip(_WHITE).decode("latin-1").lower()


def _refuse_binary(content: bytes) -> None:
    if b"\x00" in content:
        raise _refusal(
            "The file holds NUL bytes: it is not text, or UTF-16 without its mark.", "Save it as CSV in UTF-8."
        )
    if content.translate(None, bytes(range(9)) + bytes(range(14, 32))) != content:
        raise _refusal("The file holds control characters, so it is not a text.", "Save it as CSV in UTF-8.")


def _refusal(reason: str, fix: str = "") -> UnreadableFile:
    return UnreadableFile("file", reason, fix)
