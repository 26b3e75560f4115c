"""Made-up but steady exchange rates, so that a document in a foreign currency has one."""

from decimal import Decimal

from jobs.sandbox.xero.arithmetic import round_to

PER_EURO = {
    "EUR": Decimal(1),
    "SEK": Decimal("11.25"),
    "NOK": Decimal("11.70"),
    "DKK": Decimal("7.46"),
    "GBP": Decimal("0.86"),
    "USD": Decimal("1.09"),
}


def rate_between(base: str, currency: str) -> Decimal:
    """How much of `currency` one unit of the base currency buys; 1 where either is unknown."""
    if base == currency or base not in PER_EURO or currency not in PER_EURO:
        return Decimal(1)
    return round_to(PER_EURO[currency] / PER_EURO[base], 6)
