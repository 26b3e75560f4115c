"""What makes two documents the same: keys for number, tax id and name, and a fingerprint of what a bill says. Whether
the same bill is attached or asked about is decided by intake."""

import hashlib
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from difflib import SequenceMatcher

from dashboard.domain.intake.invisible import without_invisible
from dashboard.vocabulary.documents import Document

SAID_BY_MANY = frozenset([
    "ab", "ag", "aps", "as", "asa", "bv", "bvba", "co", "company", "corp", "ehf", "gbr", "gmbh", "group",
    "handelsbolag", "hb", "hf", "holding", "hotel", "hotell", "inc", "international", "kb", "kg", "ks", "limited",
    "llc", "llp", "ltd", "mbh", "nuf", "nv", "oy", "oyj", "plc", "pty", "sa", "sarl", "sas", "spa", "sprl", "srl",
    "the",
])  # fmt: skip
"""Words that hundreds of names share; they make no two names alike."""

_SHORTEST_NATIONAL_NUMBER = 8
_FEWEST_DIGITS = 4

# What tax offices have people write for whoever has no id: Mexico for the public and for foreigners (SAT, Anexo 20),
# Italy for those outside the Union (Agenzia delle Entrate, fatturazione elettronica).
_NOBODYS = frozenset({"XAXX010101000", "XEXX010101000", "OO99999999999"})

# What tells names apart though it is no letter: C++ is not C, nor is C#.
_SAID_BY_SIGNS = frozenset("+#%@$€£¥")
# NFKC would make a space and an accent of the spacing one, which people write for an apostrophe.
_UNSAID = re.compile(r"[.'’‘`´]")
_ALIKE = 0.6


def normalised_number(number: str) -> str:
    """Upper case, letters and digits alone, no leading noughts in a run of digits: INV-0007 and inv 7 are INV7.

    Punctuation is dropped before noughts are, so 2024-001 is 2024001 and not 20241. A number of it alone stays itself.
    What sits on a letter stays: सी-7 is not सू-7.
    """
    folded = without_invisible(unicodedata.normalize("NFKC", number)).upper()
    # Composed once more: capitals come apart, and what stood behind a dash now stands behind a letter.
    kept = unicodedata.normalize(
        "NFKC", "".join(sign for sign in folded if sign.isalnum() or unicodedata.category(sign)[0] == "M")
    )
    return (re.sub(r"\d+", lambda run: run[0].lstrip("0") or "0", kept) or folded.strip())[:255]


def normalised_tax_id(tax_id: str) -> str:
    """Upper case, letters and digits alone. A country prefix or an ending such as MVA is part of it.

    Empty for what identifies nobody: words (N/A, unknown), fewer than four digits, one digit throughout (99999), or
    noughts alone after a prefix (SE000000000000). All who have no number write these, and would be one company.
    """
    folded = without_invisible(unicodedata.normalize("NFKC", tax_id)).upper()
    kept = "".join(sign for sign in folded if sign.isalnum())
    digits = "".join(sign for sign in kept if sign.isdigit())
    is_filler = len(set(kept)) == 1 or not digits.strip("0") or kept in _NOBODYS
    return "" if len(digits) < _FEWEST_DIGITS or is_filler else kept


def normalised_name(name: str) -> str:
    """Case, spaces and punctuation do not matter ("Nordlys AB." is "nordlys ab", "N.V." is "nv").

    Legal forms and accents stay: Nordlys AB and Nordlys AS are two companies, and so may be Müller and Muller. So do
    marks that no letter holds (the vowels of सीता and सूता), and signs that are read aloud: C++ AB is not C AB.
    """
    said = without_invisible(_UNSAID.sub("", name))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", said).casefold())
    kept: list[str] = []
    for sign in _UNSAID.sub("", folded):
        group = unicodedata.category(sign)[0]
        is_said = group in "LN" or sign in _SAID_BY_SIGNS or (group == "M" and bool(kept) and kept[-1] != " ")
        kept.append(sign if is_said else " ")
    return " ".join("".join(kept).split())


def telling_words(name: str) -> set[str]:
    """The words of a name that few others share."""
    return {word for word in normalised_name(name).split() if len(word) > 1} - SAID_BY_MANY


def are_names_apart(one: str, other: str) -> bool:
    """Whether two names have nothing in common: no word, and hardly a run of letters (Nord Lys is Nordlys).

    Then one tax id under both may be a slip. A name that is missing or says nothing is apart from none.
    """
    ours, theirs = telling_words(one), telling_words(other)
    if not ours or not theirs or ours & theirs:
        return False
    our_letters, their_letters = (normalised_name(each).replace(" ", "") for each in (one, other))
    return SequenceMatcher(None, our_letters, their_letters, autojunk=False).ratio() < _ALIKE


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
