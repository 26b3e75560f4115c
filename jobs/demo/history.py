"""What went wrong in the weeks before the open failures, and who mended it: told when the story begins early enough."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select

from dashboard.db import writing
from dashboard.domain import booking, duplicates, resolving
from dashboard.domain.resolving import Resolution, Way
from dashboard.models import Connection, Export, Record, Tenant
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.mappings import MappingKind
from jobs.demo import causes
from jobs.demo.companies import CUSTOMERS, FAIR, LATER_KNOWN_CUSTOMERS, NORDLYS, PURCHASES, SUPPLIERS, Article
from jobs.demo.documents import Sold, table
from jobs.demo.hands import Hands
from jobs.demo.papers import File, each_as_a_file, paper, sale
from jobs.demo.people import ADA, BO

TYPED_IN = ("NL-1887", "NL-1888")
"""Numbers that somebody typed into the ledger by hand and that came again, to be resolved."""
_FAIR_ACCOUNT = "5930"


@dataclass
class Scene:
    """Where something happens: on `day` and the working day after it, by the clock of `zone`."""

    hands: Hands
    tenant: Tenant
    books: Connection
    today: date
    day: date

    @property
    def zone(self) -> ZoneInfo:
        return self.tenant.zone

    def at(self, hour: int, minute: int) -> None:
        self.hands.clock.go_to(self.day, time(hour, minute), self.zone)

    def send(self, *files: File) -> None:
        """Taken in, approved and on its way."""
        for file in files:
            self.hands.take_in(self.tenant, file, BO, approve=True)
        self.hands.drain()


Happening = Callable[[Scene], None]


def before_noon(today: date) -> dict[date, Happening]:
    return {
        working_day(today, 53): _customers_unknown,
        working_day(today, 46): _ledger_out_of_order,
        working_day(today, 40): _typed_in_by_hand,
        working_day(today, 34): _taken_in_twice,
        working_day(today, 29): _bills_of_a_closed_period,
        working_day(today, 23): _access_withdrawn,
        _after(working_day(today, 17)): _fair_mapped,
    }


def after_work(today: date) -> dict[date, Happening]:
    return {working_day(today, 23): _access_given_again, working_day(today, 17): _fair_not_mapped}


def working_day(today: date, age: int) -> date:
    """The day so many days ago, or the Friday before it."""
    day = today - timedelta(days=age)
    return day - timedelta(days=max(0, day.weekday() - 4))


def _after(day: date) -> date:
    """The next working day."""
    return day + timedelta(days=3 if day.weekday() == 4 else 1)


def _customers_unknown(scene: Scene) -> None:
    chance = random.Random("unknown")  # noqa: S311 - the same demo every time
    papers = [sale(f"NL-{1960 + n}", LATER_KNOWN_CUSTOMERS[n % 2], scene.day, chance) for n in range(5)]
    scene.at(11, 4)
    scene.send(*each_as_a_file(papers))
    scene.at(11, 31)
    scene.hands.create_contacts(scene.books, [each.name for each in LATER_KNOWN_CUSTOMERS], ADA)
    scene.at(11, 38)
    scene.hands.resend(scene.books, ErrorCode.CONTACT_NOT_MAPPED, "Ada created both customers in Xero", BO)


def _ledger_out_of_order(scene: Scene) -> None:
    """Nobody has to do anything: what waits goes when the ledger is back."""
    chance = random.Random("out of order")  # noqa: S311 - the same demo every time
    scene.at(11, 12)
    scene.hands.control.fault("503", path="/api.xro/", company=NORDLYS.name, times=6)
    papers = [sale(f"NL-{1970 + n}", CUSTOMERS[n], scene.day, chance) for n in range(4)]
    scene.send(*each_as_a_file(papers))
    for _ in range(5):
        scene.hands.clock.pass_minutes(6)
        scene.hands.drain()


def _typed_in_by_hand(scene: Scene) -> None:
    chance = random.Random("by hand")  # noqa: S311 - the same demo every time
    papers = [sale(number, CUSTOMERS[n], scene.day, chance) for n, number in enumerate(TYPED_IN)]
    scene.at(11, 20)
    scene.send(*each_as_a_file(papers))
    scene.at(11, 52)
    for number in TYPED_IN:
        record, export = _found(scene, number)
        resolution = Resolution(Way.BY_HAND, reference=number, note="Entered in Xero before tieout was connected")
        with writing(scene.hands.session) as session:
            resolving.resolve(
                session, record, export, scene.books, resolution, scene.hands.actor(BO), scene.hands.clock()
            )


def _taken_in_twice(scene: Scene) -> None:
    first = paper("88007", SUPPLIERS[0], NORDLYS, scene.day, (Sold(PURCHASES[0], 24),))
    again = replace(first, lines=(Sold(PURCHASES[0], 22),))
    scene.at(11, 8)
    scene.send(*each_as_a_file([first], "glasbruket-"), *each_as_a_file([again], "glasbruket-corrected-"))
    scene.at(11, 44)
    with writing(scene.hands.session) as session:
        record = session.scalars(
            select(Record).where(Record.number == "88007", Record.is_possible_duplicate.is_(True))
        ).one()
        duplicates.archive(session, record, scene.hands.actor(BO), scene.hands.clock())


def _bills_of_a_closed_period(scene: Scene) -> None:
    dated = causes.locked_before(scene.today) - timedelta(days=2)
    bills = [paper(f"88{n:03}", SUPPLIERS[0], NORDLYS, dated, (Sold(PURCHASES[0], 8 + n),)) for n in range(3)]
    scene.at(11, 2)
    scene.send(*each_as_a_file(bills, "late-"))
    scene.at(11, 26)
    hands = scene.hands
    with writing(hands.session) as session:
        known = booking.locks(session, scene.books)
        to = known.first_open_day or scene.day
        for bill in bills:
            record, export = _found(scene, bill.number)
            month = booking.change(record, export, to, known).month
            bo = hands.member(scene.tenant, BO)
            reason = "Came late, agreed with the auditor"
            booking.move(session, record, export, scene.books, to, reason, month, bo, hands.clock())
    hands.resend(scene.books, ErrorCode.PERIOD_CLOSED, "Booked on the first open day", BO)


def _access_withdrawn(scene: Scene) -> None:
    """Somebody tidied up connected apps in the ledger; the afternoon's documents wait, none of them fails."""
    scene.at(12, 40)
    scene.hands.control.change(NORDLYS.name, "revoke-grant")


def _access_given_again(scene: Scene) -> None:
    scene.at(16, 25)
    scene.hands.reconnect(scene.books, ADA)


def _fair_not_mapped(scene: Scene) -> None:
    """Everything that the fair costs comes on one evening, on an account that nobody had used."""
    names = ("Stand, 24 m²", "Electricity at the stand", "Carpet and walls", "Forklift, per hour", "Parking permit")
    articles = [Article(name, Decimal(420 * 7 // (n + 1)), account=_FAIR_ACCOUNT) for n, name in enumerate(names)]
    bills = [
        paper(f"MG-{7301 + n}", FAIR, NORDLYS, scene.day, (Sold(articles[n % len(articles)], 1 + n % 4),))
        for n in range(14)
    ]
    scene.at(16, 41)
    scene.send(File(f"fair-{scene.day}.csv", table(bills, "bill")))


def _fair_mapped(scene: Scene) -> None:
    scene.at(11, 17)
    scene.hands.map(scene.books, [(MappingKind.ACCOUNT, _FAIR_ACCOUNT, "400")], ADA)
    scene.at(11, 33)
    scene.hands.resend(
        scene.books, ErrorCode.ACCOUNT_NOT_MAPPED, "Ada mapped the fair to Marketing", BO, subject=_FAIR_ACCOUNT
    )


def _found(scene: Scene, number: str) -> tuple[Record, Export]:
    query = select(Record, Export).join(Export, Export.record_id == Record.id)
    found = scene.hands.session.execute(
        query.where(Record.tenant_id == scene.tenant.id, Record.number == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return found[0], found[1]
