"""How sums of money are written for people. Reading them from files is the readers' business."""

from collections.abc import Mapping
from decimal import Decimal

from babel.numbers import format_decimal, get_currency_precision, get_currency_symbol


def figures(value: Decimal, currency: str) -> str:
    """`1234.5`, "EUR" → "1,234.50": the currency's own decimals, more where the amount has them."""
    places = max(get_currency_precision(currency), -int(value.normalize().as_tuple().exponent))
    return format_decimal(value, f"#,##0.{'0' * places}" if places else "#,##0", locale="en")


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
