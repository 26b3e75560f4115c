"""Currencies, countries, tax categories, document types, dates and texts as every reader takes them."""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.numbers import list_currencies

from dashboard.domain.intake.readers.refused import Refused

UNTAXED = frozenset({"Z", "E", "AE", "K", "G", "O"})
"""UNCL 5305 categories whose rate is nought by definition."""
CATEGORIES = UNTAXED | {"S", "L", "M", "B"}
NOT_BROKEN_DOWN = "NS"
"""Not of UNCL 5305 and in no file: the category of a document that states its tax in its total alone."""
CREDIT_TYPES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"})
"""UNCL 1001 codes of credit notes, as EN 16931 divides them from invoices. 389 (self-billed invoice) is none."""
PRO_FORMA = "325"

_NO_MONEY = frozenset({"XXX", "XTS"})
_NO_COUNTRY = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_SAME_COUNTRY = {"EL": "GR", "UK": "GB", "1A": "XK"}


def currency(text: str) -> str:
    code = text.upper()
    if code not in _currencies():
        raise Refused(f"“{text}” is not an ISO 4217 currency code.", "Write a code such as EUR or SEK.")
    return code


def country(text: str) -> str:
    """ISO 3166-1 alpha-2, into which EL and UK (of VAT numbers) and 1A (of Peppol) are turned. Empty stays empty."""
    code = _SAME_COUNTRY.get(text.upper(), text.upper())
    if code and code not in _countries():
        raise Refused(f"“{text}” is not a two-letter country code.", "Write a code such as SE or DE.")
    return code


def category(text: str) -> str:
    code = text.upper()
    if code not in CATEGORIES:
        raise Refused(
            f"“{text}” is not a tax category tieout knows.",
            "The categories are S, Z, E, AE, K, G, O, L, M and B (UNCL 5305).",
        )
    return code


def check_rate(category: str, rate: Decimal) -> None:
    """Exempt, reverse-charged, exported and zero-rated supplies carry no tax (EN 16931, BR-E-05 and its likes)."""
    if category in UNTAXED and rate != 0:
        raise Refused(f"Tax category {category} has a rate of 0 %, but {rate:f} % is stated.")


def calendar_date(year: int, month: int, day: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise Refused(f"There is no day {year:04}-{month:02}-{day:02}.") from None
    if not 1900 <= year <= 2200:
        raise Refused(f"The year {year} is outside 1900 to 2200.")
    return found


def with_period(description: str, start: date | None, end: date | None) -> str:
    """What a line is about with the days it is for, since the ledger has no place of its own for them."""
    if start and end and start != end:
        return f"{description} ({start} to {end})"
    day = start or end
    return f"{description} ({day})" if day else description


def refuse_pro_forma(type_code: str) -> None:
    if type_code == PRO_FORMA:
        raise Refused("A pro forma invoice is not booked.", "Take in the final invoice.")


def one_line(text: str, longest: int = 255) -> str:
    """Words with single spaces between them."""
    return _printable(" ".join(text.split()), longest)


def prose(text: str, longest: int = 20_000) -> str:
    """A text of several lines, each without spaces at its ends."""
    return _printable("\n".join(" ".join(line.split()) for line in text.strip().splitlines()), longest)


def _printable(text: str, longest: int) -> str:
    if len(text) > longest:
        raise Refused(f"A text of {len(text)} characters is longer than the {longest} that are kept here.")
    if any(unicodedata.category(sign) == "Cc" and sign != "\n" for sign in text):
        raise Refused("The text holds control characters.")
    return text


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies()) - _NO_MONEY


@cache
def _countries() -> frozenset[str]:
    return frozenset(re.findall(r"\b[A-Z]{2}\b", " ".join(map(str, Locale("en").territories)))) - _NO_COUNTRY
