"""How sums of money are written for people. Reading them from files is the readers' business."""

from collections.abc import Mapping
from decimal import Decimal

from dashboard.vocabulary.figures import figures

__all__ = ["all_in_words", "figures", "in_words"]


def in_words(value: Decimal, currency: str) -> str:
    """`1234.5`, "EUR" → "1,234.50 EUR"."""
    return f"{figures(value, currency)} {currency}"


def all_in_words(sums: Mapping[str, Decimal], first: str) -> str:
    """Sums by currency in a sentence, that of `first` before the others: "48,200.00 GBP and 1,200.00 SEK"."""
    said = [in_words(sums[currency], currency) for currency in sorted(sums, key=lambda each: (each != first, each))]
    return " and ".join([", ".join(said[:-1]), said[-1]]) if len(said) > 1 else "".join(said)
