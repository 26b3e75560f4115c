"""XML bytes into a tree; what is hostile is refused first: document types, entities, depth, number of elements."""

from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from dashboard.vocabulary.documents import UnreadableFile

MAX_DEPTH = 60
MAX_ELEMENTS = 500_000
MAX_ATTRIBUTE = 10_000


class _BoundedBuilder(TreeBuilder):
    """Counts while the tree grows, so that a hostile file is dropped before it has filled the memory."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._elements = 0

    def start(self, tag: str, attrs: dict[Any, Any], /) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH:
            raise UnreadableFile("XML", f"Elements are nested more than {MAX_DEPTH} deep; no invoice is.")
        if self._elements > MAX_ELEMENTS:
            raise UnreadableFile("XML", f"There are more than {MAX_ELEMENTS:,} elements.", "Split the file.")
        if any(len(value) > MAX_ATTRIBUTE for value in attrs.values()):
            raise UnreadableFile("XML", f"An attribute is longer than {MAX_ATTRIBUTE:,} characters.")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


class _RootFound(Exception):
    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


class _FirstElement(TreeBuilder):
    def start(self, tag: str, attrs: dict[Any, Any], /) -> Element:
        raise _RootFound(tag)


def root_tag(content: bytes) -> str:
    """The root's name with its namespace; nothing behind it is read. Empty where no sound XML begins here."""
    try:
        DefusedXMLParser(target=_FirstElement(), forbid_dtd=True).feed(content)
    except _RootFound as found:
        return found.tag
    except (DefusedXmlException, ParseError, ValueError, LookupError):
        return ""
    return ""


def parse(content: bytes) -> Element:
    """The root element. Raises UnreadableFile for XML that is broken or holds a document type declaration."""
    parser = DefusedXMLParser(target=_BoundedBuilder(), forbid_dtd=True)
    try:
        parser.feed(content)
        root: Element = parser.close()
    except DefusedXmlException:
        # Entity bombs and external entities both need a document type declaration, which no invoice has.
        raise UnreadableFile(
            "XML",
            "The file declares a document type (DOCTYPE), which can hide harmful entities.",
            "Ask the sender for the document without it.",
        ) from None
    except ParseError as broken:
        line, column = broken.position
        words = str(broken).split(":")[0]
        raise UnreadableFile(f"line {line}, column {column + 1}", f"The XML is broken: {words}.") from None
    except (ValueError, LookupError) as unknown:
        raise UnreadableFile("XML", f"The XML cannot be decoded: {unknown}.", "Save it as UTF-8.") from None
    return root
