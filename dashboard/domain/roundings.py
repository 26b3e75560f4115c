"""How much of a document's total may be rounding, by its currency. Which account it goes to is preflight's."""

from decimal import Decimal

from babel.core import get_global
from babel.numbers import get_currency_precision

_STATED = {True: Decimal(1), False: Decimal(10)}
"""By whether the currency has decimals: totals are rounded to a whole unit at most (CHF 0.05, DKK 0.50, SEK and NOK 1),
or to ten where a unit is worth little (JPY, CLP, ISK)."""

_STATED_BY_CURRENCY = {
    currency: Decimal(step)
    for currency, step in {
        "CRC": 5,
        "HUF": 10,
        "IDR": 50,
        "KHR": 50,
        "MNT": 20,
        "TZS": 50,
        "VND": 100,
    }.items()
}
"""Currencies whose smallest coin in use is worth more units than that. What programs round to: 0.05, 0.10, 1 or 10.

Hungary's Act III of 2008 (2008. évi III. törvény), §§ 1 and 2: cash is paid in steps of 5; programs offer 10 too.
Smallest denominations of the others: https://github.com/RubyMoney/money/blob/main/config/currency_iso.json
Steps that programs offer: SAP Business One, RoundingSysEnum
https://help.sap.com/doc/089315d8d0f8475a9fc84fb919b501a3/10.0/en-US/SDKHelp/SAPbobsCOM~Enumerations~RoundingSysEnum_EN.html
"""

_CASH_STEPS = {
    currency: Decimal(step) for currency, step in {"AUD": "0.05", "EUR": "0.05", "HUF": "5", "NZD": "0.10"}.items()
}
"""Where CLDR knows no step, or one too small: the euro's is law in some of its countries alone, Finland, Ireland, Italy
and the Netherlands among them. https://en.wikipedia.org/wiki/Cash_rounding"""

_UNSTATED = {True: Decimal("0.05"), False: Decimal(1)}


def stated_limit(currency: str) -> Decimal:
    """The largest rounding that a document in that currency may state. It does not depend on the document, or any total
    could be made to fit: a rounding of 4,000 is a line that was left out."""
    return _STATED_BY_CURRENCY.get(currency, _STATED[_has_decimals(currency)])


def unstated_limit(currency: str) -> Decimal:
    """How far a total may lie from lines, taxes and the stated rounding: what rounding line by line leaves."""
    return _UNSTATED[_has_decimals(currency)]


def is_cash_rounding(total: Decimal, computed: Decimal, currency: str) -> bool:
    """Whether `computed` was rounded to `total` as for cash: to a whole step, which lies less than one step away.

    A total that is a whole step off was not rounded, but adds up to something else.
    """
    step = _cash_step(currency)
    return total % step == 0 and abs(total - computed) < step


def _cash_step(currency: str) -> Decimal:
    """CLDR's step for cash: DKK 0.50, CHF 0.05, SEK 1; https://unicode.org/reports/tr35/tr35-numbers.html"""
    fractions = get_global("currency_fractions")
    _, _, decimals, step = fractions.get(currency, fractions["DEFAULT"])
    return _CASH_STEPS.get(currency, Decimal(max(step, 1)).scaleb(-decimals))


def _has_decimals(currency: str) -> bool:
    return get_currency_precision(currency) > 0
