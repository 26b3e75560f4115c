"""How an amount's figures are written for people, wherever they stand. Whole sums and sentences are domain/amounts'."""

from decimal import Decimal

from babel.numbers import format_decimal, get_currency_precision


def figures(value: Decimal, currency: str) -> str:
    """`1234.5`, "EUR" → "1,234.50": the currency's own decimals, more where the amount has them."""
    places = max(get_currency_precision(currency), -int(value.normalize().as_tuple().exponent))
    return format_decimal(value, f"#,##0.{'0' * places}" if places else "#,##0", locale="en")
