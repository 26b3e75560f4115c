"""Seeding: makes the demo's people and lets two weeks pass, day by day, through the product's own verbs and runner."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dashboard.db import db, writing
from dashboard.domain import (
    connections,
    grants,
    mappings,
    members,
    people,
    publishing,
    references,
    resync,
    resync_sets,
    tenants,
)
from dashboard.domain.actors import Actor
from dashboard.domain.export_filters import Filters
from dashboard.domain.intake import take_in
from dashboard.domain.resync_sets import Matching
from dashboard.domain.vault import Vault
from dashboard.models import CallBudget, Connection, Record, Tenant, User
from dashboard.vocabulary.mappings import MappingKind
from dashboard.vocabulary.plans import Plan
from dashboard.vocabulary.providers import Provider
from dashboard.vocabulary.records import Approval
from dashboard.vocabulary.roles import Role
from jobs.demo import story
from jobs.demo.companies import MAPLE, NORDLYS
from jobs.demo.sandbox_control import SandboxControl
from jobs.tasks import drain, resyncs
from jobs.tasks.office import Office

PASSWORD = "tieout-demo"  # noqa: S105 - printed at the start, and good for the demo's made-up people only
PEOPLE = (
    ("alma@nordlys.example", "Alma Nyström", "nordlys", Role.OWNER),
    ("ada@nordlys.example", "Ada Lindqvist", "nordlys", Role.ADMIN),
    ("bo@nordlys.example", "Bo Sandberg", "nordlys", Role.FINANCE),
    ("cleo@nordlys.example", "Cleo Öberg", "nordlys", Role.VIEWER),
    ("dov@maple.example", "Dov Maple", "maple", Role.OWNER),
)
STAFF = ("sol@tieout.example", "Sol Reyes")


class DayClock:
    """Aware UTC that stands where the story is, and never passes `now`."""

    def __init__(self, at: datetime, now: datetime) -> None:
        self.at = at
        self._now = now

    def __call__(self) -> datetime:
        return self.at

    def pass_minutes(self, minutes: float) -> None:
        self.at = min(self._now, self.at + timedelta(minutes=minutes))


def is_seeded(app: Flask) -> bool:
    with app.app_context():
        return db.session.scalar(select(Tenant.id).where(Tenant.slug == "nordlys")) is not None


def seed(app: Flask, sandbox_url: str) -> None:
    """Fill an empty database; it takes some ten seconds. The sandbox's limits are lifted meanwhile."""
    control = SandboxControl(sandbox_url)
    control.lift_limits()
    now = datetime.now(UTC)
    clock = DayClock(now - timedelta(days=story.DAYS + 1), now)
    config = app.extensions["tieout"]
    unpaced = replace(
        config, providers={each: replace(settings, pace=1e6) for each, settings in config.providers.items()}
    )
    office = Office(app, clock)
    office.config = unpaced
    try:
        with office.session() as session:
            _found(session, clock())
            _Seeder(office, session, control, clock, now).tell()
            with writing(session):
                # What seeding called does not count against the limits that hold from now on.
                session.execute(delete(CallBudget))
    finally:
        office.close()
        control.restore_limits()


def _found(session: Session, now: datetime) -> None:
    with writing(session):
        founded = {
            "nordlys": tenants.create_tenant(
                session,
                "nordlys",
                NORDLYS.name,
                now,
                plan=Plan.GROWTH,
                currency="SEK",
                tax_id=NORDLYS.tax_id,
                timezone="Europe/Stockholm",
            ),
            "maple": tenants.create_tenant(
                session,
                "maple",
                MAPLE.name,
                now,
                plan=Plan.FREE,
                currency="GBP",
                tax_id=MAPLE.tax_id,
                timezone="Europe/London",
            ),
        }
        for email, name, slug, role in PEOPLE:
            user = people.create_user(session, email, PASSWORD, now, name=name)
            members.give_role(session, founded[slug], user, role, now)
        people.create_user(session, STAFF[0], PASSWORD, now, name=STAFF[1], is_staff=True)


class _Seeder:
    """Tells the story of both organisations in the order it happened."""

    def __init__(
        self, office: Office, session: Session, control: SandboxControl, clock: DayClock, now: datetime
    ) -> None:
        self.office = office
        self.session = session
        self.control = control
        self.clock = clock
        self.now = now
        self.today = now.date()

    def tell(self) -> None:
        nordlys, maple = self._tenant("nordlys"), self._tenant("maple")
        self.control.seed(NORDLYS.name, contacts=story.ledger_contacts())
        self.control.seed(NORDLYS.name, invoices=story.invoices_typed_in_by_hand(self.today))
        self.control.seed(MAPLE.name, contacts=story.maple_ledger_contacts())
        books = self._connect(nordlys, NORDLYS.name, "ada@nordlys.example")
        shop = self._connect(maple, MAPLE.name, "dov@maple.example")
        self._map(books, story.MAPPINGS, "ada@nordlys.example")
        self._map(shop, story.MAPLE_MAPPINGS, "dov@maple.example")
        self.control.change(NORDLYS.name, f"lock-period:{story.locked_until(self.today)}")
        with writing(self.session):
            books.start_date = story.starts_on(self.today)
            shop.sales_post_as = books.sales_post_as
        for age in range(story.DAYS, -1, -1):
            self._day(nordlys, maple, age)
        self._mend_one_cause(nordlys, books)
        self._last_morning(nordlys, maple)

    def _day(self, nordlys: Tenant, maple: Tenant, age: int) -> None:
        """One day of both: files come in the morning, are approved before noon, and go out."""
        self.clock.at = min(self.now, (self.now - timedelta(days=age)).replace(hour=7, minute=12 + age % 20))
        if age == story.ACCOUNT_CLOSED_DAYS_AGO:
            self.control.change(NORDLYS.name, f"deactivate-account:{story.CLOSED_ACCOUNT}")
        for file in story.files_of(self.today, age):
            self._take_in(nordlys, file, "bo@nordlys.example")
        for file in story.maple_files_of(self.today, age):
            self._take_in(maple, file, "dov@maple.example")
        self.clock.pass_minutes(95)
        if age > 0:
            self._approve(nordlys, "bo@nordlys.example")
            self._approve(maple, "dov@maple.example")
        self.clock.pass_minutes(1)
        drain.run(self.office)

    def _mend_one_cause(self, nordlys: Tenant, books: Connection) -> None:
        """Ada maps an account that was missing; Bo sends again what waited for it."""
        self.clock.pass_minutes(9)
        self._map(books, story.MAPPED_LATER, "ada@nordlys.example")
        self.clock.pass_minutes(4)
        bo = self._actor("bo@nordlys.example")
        with writing(self.session):
            wanted = Filters(code="account-not-mapped", subject=story.MAPPED_LATER[0][1])
            (chosen,) = resync_sets.freeze(
                self.session, nordlys.id, Matching((books,), wanted), "demo", bo, self.clock()
            )
            resync.confirm(self.session, chosen, "Ada mapped the account", bo, self.clock())
        for _ in range(3):
            self.clock.pass_minutes(1)
            drain.run(self.office)
            resyncs.run(self.office)

    def _last_morning(self, nordlys: Tenant, maple: Tenant) -> None:
        """Two documents get no clear answer, and Maple's access is withdrawn while some of its invoices wait."""
        self.clock.at = self.now
        self.control.fault("drop-after-commit", method="PUT", path="/Invoices", company=NORDLYS.name)
        for file in story.unanswered_files(self.today):
            self._take_in(nordlys, file, "bo@nordlys.example", approve=True)
        drain.run(self.office)
        self.control.change(MAPLE.name, "revoke-grant")
        for file in story.waiting_files(self.today):
            self._take_in(maple, file, "dov@maple.example", approve=True)
        drain.run(self.office)

    def _take_in(self, tenant: Tenant, file: story.File, email: str, *, approve: bool = False) -> None:
        results = take_in.take_in_file(
            self.session, tenant.id, file.name, file.content, self._actor(email), self.clock(), approve=approve
        )
        self.clock.pass_minutes(0.4)
        refused = [result for result in results if result.fate is take_in.Fate.REFUSED]
        if refused and not file.is_bad:
            raise RuntimeError(f"the demo's own {file.name} was refused: {refused[0].said}")

    def _approve(self, tenant: Tenant, email: str) -> None:
        waiting = self.session.scalars(
            select(Record)
            .where(
                Record.tenant_id == tenant.id,
                Record.approval == Approval.AWAITING,
                Record.is_possible_duplicate.is_(False),
            )
            .order_by(Record.id)
        ).all()
        with writing(self.session):
            publishing.approve(self.session, tenant.id, waiting, self._actor(email), self.clock())

    def _connect(self, tenant: Tenant, company: str, email: str) -> Connection:
        tokens, found, _, _ = self.control.consent(company)
        vault = Vault(self.office.config.token_keys)
        actor = self._actor(email)
        with writing(self.session):
            # The tokens are as old as the sandbox's clock, not the story's.
            grant = grants.create(self.session, vault, tenant.id, Provider.XERO, tokens, actor, self.now)
            (connection,) = connections.connect(self.session, grant, [found], actor, self.clock())
        drain.run(self.office)
        self.session.refresh(connection)
        return connection

    def _map(self, connection: Connection, chosen: tuple[tuple[MappingKind, str, str], ...], email: str) -> None:
        with writing(self.session):
            ledger = references.ledger(self.session, connection.id)
            for kind, value, target in chosen:
                mappings.save(self.session, connection, kind, value, target, ledger, self._actor(email), self.clock())

    def _tenant(self, slug: str) -> Tenant:
        return tenants.by_slug(self.session, slug)

    def _actor(self, email: str) -> Actor:
        user = self.session.scalars(select(User).where(User.email == email)).one()
        return Actor(user.id, user.name)
