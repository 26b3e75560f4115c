"""The demo's ordinary business: which papers come on which day. What goes wrong is told in causes.py and history.py."""

import calendar
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from jobs.demo import causes
from jobs.demo.companies import (
    CUSTOMERS,
    FOREIGN_CUSTOMERS,
    NORDLYS,
    PROJECT_PRODUCTS,
    PURCHASES,
    SHOP_PRODUCTS,
    SUPPLIERS,
    SWEDISH_CUSTOMERS,
)
from jobs.demo.documents import Paper, Sold, table, ubl
from jobs.demo.papers import File, each_as_a_file, maple_sale, paper, sale

DAYS = 60
"""How far back the story goes."""
FEWEST_DAYS = 14
"""From here on everything happens that the demo's open failures come from."""

_GLASS, _POWER, _RENT, _CABLE, _TRAVEL, _HOSTING, _FREIGHT, _BOXES, _CLEANING, _PRINT = range(10)
_LAST_TRAVEL = causes.ACCOUNT_CLOSED_DAYS_AGO + 1
_SERIES = {_GLASS: "88{:03}", _POWER: "NK-51{:02}", _RENT: "HF-26{:02}", _CABLE: "TV-{:04}", _TRAVEL: "RK-6{:02}"} | {
    _HOSTING: "PX-{:05}",
    _FREIGHT: "FB-{:06}",
    _BOXES: "KW-{:04}",
    _CLEANING: "S{:05}",
    _PRINT: "TE-{:04}",
}
"""How each supplier numbers its invoices."""


@dataclass(frozen=True)
class Day:
    """What both organisations write and get on one day."""

    on: date
    shop: tuple[Paper, ...]
    projects: tuple[Paper, ...]
    bills: tuple[Paper, ...]
    till: tuple[Paper, ...]

    @property
    def morning(self) -> Iterator[File]:
        """The night's orders, and the suppliers' mail."""
        if self.shop:
            yield File(f"web-shop-{self.on}.csv", table(self.shop, "invoice"))
        for bill in self.bills:
            yield File(f"{bill.seller.name.split()[0].lower()}-{bill.number}.xml", ubl(bill))

    @property
    def afternoon(self) -> Iterator[File]:
        """Invoices of the projects; what is invoiced by month comes as one table."""
        if is_month_end(self.on):
            invoices = [each for each in self.projects if not each.is_credit]
            yield File(f"month-end-{self.on}.csv", table(invoices, "invoice"))
            yield from each_as_a_file([each for each in self.projects if each.is_credit])
        else:
            yield from each_as_a_file(self.projects)

    @property
    def evening(self) -> Iterator[File]:
        """What Maple & Finch takes out of its till."""
        if self.till:
            yield File(f"till-{self.on}.csv", table(self.till, "invoice"))


def days(today: date) -> dict[int, Day]:
    """Every day by its age. All are always made, so that numbers have no gaps wherever the telling begins."""
    given: Counter[str] = Counter(shop=10_000, project=2_000, credit=200, till=3_000)
    for supplier in _SERIES:
        given[_SERIES[supplier]] = 11 + 3 * supplier
    return {age: _day(today - timedelta(days=age), age, given) for age in range(DAYS, -1, -1)}


def is_month_end(day: date) -> bool:
    """Whether it is one of the last two weekdays of its month."""
    last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    left = [last - timedelta(days=n) for n in range(4)]
    return day in [each for each in left if each.weekday() < 5][:2]


def unanswered_files(written: dict[int, Day]) -> Iterator[File]:
    """Two invoices to which the ledger gives no clear answer: booked, and the line goes dead."""
    today = written[0].on
    last = max(int(each.number.removeprefix("NL-")) for each in written[0].projects if not each.is_credit)
    chance = random.Random("unanswered")  # noqa: S311 - the same demo every time
    papers = [sale(f"NL-{last + 1 + n}", CUSTOMERS[n], today, chance) for n in range(2)]
    yield File("late-orders.csv", table(papers, "invoice"))


def waiting_files(today: date) -> Iterator[File]:
    """Six invoices of Maple & Finch that come after its access was withdrawn."""
    chance = random.Random("waiting")  # noqa: S311 - the same demo every time
    yield File("till-today.csv", table([maple_sale(3900 + n, today, chance) for n in range(6)], "invoice"))


def _day(on: date, age: int, given: Counter[str]) -> Day:
    chance = random.Random(f"day {age}")  # noqa: S311 - the same demo every time
    # Somebody tries the demo on a Sunday too, and finds something that came today.
    is_working_day = on.weekday() < 5 or age == 0
    return Day(
        on,
        shop=tuple(_shop_orders(on, is_working_day, chance, given)),
        projects=tuple(_projects(on, chance, given)) if is_working_day else (),
        bills=tuple(_bills(on, age, chance, given)) if is_working_day else (),
        till=tuple(_till(on, chance, given)) if age > 0 and on.weekday() != 6 else (),
    )


def _next(given: Counter[str], series: str) -> int:
    given[series] += 1
    return given[series]


def _shop_orders(on: date, is_working_day: bool, chance: random.Random, given: Counter[str]) -> Iterator[Paper]:
    """What was ordered by night, on Mondays by two; on Saturday little comes, and on Sunday nobody looks."""
    if not is_working_day and on.weekday() == 6:
        return
    busy = (17, 24) if on.weekday() == 0 else (11, 17) if is_working_day else (3, 7)
    for _ in range(chance.randint(*busy)):
        order = sale(f"W-{_next(given, 'shop')}", chance.choice(SWEDISH_CUSTOMERS), on, chance, SHOP_PRODUCTS)
        yield replace(order, due_on=on + timedelta(days=10))


def _projects(on: date, chance: random.Random, given: Counter[str]) -> Iterator[Paper]:
    """Deliveries and installations; at the end of a month all that is invoiced by month."""
    for _ in range(chance.randint(15, 20) if is_month_end(on) else chance.randint(3, 5)):
        customers = FOREIGN_CUSTOMERS if chance.random() < 0.3 else SWEDISH_CUSTOMERS
        yield sale(f"NL-{_next(given, 'project')}", chance.choice(customers), on, chance, PROJECT_PRODUCTS)
    if chance.random() < 0.3:
        credit = sale(f"NLC-{_next(given, 'credit')}", chance.choice(SWEDISH_CUSTOMERS), on, chance)
        yield replace(credit, is_credit=True, lines=credit.lines[:1])


def _bills(on: date, age: int, chance: random.Random, given: Counter[str]) -> Iterator[Paper]:
    for supplier, quantity in _deliveries(on, age, chance):
        # Suppliers have other customers too.
        given[_SERIES[supplier]] += chance.randint(0, 2) if supplier in (_GLASS, _CABLE, _FREIGHT, _BOXES) else 0
        number = _SERIES[supplier].format(_next(given, _SERIES[supplier]))
        yield paper(number, SUPPLIERS[supplier], NORDLYS, on, (Sold(PURCHASES[supplier], quantity),))


def _deliveries(on: date, age: int, chance: random.Random) -> Iterator[tuple[int, int]]:
    """Who delivered, and how much."""
    often = {_GLASS: 0.7, _CABLE: 0.5, _FREIGHT: 0.9, _BOXES: 0.45, _PRINT: 0.12, _TRAVEL: 0.3}
    sizes = {_GLASS: (6, 40), _CABLE: (2, 12), _FREIGHT: (1, 4), _BOXES: (2, 10), _PRINT: (500, 2000), _TRAVEL: (1, 3)}
    for supplier, likely in often.items():
        size = chance.randint(*sizes[supplier])
        if chance.random() < likely and (supplier != _TRAVEL or age >= _LAST_TRAVEL):
            yield supplier, size
    if on.weekday() == 0:
        yield _CLEANING, 2
    is_first = on.day == 1 or (on.weekday() == 0 and on.day <= 3)
    if is_first:
        yield _RENT, 1
        yield _HOSTING, 1
    if on.day == 12 or (on.weekday() == 0 and 13 <= on.day <= 14):
        yield _POWER, 1


def _till(on: date, chance: random.Random, given: Counter[str]) -> Iterator[Paper]:
    for _ in range(chance.randint(10, 12) if is_month_end(on) else chance.randint(4, 7)):
        yield maple_sale(_next(given, "till"), on, chance)
