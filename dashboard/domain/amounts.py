"""How sums of money are written for people. Reading them from files is the readers' business."""

from collections.abc import Mapping
from decimal import Decimal

from babel.numbers import get_currency_symbol

from dashboard.vocabulary.figures import figures

__all__ = ["all_briefly", "briefly", "figures", "in_words"]


def in_words(value: Decimal, currency: str) -> str:
    """`1234.5`, "EUR" → "1,234.50 EUR"."""
    return f"{figures(value, currency)} {currency}"


def briefly(value: Decimal, currency: str) -> str:
    """For a sentence: `48200`, "GBP" → "£48,200", "48,200 SEK" where English has no sign; cents where there are any."""
    written = figures(abs(value), currency)
    whole = written.partition(".")[0] if value == value.to_integral_value() else written
    minus, sign = "−" if value < 0 else "", get_currency_symbol(currency, "en")
    return f"{minus}{whole} {currency}" if sign == currency else f"{minus}{sign}{whole}"


def all_briefly(sums: Mapping[str, Decimal], first: str) -> str:
    """Sums by currency in a sentence, that of `first` before the others: "£48,200 and 1,200 SEK"."""
    said = [briefly(sums[currency], currency) for currency in sorted(sums, key=lambda each: (each != first, each))]
    return " and ".join([", ".join(said[:-1]), said[-1]]) if len(said) > 1 else "".join(said)
