"""Xero's sums: tax per line, half up to two decimals, then added. Pure; nothing here looks anything up."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from jobs.sandbox.xero.objects import NOTHING, Line, LineAmounts


def round_to(value: Decimal, decimals: int) -> Decimal:
    """Half up, away from zero."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def expected_line(
    quantity: Decimal, unit_amount: Decimal, discount_rate: Decimal | None, discount: Decimal | None
) -> Decimal:
    """What a line comes to."""
    gross = quantity * unit_amount
    if discount_rate is not None:
        gross = gross * (100 - discount_rate) / 100
    elif discount is not None:
        gross -= discount
    return round_to(gross, 2)


def tax_of(line_amount: Decimal, percent: Decimal, amounts: LineAmounts) -> Decimal:
    """The tax on or in a line."""
    if amounts is LineAmounts.NO_TAX:
        return NOTHING
    if amounts is LineAmounts.INCLUSIVE:
        return round_to(line_amount - line_amount / (1 + percent / 100), 2)
    return round_to(line_amount * percent / 100, 2)


@dataclass(frozen=True)
class Sums:
    """A document's sums."""

    sub_total: Decimal
    total_tax: Decimal
    total: Decimal


def add_up(lines: Iterable[Line], amounts: LineAmounts) -> Sums:
    """The sums of a document's lines."""
    counted = list(lines)
    lines_sum = sum((line.line_amount for line in counted), NOTHING)
    tax = sum((line.tax_amount for line in counted), NOTHING)
    if amounts is LineAmounts.INCLUSIVE:
        return Sums(lines_sum - tax, tax, lines_sum)
    return Sums(lines_sum, tax, lines_sum + tax)
