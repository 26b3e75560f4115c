"""How the demo's companies write their papers: invoices of both organisations, suppliers' bills, and files of them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from jobs.demo.companies import MAPLE, MAPLE_CUSTOMERS, MAPLE_PRODUCTS, NORDLYS, PRODUCTS, Article, Company
from jobs.demo.documents import Paper, Sold, ubl

_PRICE_LISTS = {"SEK": Decimal(1), "NOK": Decimal("1.05"), "DKK": Decimal("0.68"), "EUR": Decimal("0.09")} | {
    "GBP": Decimal("0.078")
}
"""What a krona of the Swedish price list is in the list of each currency."""
_EU = {"DK", "FI", "DE"}


@dataclass(frozen=True)
class File:
    """A file as it comes in; `is_bad` when it is to be refused."""

    name: str
    content: bytes
    is_bad: bool = False


def paper(number: str, seller: Company, buyer: Company, day: date, lines: Sequence[Sold]) -> Paper:
    return Paper(number, seller, buyer, day, day + timedelta(days=30), "SEK", tuple(lines))


def sale(
    number: str, customer: Company, day: date, chance: random.Random, articles: Sequence[Article] = PRODUCTS
) -> Paper:
    """An invoice of Nordlys in the customer's currency, with one to three things on it."""
    chosen = chance.sample(articles, chance.randint(1, 3))
    lines = [Sold(_priced(each, customer.currency), chance.randint(1, 8)) for each in chosen]
    category = "S" if customer.country == "SE" else "K" if customer.country in _EU else "G"
    return replace(paper(number, NORDLYS, customer, day, lines), currency=customer.currency, category=category)


def maple_sale(number: int, day: date, chance: random.Random) -> Paper:
    lines = [Sold(each, chance.randint(1, 5)) for each in chance.sample(MAPLE_PRODUCTS, chance.randint(1, 2))]
    return replace(paper(f"MF-{number}", MAPLE, chance.choice(MAPLE_CUSTOMERS), day, lines), currency="GBP")


def each_as_a_file(papers: Sequence[Paper], prefix: str = "") -> list[File]:
    return [File(f"{prefix}{each.number}.xml", ubl(each)) for each in papers]


def _priced(article: Article, currency: str) -> Article:
    if currency == "SEK":
        return article
    return replace(article, price=(article.price * _PRICE_LISTS[currency]).quantize(Decimal(1), ROUND_HALF_UP))
