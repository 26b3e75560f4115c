"""What makes two documents the same: keys for number, tax id and name, and a fingerprint of what a bill says. Whether
the same bill is attached or asked about is decided by intake."""

import hashlib
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from dashboard.vocabulary.documents import Document

_SHORTEST_NATIONAL_NUMBER = 8


def normalised_number(number: str) -> str:
    """Upper case, letters and digits alone, no leading noughts in a run of digits: INV-0007 and inv 7 are INV7.

    Marks are dropped before noughts are, so 2024-001 is 2024001 and not 20241. A number of marks alone stays itself.
    """
    folded = unicodedata.normalize("NFKC", number).upper()
    kept = "".join(sign for sign in folded if sign.isalnum())
    return (re.sub(r"\d+", lambda run: run[0].lstrip("0") or "0", kept) or folded.strip())[:255]


def normalised_tax_id(tax_id: str) -> str:
    """Upper case, letters and digits alone. A country prefix or an ending such as MVA is part of it."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", tax_id).upper() if sign.isalnum())


def normalised_name(name: str) -> str:
    """Case, spaces and punctuation do not matter ("Nordlys AB." is "nordlys ab", "N.V." is "nv").

    Legal forms and accents stay: Nordlys AB and Nordlys AS are two companies, and so may be Müller and Muller.
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    without_dots = re.sub(r"[.'’`]", "", folded)
    return " ".join(re.sub(r"[\W_]+", " ", without_dots).split())


def is_same_party(name: str, tax_ids: Iterable[str], other_name: str, other_tax_ids: Iterable[str]) -> bool:
    """Whether both are one company: a number that both state, in any spelling, or the same name.

    A national number stands inside the VAT number made from it (5566778899 in SE556677889901). Two numbers of the same
    build that differ outweigh the name; numbers of different build (a register's and the tax office's) do not.
    """
    ours = {normalised_tax_id(each) for each in tax_ids} - {""}
    theirs = {normalised_tax_id(each) for each in other_tax_ids} - {""}
    if any(_is_same_number(one, other) for one in ours for other in theirs):
        return True
    if {_build(each) for each in ours} & {_build(each) for each in theirs}:
        return False
    return bool(normalised_name(name)) and normalised_name(name) == normalised_name(other_name)


def fingerprint(document: Document) -> str:
    """A SHA-256, in hex, over what must agree for two originals to be one record: currency, totals, tax subtotals, and
    line nets with their categories and rates. The order of lines, the spelling of figures and all wording are left out.
    """
    taxes: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for subtotal in document.taxes:
        own = taxes[subtotal.category, _plain(subtotal.rate)]
        own[0] += subtotal.taxable
        own[1] += subtotal.tax
    said = [
        document.currency,
        [_plain(figure) for figure in (document.net, document.tax, document.rounding, document.total)],
        sorted([*key, *map(_plain, figures)] for key, figures in taxes.items()),
        sorted([_plain(line.net), line.category, _plain(line.tax_rate)] for line in document.lines),
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _is_same_number(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    is_inside = short.isdigit() and len(short) >= _SHORTEST_NATIONAL_NUMBER and short in long[2:]
    return one == other or (is_inside and long[:2].isalpha())


def _build(tax_id: str) -> str:
    """SE556677889901 is SE999999999999: what numbers of one country and kind have in common."""
    return re.sub(r"\d", "9", tax_id)


def _plain(figure: Decimal) -> str:
    """One spelling per value: 25, 25.0 and 2.5E+1 are 25; -0 is 0."""
    return f"{figure.normalize() + 0:f}"
