"""The content of a signed file (CAdES, .p7m): a CMS SignedData in DER or BER, or that in base64.

Only what was signed is taken out. The signature is not verified: Italy's exchange system refuses a FatturaPA whose
signature does not hold before anybody receives it, and the envelope is kept as the original.
https://www.rfc-editor.org/rfc/rfc5652#section-5
"""

import base64
import binascii
import re
from dataclasses import dataclass

from dashboard.vocabulary.documents import UnreadableFile

_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_SEQUENCE, _OCTETS, _OCTET_PARTS, _EXPLICIT, _END = 0x30, 0x04, 0x24, 0xA0, 0x00
_DEEPEST = 20
_OPENING = re.compile(rb"-----BEGIN [A-Z0-9 ]{1,60}-----")
_CLOSING = re.compile(rb"-----END [A-Z0-9 ]{1,60}-----")
_WHITE = b" \t\r\n\v\f"


@dataclass(frozen=True)
class _Element:
    """One element of ASN.1: its tag, where its content begins and ends, and where the next element begins."""

    tag: int
    start: int
    end: int
    after: int


class _Broken(Exception):
    pass


def is_signed_envelope(content: bytes) -> bool:
    return _SIGNED_DATA in _binary(content)[:40]


def content_of(envelope: bytes) -> bytes:
    """What was signed. Raises UnreadableFile for an envelope that is broken or holds a signature alone."""
    data = _binary(envelope)
    try:
        content_info = _children(data, _element(data, 0))
        signed_data = _children(data, _children(data, content_info[1])[0])
        inside = next(each for each in signed_data if each.tag == _SEQUENCE)
        parts = _children(data, inside)
        if len(parts) < 2 or parts[1].tag != _EXPLICIT:
            raise UnreadableFile(
                "signed file", "It holds a signature alone, without the invoice.", "Take in the invoice itself."
            )
        return b"".join(_octets(data, each, 0) for each in _children(data, parts[1]))
    except (_Broken, IndexError, StopIteration):
        raise UnreadableFile(
            "signed file", "The signed envelope (p7m) is broken.", "Take in the invoice without its signature."
        ) from None


def _binary(content: bytes) -> bytes:
    """The envelope's bytes, out of base64 where it is written so."""
    if content[:1] == bytes([_SEQUENCE]) and not content[:2].isalnum():
        return content
    if content[:64].lstrip()[:2] not in (b"MI", b"--"):
        return content
    try:
        return base64.b64decode(_unarmoured(content.strip()).translate(None, _WHITE), validate=True)
    except binascii.Error:
        return content


def _unarmoured(text: bytes) -> bytes:
    """What stands between the lines that begin and end it, where there are any."""
    opening = _OPENING.match(text)
    start = opening.end() if opening else 0
    end = text.rfind(b"-----END ", start)
    return text[start:end] if end >= 0 and _CLOSING.fullmatch(text, end) else text[start:]


def _element(data: bytes, at: int) -> _Element:
    if at + 2 > len(data):
        raise _Broken
    tag, length, start = data[at], data[at + 1], at + 2
    if tag & 0x1F == 0x1F:
        raise _Broken
    if length == 0x80:
        end = _end_of_indefinite(data, start)
        return _Element(tag, start, end, end + 2)
    if length > 0x80:
        width = length & 0x7F
        length, start = int.from_bytes(data[start : start + width], "big"), start + width
    if start + length > len(data):
        raise _Broken
    return _Element(tag, start, start + length, start + length)


def _end_of_indefinite(data: bytes, at: int) -> int:
    """Where the end mark of an element without a stated length stands; those inside it are stepped over."""
    open_elements = 1
    while True:
        if at + 2 > len(data):
            raise _Broken
        if data[at] == _END and data[at + 1] == 0:
            open_elements -= 1
            if not open_elements:
                return at
            at += 2
        elif data[at + 1] == 0x80:
            open_elements += 1
            at += 2
        else:
            at = _element(data, at).after


def _children(data: bytes, parent: _Element) -> list[_Element]:
    found, at = [], parent.start
    while at < parent.end:
        found.append(_element(data, at))
        at = found[-1].after
    return found


def _octets(data: bytes, element: _Element, depth: int) -> bytes:
    """An octet string, whole or in parts."""
    if element.tag == _OCTETS:
        return data[element.start : element.end]
    if element.tag != _OCTET_PARTS or depth > _DEEPEST:
        raise _Broken
    return b"".join(_octets(data, part, depth + 1) for part in _children(data, element))
