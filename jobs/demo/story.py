"""The demo's story: which files come on which day, what the ledgers hold before, and what goes wrong. Seven causes."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from dashboard.vocabulary.mappings import (
    DEFAULT_PURCHASE_ACCOUNT,
    DEFAULT_SALES_ACCOUNT,
    MappingKind,
)
from jobs.demo.companies import (
    CUSTOMERS,
    GERMAN_SUPPLIER,
    MAPLE,
    MAPLE_CUSTOMERS,
    MAPLE_PRODUCTS,
    NORDLYS,
    PRODUCTS,
    PURCHASES,
    SUPPLIERS,
    UNKNOWN_CUSTOMERS,
    Article,
    Company,
)
from jobs.demo.documents import Paper, Sold, table, ubl

DAYS = 14
ACCOUNT_CLOSED_DAYS_AGO = 6
CLOSED_ACCOUNT = "493"
TRAVEL = Article("Train Göteborg–Stockholm", Decimal("689.62"), Decimal(6), account="5800")

_ACCOUNT, _TAX = MappingKind.ACCOUNT, MappingKind.TAX
MAPPINGS = (
    (_ACCOUNT, DEFAULT_SALES_ACCOUNT, "200"),
    (_ACCOUNT, DEFAULT_PURCHASE_ACCOUNT, "429"),
    (_ACCOUNT, "4010", "300"),
    (_ACCOUNT, "5010", "469"),
    (_ACCOUNT, "5020", "445"),
    (_ACCOUNT, "5800", CLOSED_ACCOUNT),
    (_ACCOUNT, "6540", "457"),
    (_TAX, "sale:S:25:SE", "OUTPUT"),
    (_TAX, "sale:G:0:SE", "TAX005"),
    (_TAX, "sale:K:0:SE", "TAX004"),
    (_TAX, "purchase:S:25:SE", "INPUT"),
    (_TAX, "purchase:S:6:SE", "TAX008"),
)
MAPPED_LATER = ((_ACCOUNT, "5460", "453"),)
MAPLE_MAPPINGS = ((_ACCOUNT, DEFAULT_SALES_ACCOUNT, "200"), (_TAX, "sale:S:20:GB", "OUTPUT2"))


@dataclass(frozen=True)
class File:
    """A file as it comes in; `is_bad` when it is to be refused."""

    name: str
    content: bytes
    is_bad: bool = False


def locked_until(today: date) -> date:
    return today - timedelta(days=40)


def starts_on(today: date) -> date:
    return today - timedelta(days=75)


def ledger_contacts() -> list[dict[str, Any]]:
    known = (*CUSTOMERS, *SUPPLIERS, GERMAN_SUPPLIER)
    return [{"Name": each.name, "TaxNumber": each.tax_id} for each in known]


def maple_ledger_contacts() -> list[dict[str, Any]]:
    return [{"Name": each.name, "TaxNumber": each.tax_id} for each in MAPLE_CUSTOMERS]


def invoices_typed_in_by_hand(today: date) -> list[dict[str, Any]]:
    """Somebody typed these into Xero before tieout was connected; their numbers come again in the story."""
    return [
        {
            "Type": "ACCREC",
            "InvoiceNumber": number,
            "Contact": {"Name": CUSTOMERS[position].name},
            "Date": (today - timedelta(days=30)).isoformat(),
            "DueDate": today.isoformat(),
            "LineAmountTypes": "Exclusive",
            "Status": "AUTHORISED",
            "LineItems": [
                {
                    "Description": "Lamps, as agreed by phone",
                    "Quantity": "1",
                    "UnitAmount": str(1200 + 340 * position),
                    "AccountCode": "200",
                    "TaxType": "OUTPUT",
                }
            ],
        }
        for position, number in enumerate(TYPED_IN)
    ]


TYPED_IN = ("NL-1903", "NL-1904", "NL-1907", "NL-1911", "NL-1912")


def files_of(today: date, age: int) -> Iterator[File]:
    """What Nordlys takes in on the day `age` days ago."""
    day = today - timedelta(days=age)
    chance = random.Random(f"nordlys {age}")  # noqa: S311 - the same demo every time
    if day.weekday() < 5 or age == 0:
        yield File(f"web-shop-{day}.csv", table(list(_shop_orders(day, age, chance)), "invoice"))
        for paper in _projects(day, age, chance):
            yield File(f"{paper.number}.xml", ubl(paper))
        for paper in _bills(day, age, chance):
            yield File(f"{paper.seller.name.split()[0].lower()}-{paper.number}.xml", ubl(paper))
    yield from _specials(today, day, age)


def maple_files_of(today: date, age: int) -> Iterator[File]:
    """What Maple & Finch takes in on that day."""
    day = today - timedelta(days=age)
    chance = random.Random(f"maple {age}")  # noqa: S311 - the same demo every time
    if age == 0 or day.weekday() == 6:
        return
    papers = [_maple_paper(3000 + (DAYS - age) * 4 + n, day, chance) for n in range(3)]
    yield File(f"till-{day}.csv", table(papers, "invoice"))


def unanswered_files(today: date) -> Iterator[File]:
    """Two invoices to which the ledger gives no clear answer: booked, and the line goes dead."""
    chance = random.Random("unanswered")  # noqa: S311 - the same demo every time
    papers = [_sale(f"NL-{2990 + n}", CUSTOMERS[n], today, chance) for n in range(2)]
    yield File("late-orders.csv", table(papers, "invoice"))


def waiting_files(today: date) -> Iterator[File]:
    """Six invoices of Maple & Finch that come after its access was withdrawn."""
    chance = random.Random("waiting")  # noqa: S311 - the same demo every time
    yield File("till-today.csv", table([_maple_paper(3900 + n, today, chance) for n in range(6)], "invoice"))


def _shop_orders(day: date, age: int, chance: random.Random) -> Iterator[Paper]:
    for n in range(9):
        customer = chance.choice(CUSTOMERS[:6])
        yield _sale(f"W-{10000 + (DAYS - age) * 20 + n}", customer, day, chance)


def _projects(day: date, age: int, chance: random.Random) -> Iterator[Paper]:
    for n in range(5):
        customer = chance.choice(CUSTOMERS)
        yield _sale(f"NL-{2000 + (DAYS - age) * 10 + n}", customer, day, chance)
    if age % 4 == 2:
        credit = _sale(f"NLC-{200 + DAYS - age}", chance.choice(CUSTOMERS[:6]), day, chance)
        yield replace(credit, is_credit=True, lines=credit.lines[:1])


def _bills(day: date, age: int, chance: random.Random) -> Iterator[Paper]:
    for n, supplier in enumerate(chance.sample(SUPPLIERS[:4], 3)):
        article = PURCHASES[SUPPLIERS.index(supplier)]
        yield _paper(f"{88100 + (DAYS - age) * 7 + n}", supplier, NORDLYS, day, (Sold(article, chance.randint(1, 6)),))


def _specials(today: date, day: date, age: int) -> Iterator[File]:
    """Where the causes come from; each line of this table says which, and how many."""
    make = {
        13: lambda: _expenses("5460", "Tools and consumables", 4, day, 500),  # mapped later: mended in the story
        12: lambda: _expenses("5410", "Workbench and shelving", 3, day, 510),
        11: lambda: _unknown_customers(day, 4, 700),
        10: lambda: _german(day, 3, 4410),
        9: lambda: [*_expenses("5410", "Drill press", 4, day, 520), *_travel(day, 3, 900)],
        8: lambda: _typed_in_again(day),
        7: lambda: _late(today, 6),
        6: lambda: _before_start(today, 4),
        5: lambda: _travel(day, 3, 920),
        4: lambda: _german(day, 3, 4420),
        3: lambda: _unknown_customers(day, 4, 720),
        2: lambda: [*_rounded(day), *_travel(day, 2, 940)],
        1: lambda: _twice(day),
        0: lambda: [File("scan-0412.pdf.xml", b"%PDF-1.4 a scan, not an e-invoice", is_bad=True)],
    }.get(age)
    if make is not None:
        yield from make()


def _expenses(account: str, name: str, how_many: int, day: date, first: int) -> list[File]:
    """Bills on an account that nobody mapped."""
    article = Article(name, Decimal("1249.00"), account=account)
    papers = [_paper(f"T-{first + n}", SUPPLIERS[3], NORDLYS, day, (Sold(article, 1 + n),)) for n in range(how_many)]
    return [File(f"expenses-{account}-{day}.csv", table(papers, "bill"))]


def _travel(day: date, how_many: int, first: int) -> list[File]:
    """Bills on the account that is archived in the middle of the story."""
    papers = [_paper(f"RK-{first + n}", SUPPLIERS[4], NORDLYS, day, (Sold(TRAVEL, 1 + n),)) for n in range(how_many)]
    return [File(f"{paper.number}.xml", ubl(paper)) for paper in papers]


def _unknown_customers(day: date, how_many: int, first: int) -> list[File]:
    """Invoices to customers that the ledger does not know."""
    chance = random.Random(first)  # noqa: S311 - the same demo every time
    papers = [
        _sale(f"NL-{first + n}", UNKNOWN_CUSTOMERS[n % len(UNKNOWN_CUSTOMERS)], day, chance) for n in range(how_many)
    ]
    return [File(f"{paper.number}.xml", ubl(paper)) for paper in papers]


def _german(day: date, how_many: int, first: int) -> list[File]:
    """Bills with a tax that nobody mapped: an intra-community supply."""
    article = Article("LED modules, 3000 K", Decimal("38.40"))
    papers = [
        replace(
            _paper(f"LW-{first + n}", GERMAN_SUPPLIER, NORDLYS, day, (Sold(article, 40 + 10 * n),)),
            currency="EUR",
            category="K",
        )
        for n in range(how_many)
    ]
    return [File(f"{paper.number}.xml", ubl(paper)) for paper in papers]


def _typed_in_again(day: date) -> list[File]:
    """Invoices whose numbers exist in the ledger already."""
    chance = random.Random("typed in")  # noqa: S311 - the same demo every time
    papers = [_sale(number, CUSTOMERS[n], day, chance) for n, number in enumerate(TYPED_IN)]
    return [File(f"{paper.number}.xml", ubl(paper)) for paper in papers]


def _late(today: date, how_many: int) -> list[File]:
    """Bills that came late: dated in the closed period."""
    day = locked_until(today) - timedelta(days=6)
    papers = [
        _paper(f"{87950 + n}", SUPPLIERS[n % 3], NORDLYS, day, (Sold(PURCHASES[n % 3], 1),)) for n in range(how_many)
    ]
    return [File(f"late-{paper.number}.xml", ubl(paper)) for paper in papers]


def _before_start(today: date, how_many: int) -> list[File]:
    """Invoices dated before the day from which on documents are sent: On Hold."""
    chance = random.Random("before start")  # noqa: S311 - the same demo every time
    day = starts_on(today) - timedelta(days=12)
    papers = [_sale(f"NL-{1500 + n}", CUSTOMERS[n], day, chance) for n in range(how_many)]
    return [File("old-project-invoices.csv", table(papers, "invoice"))]


def _rounded(day: date) -> list[File]:
    """Bills rounded to whole kronor, and no account chosen for the difference."""
    papers = [
        replace(
            _paper(f"NK-{5500 + n}", SUPPLIERS[1], NORDLYS, day, (Sold(PURCHASES[1], 1 + 2 * n),)), to_whole_units=True
        )
        for n in range(3)
    ]
    return [File(f"{paper.number}.xml", ubl(paper)) for paper in papers]


def _twice(day: date) -> list[File]:
    """The same bill twice, once with another amount: a possible duplicate, and one that is just the same again."""
    first = _paper("88999", SUPPLIERS[0], NORDLYS, day, (Sold(PURCHASES[0], 4),))
    second = replace(first, lines=(Sold(PURCHASES[0], 5),))
    return [
        File("glasbruket-88999.xml", ubl(first)),
        File("glasbruket-88999 (1).xml", ubl(second)),
        File("glasbruket-88999.csv", table([first], "bill")),
    ]


def _sale(number: str, customer: Company, day: date, chance: random.Random) -> Paper:
    articles = chance.sample(PRODUCTS, chance.randint(1, 3))
    paper = _paper(number, NORDLYS, customer, day, tuple(Sold(each, chance.randint(1, 8)) for each in articles))
    category = {"SE": "S", "DK": "K"}.get(customer.country, "G")
    return replace(paper, currency=customer.currency, category=category)


def _maple_paper(number: int, day: date, chance: random.Random) -> Paper:
    articles = chance.sample(MAPLE_PRODUCTS, chance.randint(1, 2))
    lines = tuple(Sold(each, chance.randint(1, 5)) for each in articles)
    return replace(_paper(f"MF-{number}", MAPLE, chance.choice(MAPLE_CUSTOMERS), day, lines), currency="GBP")


def _paper(number: str, seller: Company, buyer: Company, day: date, lines: Sequence[Sold]) -> Paper:
    return Paper(number, seller, buyer, day, day + timedelta(days=30), "SEK", tuple(lines))
