"""Amounts, prices and rates as every reader takes them: what passes here can be stored exactly. How a format writes
its numbers is the reader's own business."""

import re
from decimal import ROUND_HALF_UP, Decimal, localcontext

from babel.numbers import get_currency_precision

from dashboard.domain.intake.readers.refused import Refused

AMOUNT_DECIMALS = 4
PRICE_DECIMALS = 10
_LARGEST = Decimal(10) ** 12
_LONGEST = 40
_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_CENT = Decimal("0.01")


def plain_decimal(text: str) -> Decimal:
    """A number as XML Schema's decimal writes it: a point, no exponent, no grouping, neither NaN nor infinity.

    https://www.w3.org/TR/xmlschema-2/#decimal
    """
    if len(text) > _LONGEST:
        raise Refused(f"A number of {len(text)} characters cannot be an amount.")
    if not _PLAIN.fullmatch(text):
        raise Refused(f"“{text}” is not a number.", "Write digits with a decimal point, such as 1234.50.")
    return Decimal(text)


def amount(value: Decimal) -> Decimal:
    """A sum of money: below a million million, with at most four decimals, since that is how amounts are stored."""
    return _bounded(value, AMOUNT_DECIMALS)


def price(value: Decimal) -> Decimal:
    """A quantity or a unit price: below a million million, with at most ten decimals."""
    return _bounded(value, PRICE_DECIMALS)


def unit_price(amount: Decimal, quantity: Decimal) -> Decimal:
    """The price of one, of which ten decimals are kept: a price for 3 or 7 has no exact one."""
    return price(round_half_up(amount / quantity, PRICE_DECIMALS).normalize())


def rate(value: Decimal) -> Decimal:
    """A tax rate as a percentage."""
    if not 0 <= value <= 100:
        raise Refused(f"A tax rate of {value:f} % is outside 0 to 100.")
    return _bounded(value, AMOUNT_DECIMALS)


def decimals_of(currency: str) -> int:
    return get_currency_precision(currency)


def round_half_up(value: Decimal, decimals: int) -> Decimal:
    with localcontext(prec=80):
        return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def tolerance(currency: str, amounts: int) -> Decimal:
    """How far a stated figure may be from one computed out of `amounts` amounts, each of which may have been rounded:
    a hundredth for each, or one whole unit where the currency has no cents."""
    unit = max(_CENT, Decimal(1).scaleb(-decimals_of(currency)))
    return unit * max(1, amounts)


def _bounded(value: Decimal, decimals: int) -> Decimal:
    if abs(value) >= _LARGEST:
        raise Refused(f"{value:f} is larger than any amount tieout keeps (below 1,000,000,000,000).")
    shortest = round_half_up(value, decimals)
    if shortest != value:
        raise Refused(f"{value:f} has more than {decimals} decimals, so it cannot be kept exactly.")
    # What is written with fewer decimals keeps its own spelling; adding nought turns -0.00 into 0.00.
    return min(value, shortest, key=lambda figure: len(figure.as_tuple().digits)) + 0
