"""How sums of money are written for people. Reading them from files is the readers' business."""

from decimal import Decimal

from babel.numbers import format_decimal, get_currency_precision


def figures(value: Decimal, currency: str) -> str:
    """`1234.5`, "EUR" → "1,234.50": the currency's own decimals, more where the amount has them."""
    places = max(get_currency_precision(currency), -int(value.normalize().as_tuple().exponent))
    return format_decimal(value, f"#,##0.{'0' * places}" if places else "#,##0", locale="en")


def in_words(value: Decimal, currency: str) -> str:
    """`1234.5`, "EUR" → "1,234.50 EUR"."""
    return f"{figures(value, currency)} {currency}"
