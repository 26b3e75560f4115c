"""One connected organisation with its runner: what people and time do in these tests, and what can be seen of it."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import (
    connections,
    counts,
    grants,
    lookups,
    mappings,
    publishing,
    references,
    resync,
    resync_progress,
    resync_sets,
)
from dashboard.domain.grants import Tokens
from dashboard.domain.intake import take_in
from dashboard.domain.resync_choices import Ticked
from dashboard.domain.vault import Vault
from dashboard.models import Attempt, AuditCount, AuditEntry, CallBudget, Connection, Export, Grant, Record, Resync
from dashboard.models.export import AttemptState, Step
from dashboard.models.lookup import LookupKind
from dashboard.vocabulary.audit import WITHOUT_A_MOVE, Act
from dashboard.vocabulary.mappings import ROUNDING_ACCOUNT, MappingKind, tax_key
from dashboard.vocabulary.postings import Company, PostAs
from dashboard.vocabulary.providers import Provider
from dashboard.vocabulary.records import Direction, RecordKind
from dashboard.vocabulary.statuses import IN_FLIGHT, Status
from jobs.tasks import drain, resyncs
from jobs.tasks.office import Office
from tests.support.world import World
from tests.tasks.books import Books

FJORD = "NO987654321MVA"


class Clock:
    """Stands beside the real time by what a test has advanced it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class ClockedWorld(World):
    """People whose acts carry the time of the test's clock."""

    clock: Clock = field(default_factory=Clock)

    def now(self) -> datetime:
        return self.clock()


@dataclass
class Scene:
    """Nordlys AB connected to its ledger, lists read and everything mapped; bo approves and sends, the runner runs."""

    world: World
    connection: Connection
    office: Office
    books: Books
    clock: Clock
    tokens: Tokens

    @property
    def session(self) -> Session:
        return self.world.session

    @property
    def grant(self) -> Grant:
        """The consent that the connection stands on."""
        return self.session.get_one(Grant, self.connection.grant_id, populate_existing=True)

    def run(self) -> None:
        """What the runner does within moments: every resync's next step, then drain, until nothing is left to do."""
        self.session.rollback()
        is_busy = True
        while is_busy:
            resyncs.run(self.office)
            is_busy = drain.run(self.office)
        self.session.rollback()

    def later(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0) -> None:
        """Let time pass for the runner, the ledger and what the database keeps of its own clock."""
        passed = seconds + 60 * minutes + 3600 * hours
        self.clock.ahead += timedelta(seconds=passed)
        self.books.advance(passed)
        with writing(self.session) as session:
            session.execute(
                update(Connection).values(
                    lease_until=Connection.lease_until - passed, last_drained=Connection.last_drained - passed
                )
            )
            session.execute(update(Grant).values(refresh_lock_until=Grant.refresh_lock_until - passed))
            for budget in session.scalars(select(CallBudget)):
                budget.calls = json.dumps([[at - passed, n] for at, n in json.loads(budget.calls)])

    def settle(self) -> None:
        """Let time pass until nothing is under way any more; what waits for a person stays."""
        for _ in range(20):
            self.run()
            if not any(status in IN_FLIGHT for status in self.statuses()):
                return
            self.later(minutes=6)
        raise AssertionError(f"still under way: {self.statuses()}")

    def approve(self, how_many: int = 1, **how: Any) -> list[Export]:
        """bo approves so many records; the automatic exports that begin."""
        return self.world.approve(self.world.records(how_many, **how))

    def by_hand(self, how_many: int = 1, **how: Any) -> list[Export]:
        """bo exports so many records by hand, on a connection that does not export on approval."""
        with writing(self.session):
            self.connection.export_on_approval = False
        records = self.world.records(how_many, **how)
        self.world.approve(records)
        return [self.send(record) for record in records]

    def send(self, record: Record, beside: str = "") -> Export:
        """bo's order to export this record now."""
        bo = self.world.actor("bo")
        with writing(self.session):
            return publishing.send(self.session, record, self.connection, bo, self.clock(), beside=beside)

    def send_again(self, export: Export) -> Export:
        return self.send(self.session.get_one(Record, export.record_id))

    def take_in(self, name: str, content: bytes, side: Direction | None = None) -> list[Record]:
        """ada takes in a file; its records, nothing approved."""
        found = take_in.take_in_file(
            self.session,
            self.world.nordlys.id,
            name,
            content,
            self.world.actor("ada"),
            self.clock(),
            stated_direction=side,
        )
        ids = [result.record_id for result in found]
        assert all(ids), [result.said for result in found]
        return list(self.session.scalars(select(Record).where(Record.id.in_(ids)).order_by(Record.id)))

    def reconnect(self) -> None:
        """ada consents again."""
        fresh, company_id = self.books.consent()
        ada, now = self.world.actor("ada"), self.clock()
        with writing(self.session):
            vault = Vault(self.office.config.token_keys)
            grant = grants.create(self.session, vault, self.world.nordlys.id, Provider.XERO, fresh, ada, now)
            company = Company(company_id, "Nordlys AB", "")
            connections.reconnect(self.session, self.connection, grant, [company], ada, now)

    def refresh_lists(self) -> None:
        """ada presses Refresh lists."""
        with writing(self.session):
            lookups.ask(self.session, self.connection, LookupKind.LISTS, {}, self.world.actor("ada"), self.clock())
        self.run()

    def map_all_of(self, records: Sequence[Record]) -> None:
        """Everything these records need is made in the ledger where it is missing, and mapped by ada."""
        known = {contact["name"] for contact in self.books.contacts()}
        names = {record.contact_name for record in records} - known
        self.books.seed(contacts=[{"Name": name} for name in sorted(names)])
        self.refresh_lists()
        self.map(MappingKind.ACCOUNT, ROUNDING_ACCOUNT, "860")
        ledger = references.ledger(self.session, self.connection.id)
        rates = {(rate.for_sales, rate.for_purchases, rate.rate): rate.code for rate in ledger.tax_rates.values()}
        for record in records:
            is_sale = record.kind.direction is Direction.SALE
            self.map(MappingKind.CONTACT, record.contact_key, self.contact_id(record.contact_name))
            for line in record.lines:
                key = tax_key(record.kind.direction, line.category, line.tax_rate, record.tax_country)
                # A rate that the ledger's country does not have goes to the standard one: the tax is sent in figures.
                usual = "OUTPUT" if is_sale else "INPUT"
                self.map(MappingKind.TAX, key, rates.get((is_sale, not is_sale, line.tax_rate), usual))
                if line.account and line.account not in ledger.accounts:
                    self.map(MappingKind.ACCOUNT, line.account, "200" if is_sale else "400")

    def freeze(self, exports: Sequence[Export], form_token: str = "a form") -> Resync:
        """bo ticks these and presses Resync; nothing is sent before he confirms."""
        ticked = Ticked(frozenset(export.id for export in exports), len(exports))
        with writing(self.session):
            (frozen,) = resync_sets.freeze(
                self.session, self.world.nordlys.id, ticked, form_token, self.world.actor("bo"), self.clock()
            )
        return frozen

    def confirm(self, frozen: Resync) -> None:
        with writing(self.session):
            resync.confirm(self.session, frozen, "", self.world.actor("bo"), self.clock())

    def resync(self, exports: Sequence[Export], form_token: str = "a form") -> Resync:
        """bo ticks these, presses Resync and confirms."""
        frozen = self.freeze(exports, form_token)
        self.confirm(frozen)
        return frozen

    def sentence(self, resynced: Resync) -> str:
        """What the page says came of it."""
        self.session.rollback()
        return resync_progress.progress(self.session, resynced, self.clock()).sentence

    def map(self, kind: MappingKind, value: str, target: str) -> None:
        """ada maps a value of the source to an object of the ledger."""
        with writing(self.session):
            ledger = references.ledger(self.session, self.connection.id)
            mappings.save(
                self.session, self.connection, kind, value, target, ledger, self.world.actor("ada"), self.clock()
            )

    def post_as(self, state: PostAs) -> None:
        with writing(self.session):
            self.connection.sales_post_as = self.connection.purchases_post_as = state

    def seen(self, export: Export) -> Export:
        """The export as it is stored now."""
        self.session.rollback()
        self.session.refresh(export)
        return export

    def statuses(self) -> list[Status]:
        self.session.rollback()
        return list(self.session.scalars(select(Export.status).order_by(Export.id)))

    def tile(self, status: Status) -> int:
        """The number on a tile."""
        return counts.by_status(self.session, self.world.nordlys.id)[status]

    def attempts(self, export: Export | None = None, step: Step = Step.DOCUMENT) -> list[Attempt]:
        """Attempts of the export (or of all), the oldest first."""
        self.session.rollback()
        query = select(Attempt).where(Attempt.step == step).order_by(Attempt.id)
        if export is not None:
            query = query.where(Attempt.export_id == export.id)
        return list(self.session.scalars(query.execution_options(populate_existing=True)))

    def states(self, export: Export | None = None, step: Step = Step.DOCUMENT) -> list[AttemptState]:
        return [attempt.state for attempt in self.attempts(export, step)]

    def outcomes(self, export: Export) -> list[AuditEntry]:
        """The log's entries of what came of the document's attempts, the oldest first."""
        return [entry for entry in self.log(export) if entry.act is Act.EXPORT_OUTCOME]

    def log(self, export: Export | None = None) -> list[AuditEntry]:
        """The log, or the part of it that is about one export, the oldest first."""
        self.session.rollback()
        query = select(AuditEntry).order_by(AuditEntry.id)
        if export is not None:
            query = query.where(AuditEntry.export_id == export.id)
        return list(self.session.scalars(query))

    def contact_id(self, name: str = "Fjord Kaffe AS") -> str:
        """The ledger's id of the contact."""
        return next(str(contact["id"]) for contact in self.books.contacts() if contact["name"] == name)


KINDS = {
    RecordKind.INVOICE: "invoices",
    RecordKind.BILL: "bills",
    RecordKind.CREDIT_NOTE: "credit-notes",
    RecordKind.BILL_CREDIT: "bill-credits",
}
"""Under which name the ledger holds a kind."""


def assert_booked_to_the_cent(books: Books, record: Record) -> None:
    """The ledger holds the record once, with its own total, tax and currency."""
    named = (record.number, record.contact_name)
    held = [row for row in books.holds(KINDS[record.kind]) if (row["number"], row["contact"]) == named]
    assert [(Decimal(row["total"]), Decimal(row["total_tax"]), row["currency"]) for row in held] == [
        (record.total, record.tax, record.currency)
    ]


def codes(export: Export) -> list[str]:
    """The codes of all faults of the newest failure."""
    return [fault["code"] for fault in export.faults]


def entries_counted(session: Session) -> dict[tuple[int, int, str], int]:
    """How many entries of the log are kept count of, by organisation, quarter of an hour and status."""
    kept = session.execute(select(AuditCount.tenant_id, AuditCount.quarter, AuditCount.status, AuditCount.n))
    return {(tenant, quarter, status): n for tenant, quarter, status, n in kept if n}


def entries_there(session: Session) -> dict[tuple[int, int, str], int]:
    """How many there are."""
    rows = session.execute(select(AuditEntry.tenant_id, AuditEntry.at, AuditEntry.status, AuditEntry.act))
    return dict(
        Counter(
            (tenant, counts.quarter(at), status.value if status and act not in WITHOUT_A_MOVE else "")
            for tenant, at, status, act in rows
        )
    )


def check_the_books(session: Session, secrets: Sequence[str]) -> None:
    """What holds after everything that can happen: counts equal rows, every try has ended, no secret was kept."""
    session.rollback()
    assert counts.differences(session) == []
    assert entries_counted(session) == entries_there(session)
    left = session.execute(select(Attempt.id, Attempt.step, Attempt.state).where(Attempt.ended_at.is_(None))).all()
    assert left == [], "tries without an end"
    assert session.scalars(select(Export.id).where(Export.status == Status.SENDING)).all() == []
    kept = [
        json.dumps([[str(value) for value in vars(row).values()] for row in session.scalars(select(model))])
        for model in (Attempt, AuditEntry, Export)
    ]
    assert [secret for secret in secrets if any(secret in text for text in kept)] == []
