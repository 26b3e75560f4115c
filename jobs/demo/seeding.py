"""Seeding: the demo's people, and their weeks day by day, all through the product's own verbs and runner."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import delete, select

from dashboard.db import db, writing
from dashboard.domain import looks, support_visits, sync_config, tenants
from dashboard.models import CallBudget, Connection, Tenant
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import PostAs
from jobs.demo import causes, history, ledgers, people, story
from jobs.demo.clock import StoryClock
from jobs.demo.companies import MAPLE, NORDLYS
from jobs.demo.hands import Hands
from jobs.demo.history import Scene, working_day
from jobs.demo.papers import File
from jobs.demo.people import ADA, ALMA, BO, CLEO, DOV, SOL
from jobs.demo.sandbox_control import SandboxControl
from jobs.tasks.office import Office

_VISITED_DAYS_AGO = 9
_LOOKED_DAYS_AGO = 3
_DRAFTS_SINCE_DAYS_AGO = 10
_BO_IS_AWAY = range(47, 53)
"""Ages of the days on which Ada does Bo's work."""


def is_seeded(app: Flask) -> bool:
    with app.app_context():
        return db.session.scalar(select(Tenant.id).where(Tenant.slug == "nordlys")) is not None


def seed(app: Flask, sandbox_url: str, days: int = story.DAYS) -> None:
    """Fill an empty database with what happened in so many days, at least story.FEWEST_DAYS and at most story.DAYS.

    The sandbox's limits are lifted meanwhile, and its clock goes with the story's.
    """
    control = SandboxControl(sandbox_url)
    control.lift_limits()
    now = datetime.now(UTC)
    config = app.extensions["tieout"]
    unpaced = replace(
        config, providers={each: replace(settings, pace=1e6) for each, settings in config.providers.items()}
    )
    zone = ZoneInfo("Europe/Stockholm")
    begins = datetime.combine(working_day(now.date(), days + 1), time(9, 24), zone).astimezone(UTC)
    clock = StoryClock(begins, now, control)
    office = Office(app, clock)
    office.config = unpaced
    try:
        with office.session() as session:
            people.found(session, clock())
            _Story(Hands(office, session, control, clock), now.date(), days).tell()
            with writing(session):
                # What seeding called does not count against the limits that hold from now on.
                session.execute(delete(CallBudget))
    finally:
        office.close()
        control.release_clock()
        control.restore_limits()


class _Story:
    """Both organisations' days in the order in which they happened. Days are UTC's, hours the organisations' own."""

    def __init__(self, hands: Hands, today: date, days: int) -> None:
        self.hands = hands
        self.clock = hands.clock
        self.today = today
        self.days = days
        self.written = story.days(today)
        self.tills: list[File] = []
        self.left_over: list[File] = []
        self.nordlys, self.maple = hands.tenant("nordlys"), hands.tenant("maple")

    def tell(self) -> None:
        self._set_up()
        for age in range(self.days, -1, -1):
            self._day(self.written[age], age)
        self._last_morning()

    def _set_up(self) -> None:
        hands, control = self.hands, self.hands.control
        control.seed(NORDLYS.name, contacts=ledgers.contacts())
        by_hand = causes.invoices_typed_in_by_hand(self.today, (*causes.TYPED_IN, *history.TYPED_IN))
        control.seed(NORDLYS.name, invoices=by_hand)
        control.seed(MAPLE.name, contacts=ledgers.maple_contacts())
        control.change(NORDLYS.name, f"lock-period:{causes.locked_before(self.today)}")
        self.books = hands.connect(self.nordlys, NORDLYS.name, ADA)
        self.shop = hands.connect(self.maple, MAPLE.name, DOV)
        hands.map(self.books, ledgers.MAPPINGS, ADA)
        hands.map(self.shop, ledgers.MAPLE_MAPPINGS, DOV)
        approved = PostAs.APPROVED
        self._configure(self.books, ADA, start_date=causes.starts_on(self.today), purchases_post_as=approved)
        with writing(hands.session) as session:
            facts = tenants.facts_of(self.nordlys)
            closing = replace(facts, closing_day="25")
            tenants.change_facts(session, self.nordlys, closing, facts.mark, hands.actor(ALMA), self.clock())

    def _day(self, day: story.Day, age: int) -> None:
        """Files come in the morning, are approved before noon and go out; invoices are written in the afternoon."""
        who = ADA if age in _BO_IS_AWAY or day.on.weekday() >= 5 else BO
        if age == causes.ACCOUNT_CLOSED_DAYS_AGO:
            self.hands.control.change(NORDLYS.name, f"deactivate-account:{causes.CLOSED_ACCOUNT}")
        if age == min(causes.LOCKED_DAYS_AGO, self.days):
            self.hands.control.change(NORDLYS.name, f"lock-period:{causes.locked_until(self.today)}")
        self._at(day, 8, 4 + age * 7 % 29)
        files = [*self.left_over, *day.morning, *causes.files(self.today, day.on, age)]
        # On a weekend the suppliers' mail waits for Monday; the last days are all there are.
        self.left_over, files = (files, []) if day.on.weekday() == 6 and age > 2 else ([], files)
        self._office_hours(day, age, files, who, until=time(10, 4 + age * 17 % 45))
        if day.on.weekday() in (1, 4):
            self.hands.pay(NORDLYS.name)
        self._happen(history.before_noon(self.today), day)
        if age == _LOOKED_DAYS_AGO:
            self._look(day)
        if age == _VISITED_DAYS_AGO:
            self._support_comes(day)
        if day.projects:
            self._at(day, 13, 7 + age * 11 % 35)
            self._office_hours(day, age, list(day.afternoon), who, until=time(15, 11 + age * 13 % 40))
        self._happen(history.after_work(self.today), day)
        if day.on == working_day(self.today, 1):
            self._mend_one_cause(day)
        self._close_the_shop(day, age)

    def _office_hours(self, day: story.Day, age: int, files: list[File], who: str, until: time) -> None:
        """Take in one file after the other, then approve what came; today's still waits for that."""
        for number, file in enumerate(files):
            self.hands.take_in(self.nordlys, file, who)
            self.clock.pass_minutes(0.4 + (number * 7 + age) % 5)
        if files and age > 0:
            self.clock.go_to(day.on, until, self.nordlys.zone)
            self.hands.approve(self.nordlys, who)
            self.clock.pass_minutes(1)
            self.hands.drain()

    def _close_the_shop(self, day: story.Day, age: int) -> None:
        """Dov empties the till every evening, and sits down with it every other."""
        if age == _DRAFTS_SINCE_DAYS_AGO:
            self._configure(self.shop, DOV, sales_post_as=PostAs.DRAFT)
        self.tills += day.evening
        if not self.tills or (day.on.weekday() not in (1, 3, 5) and age != 1):
            return
        self.clock.go_to(day.on, time(17, 31 + age * 7 % 27), self.maple.zone)
        for file in self.tills:
            self.hands.take_in(self.maple, file, DOV, approve=True)
            self.clock.pass_minutes(2)
        self.tills.clear()
        if day.on.weekday() == 3:
            self.hands.pay(MAPLE.name)
        self.hands.drain()

    def _happen(self, happenings: dict[date, history.Happening], day: story.Day) -> None:
        if day.on in happenings and (self.today - day.on).days < self.days:
            happenings[day.on](Scene(self.hands, self.nordlys, self.books, self.today, day.on))

    def _support_comes(self, day: story.Day) -> None:
        """Sol looks at what Bo asked about, and leaves."""
        self._at(day, 12, 11)
        staff = self.hands.user(SOL)
        pages = {"/": "Overview", "/exports/xero": "Failed · Xero exports", "/mapping": "Mapping"}
        reason = "Request 4398: why do bills of Leuchtmittel Werk fail?"
        with writing(self.hands.session) as session:
            visit = support_visits.enter(session, staff, self.nordlys.id, reason, 30, self.clock())
            for address, title in pages.items():
                self.clock.pass_minutes(2)
                support_visits.note_reading(session, visit.id, address, title, False, self.clock())
            self.clock.pass_minutes(4)
            support_visits.leave(session, staff.id, self.clock())

    def _look(self, day: story.Day) -> None:
        """When everybody opened the overview last, in the morning before the day's documents went out."""
        with writing(self.hands.session) as session:
            for tenant, email in (*((self.nordlys, each) for each in (ALMA, ADA, BO, CLEO)), (self.maple, DOV)):
                seen = datetime.combine(day.on, time(9, 2), tenant.zone).astimezone(UTC)
                looks.note(session, self.hands.member(tenant, email), seen)

    def _mend_one_cause(self, day: story.Day) -> None:
        """Ada maps an account that was missing; Bo sends again what waited for it."""
        self._at(day, 16, 48)
        self.hands.map(self.books, ledgers.MAPPED_LATER, ADA)
        self.clock.pass_minutes(4)
        (_, account, _), *_ = ledgers.MAPPED_LATER
        self.hands.resend(self.books, ErrorCode.ACCOUNT_NOT_MAPPED, "Ada mapped the account", BO, subject=account)

    def _last_morning(self) -> None:
        """Two documents get no clear answer, and Maple's access is withdrawn while some of its invoices wait."""
        self.clock.arrive()
        self.hands.control.fault("drop-after-commit", method="PUT", path="/Invoices", company=NORDLYS.name)
        for file in story.unanswered_files(self.written):
            self.hands.take_in(self.nordlys, file, BO, approve=True)
        self.hands.drain()
        self.hands.control.change(MAPLE.name, "revoke-grant")
        for file in story.waiting_files(self.today):
            self.hands.take_in(self.maple, file, DOV, approve=True)
        self.hands.drain()

    def _configure(self, connection: Connection, email: str, **chosen: object) -> None:
        with writing(self.hands.session) as session:
            session.refresh(connection)
            before = sync_config.of(connection)
            wanted = replace(before, **chosen)  # type: ignore[arg-type]
            sync_config.save(session, connection, wanted, before.mark, self.hands.actor(email), self.clock())

    def _at(self, day: story.Day, hour: int, minute: int) -> None:
        self.clock.go_to(day.on, time(hour, minute), self.nordlys.zone)
