"""An element of an XML document that knows its own path, so that every refusal can say where."""

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar
from xml.etree.ElementTree import Element

from dashboard.domain.intake.invisible import is_blank
from dashboard.domain.intake.readers import codes, figures
from dashboard.domain.intake.readers.refused import Refused
from dashboard.vocabulary.documents import UnreadableFile

_NAMESPACES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
# An XML Schema date may carry a time zone, which does not change the day that is written.
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
T = TypeVar("T")


@dataclass(frozen=True)
class Node:
    """Paths are written with the usual prefixes ("cac:Price/cbc:PriceAmount"), whatever prefixes the file uses; a name
    without a prefix is found in every namespace and in none."""

    element: Element
    path: str

    def children(self, name: str) -> list["Node"]:
        prefix, _, local = name.rpartition(":")
        found = self.element.findall(f"{{{_NAMESPACES[prefix] if prefix else '*'}}}{local}")
        if len(found) == 1:
            return [Node(found[0], f"{self.path}/{name}")]
        return [Node(element, f"{self.path}/{name}[{place}]") for place, element in enumerate(found, start=1)]

    def each(self, path: str) -> Iterator["Node"]:
        """The elements at `path`; the element itself where that is empty."""
        if not path:
            yield self
            return
        first, _, rest = path.partition("/")
        for child in self.children(first):
            if rest:
                yield from child.each(rest)
            else:
                yield child

    def find(self, path: str) -> "Node | None":
        return next(self.each(path), None)

    def part(self, path: str) -> "Node":
        """The first element at `path`, which may be empty itself."""
        found = self.find(path)
        if found is None:
            raise UnreadableFile(f"{self.path}/{path}", "This element is missing.", "Ask the sender for it.")
        return found

    @property
    def words(self) -> str:
        """The element's own text, empty where nothing of it can be seen."""
        words = (self.element.text or "").strip()
        return "" if is_blank(words) else words

    def read(self, reading: Callable[[str], T]) -> T:
        """What `reading` makes of the element's text; its refusal is raised with this path."""
        try:
            return reading(self.words)
        except Refused as refused:
            raise UnreadableFile(self.path, refused.reason, refused.fix) from None

    def text(self, path: str, longest: int = 255) -> str:
        """The first non-empty text at `path`, on one line, or nothing."""
        for node in self.each(path):
            if node.words:
                return node.read(lambda words: codes.one_line(words, longest))
        return ""

    def required(self, path: str) -> "Node":
        node = next((node for node in self.each(path) if node.words), None)
        if node is None:
            raise UnreadableFile(f"{self.path}/{path}", "This element is missing or empty.", "Ask the sender for it.")
        return node

    def amount(self, path: str, currency: str) -> Decimal:
        return self.required(path).as_amount(currency)

    def optional_amount(self, path: str, currency: str) -> Decimal | None:
        node = self.find(path)
        return node.as_amount(currency) if node is not None and node.words else None

    def as_amount(self, currency: str) -> Decimal:
        stated = self.element.get("currencyID", currency)
        if stated.upper() != currency:
            raise UnreadableFile(self.path, f"The amount is in {stated}, but the document is in {currency}.")
        return self.read(lambda words: figures.amount(figures.plain_decimal(words)))

    def as_price(self) -> Decimal:
        return self.read(lambda words: figures.price(figures.plain_decimal(words)))

    def price_of_one(self, units: "Node | None") -> Decimal:
        """This price for so many units, as the price of one; of what has no exact one, ten decimals are kept."""
        if units is None or not units.words:
            return self.as_price()
        number = units.as_price()
        if number <= 0:
            raise UnreadableFile(units.path, f"A price for {number:f} units cannot be.")
        return self.as_price() if number == 1 else self.read(lambda _: figures.unit_price(self.as_price(), number))

    def date(self, path: str) -> datetime.date | None:
        node = self.find(path)
        return node.as_date() if node is not None and node.words else None

    def as_date(self) -> datetime.date:
        return self.read(_date)

    def flag(self, path: str) -> bool:
        return self.required(path).read(_flag)


def _date(words: str) -> datetime.date:
    match = _DATE.fullmatch(words)
    if match is None:
        raise Refused(f"“{words[:40]}” is not a date.", "Write it as 2026-01-31.")
    return codes.calendar_date(int(match[1]), int(match[2]), int(match[3]))


def _flag(words: str) -> bool:
    if words not in ("true", "1", "false", "0"):
        raise Refused(f"“{words[:40]}” is neither true nor false.")
    return words in ("true", "1")
