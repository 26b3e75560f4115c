"""Where the demo's open failures come from: what is wrong with the papers of the last two weeks. Seven causes."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from jobs.demo.companies import (
    CUSTOMERS,
    GERMAN_SUPPLIER,
    NORDLYS,
    PURCHASES,
    SUPPLIERS,
    UNKNOWN_CUSTOMERS,
    Article,
)
from jobs.demo.documents import Sold, table, ubl
from jobs.demo.papers import File, each_as_a_file, paper, sale

ACCOUNT_CLOSED_DAYS_AGO = 6
CLOSED_ACCOUNT = "493"
MAPPED_LATER_ACCOUNT = "5460"
LOCKED_DAYS_AGO = 20
"""When the period was closed up to `locked_until`."""
TYPED_IN = ("NL-1903", "NL-1904", "NL-1907", "NL-1911", "NL-1912")
_TRAVEL = Article("Train Göteborg–Stockholm", Decimal("689.62"), Decimal(6), account="5800")


def starts_on(today: date) -> date:
    """From this day on documents are sent."""
    return today - timedelta(days=75)


def locked_before(today: date) -> date:
    """The last day of the closed period when the story begins."""
    return today - timedelta(days=70)


def locked_until(today: date) -> date:
    """The last day of the closed period since LOCKED_DAYS_AGO."""
    return today - timedelta(days=40)


def invoices_typed_in_by_hand(today: date, numbers: Sequence[str]) -> list[dict[str, Any]]:
    """Somebody typed these into Xero before tieout was connected; their numbers come again in the story."""
    return [
        {
            "Type": "ACCREC",
            "InvoiceNumber": number,
            "Contact": {"Name": CUSTOMERS[position].name},
            "Date": (today - timedelta(days=66)).isoformat(),
            "DueDate": (today - timedelta(days=36)).isoformat(),
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
        for position, number in enumerate(numbers)
    ]


def files(today: date, day: date, age: int) -> Iterator[File]:
    """Where the causes come from; each line of this table says which, and how many."""
    make = {
        # Mapped on the last working day, and mended.
        13: lambda: _expenses(MAPPED_LATER_ACCOUNT, "Tools and consumables", 4, day, 500),
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
    papers = [paper(f"T-{first + n}", SUPPLIERS[3], NORDLYS, day, (Sold(article, 1 + n),)) for n in range(how_many)]
    return [File(f"expenses-{account}-{day}.csv", table(papers, "bill"))]


def _travel(day: date, how_many: int, first: int) -> list[File]:
    """Bills on the account that is archived in the middle of the story."""
    papers = [paper(f"RK-{first + n}", SUPPLIERS[4], NORDLYS, day, (Sold(_TRAVEL, 1 + n),)) for n in range(how_many)]
    return each_as_a_file(papers)


def _unknown_customers(day: date, how_many: int, first: int) -> list[File]:
    """Invoices to customers that the ledger does not know."""
    chance = random.Random(first)  # noqa: S311 - the same demo every time
    papers = [
        sale(f"UT-{first + n}", UNKNOWN_CUSTOMERS[n % len(UNKNOWN_CUSTOMERS)], day, chance) for n in range(how_many)
    ]
    return each_as_a_file(papers)


def _german(day: date, how_many: int, first: int) -> list[File]:
    """Bills with a tax that nobody mapped: an intra-community supply."""
    article = Article("LED modules, 3000 K", Decimal("38.40"))
    papers = [
        replace(
            paper(f"LW-{first + n}", GERMAN_SUPPLIER, NORDLYS, day, (Sold(article, 40 + 10 * n),)),
            currency="EUR",
            category="K",
        )
        for n in range(how_many)
    ]
    return each_as_a_file(papers)


def _typed_in_again(day: date) -> list[File]:
    """Invoices whose numbers exist in the ledger already."""
    chance = random.Random("typed in")  # noqa: S311 - the same demo every time
    papers = [sale(number, CUSTOMERS[n], day, chance) for n, number in enumerate(TYPED_IN)]
    return each_as_a_file(papers)


def _late(today: date, how_many: int) -> list[File]:
    """Bills that came late: dated in the closed period."""
    day = locked_until(today) - timedelta(days=6)
    papers = [
        paper(f"{87950 + n}", SUPPLIERS[n % 3], NORDLYS, day, (Sold(PURCHASES[n % 3], 1 + n // 3),))
        for n in range(how_many)
    ]
    return each_as_a_file(papers, "late-")


def _before_start(today: date, how_many: int) -> list[File]:
    """Invoices dated before the day from which on documents are sent: On Hold."""
    chance = random.Random("before start")  # noqa: S311 - the same demo every time
    day = starts_on(today) - timedelta(days=12)
    papers = [sale(f"NL-{1500 + n}", CUSTOMERS[n], day, chance) for n in range(how_many)]
    return [File("old-project-invoices.csv", table(papers, "invoice"))]


def _rounded(day: date) -> list[File]:
    """Bills rounded to whole kronor, and no account chosen for the difference."""
    papers = [
        replace(
            paper(f"NK-{5500 + n}", SUPPLIERS[1], NORDLYS, day, (Sold(PURCHASES[1], 1 + 2 * n),)), to_whole_units=True
        )
        for n in range(3)
    ]
    return each_as_a_file(papers)


def _twice(day: date) -> list[File]:
    """The same bill twice, once with another amount: a possible duplicate, and one that is just the same again."""
    first = paper("88999", SUPPLIERS[0], NORDLYS, day, (Sold(PURCHASES[0], 4),))
    second = replace(first, lines=(Sold(PURCHASES[0], 5),))
    return [
        File("glasbruket-88999.xml", ubl(first)),
        File("glasbruket-88999 (1).xml", ubl(second)),
        File("glasbruket-88999.csv", table([first], "bill")),
    ]
