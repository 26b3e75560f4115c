"""What the demo's people do, each through the verb that the page behind it calls, and the runner's tasks between."""

import zlib
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import (
    connections,
    contacts,
    grants,
    mappings,
    members,
    publishing,
    references,
    resync,
    resync_sets,
    tenants,
)
from dashboard.domain.actors import Actor
from dashboard.domain.export_filters import Filters
from dashboard.domain.intake import take_in
from dashboard.domain.members import Member
from dashboard.domain.resync_choices import Matching
from dashboard.domain.vault import Vault
from dashboard.models import Connection, Grant, Record, Tenant, User
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.mappings import MappingKind
from dashboard.vocabulary.postings import Company
from dashboard.vocabulary.providers import Provider
from dashboard.vocabulary.records import Approval
from jobs.demo.clock import StoryClock
from jobs.demo.papers import File
from jobs.demo.sandbox_control import SandboxControl
from jobs.tasks import drain, following, resyncs
from jobs.tasks.office import Office

Chosen = Sequence[tuple[MappingKind, str, str]]

_MOST_STEPS = 20
_BANK = "090"
_PAID_AFTER = {"W-": (2, 13), "NL-": (10, 36), "MF-": (8, 35)}
"""Days between which customers pay: at the shop soon, others when it is due, and some later."""
_BILLS_PAID_AFTER = (12, 30)


class Hands:
    """One pair for everybody in the story: `clock` says when, an e-mail address who."""

    def __init__(self, office: Office, session: Session, control: SandboxControl, clock: StoryClock) -> None:
        self.office = office
        self.session = session
        self.control = control
        self.clock = clock
        self._presses = 0

    def actor(self, email: str) -> Actor:
        user = self.user(email)
        return Actor(user.id, user.name)

    def member(self, tenant: Tenant, email: str) -> Member:
        return members.one(self.session, tenant, self.user(email).id)

    def tenant(self, slug: str) -> Tenant:
        return tenants.by_slug(self.session, slug)

    def drain(self) -> None:
        """What the runner does meanwhile."""
        self.session.commit()
        drain.run(self.office)

    def take_in(self, tenant: Tenant, file: File, email: str, *, approve: bool = False) -> None:
        """Raises RuntimeError when a file is refused that is none of the bad ones."""
        results = take_in.take_in_file(
            self.session, tenant.id, file.name, file.content, self.actor(email), self.clock(), approve=approve
        )
        refused = [result for result in results if result.fate is take_in.Fate.REFUSED]
        if refused and not file.is_bad:
            raise RuntimeError(f"the demo's own {file.name} was refused: {refused[0].said}")

    def approve(self, tenant: Tenant, email: str) -> None:
        """Everything that waits for it."""
        waiting = self.session.scalars(
            select(Record)
            .where(
                Record.tenant_id == tenant.id,
                Record.approval == Approval.AWAITING,
                Record.is_possible_duplicate.is_(False),
                Record.archived_at.is_(None),
            )
            .order_by(Record.id)
        ).all()
        with writing(self.session):
            publishing.approve(self.session, tenant.id, waiting, self.actor(email), self.clock())

    def connect(self, tenant: Tenant, company: str, email: str) -> Connection:
        with writing(self.session):
            grant, found = self._consent(tenant, company, email)
            (connection,) = connections.connect(self.session, grant, [found], self.actor(email), self.clock())
        self.drain()
        self.session.refresh(connection)
        return connection

    def reconnect(self, connection: Connection, email: str) -> None:
        tenant = self.session.get_one(Tenant, connection.tenant_id)
        with writing(self.session):
            self.session.refresh(connection)
            grant, found = self._consent(tenant, connection.company_name, email)
            connections.reconnect(self.session, connection, grant, [found], self.actor(email), self.clock())
        self.drain()

    def map(self, connection: Connection, chosen: Chosen, email: str) -> None:
        with writing(self.session):
            ledger = references.ledger(self.session, connection.id)
            for kind, value, target in chosen:
                mappings.save(self.session, connection, kind, value, target, ledger, self.actor(email), self.clock())

    def create_contacts(self, connection: Connection, names: Sequence[str], email: str) -> None:
        """In the ledger, from the mapping page; whoever asked is told when it is done."""
        for name in names:
            with writing(self.session):
                key = self.session.scalars(
                    select(Record.contact_key)
                    .where(Record.tenant_id == connection.tenant_id, Record.contact_name == name)
                    .limit(1)
                ).one()
                contacts.order(self.session, connection, key, self.actor(email), self.clock())
            self.drain()

    def resend(self, connection: Connection, code: ErrorCode, why: str, email: str, subject: str = "") -> None:
        """Everything that failed for one cause, as one job, until it has ended."""
        actor = self.actor(email)
        self._presses += 1
        wanted = Matching((connection,), Filters(code=code.value, subject=subject))
        with writing(self.session):
            (chosen,) = resync_sets.freeze(
                self.session, connection.tenant_id, wanted, f"demo-{self._presses}", actor, self.clock()
            )
            resync.confirm(self.session, chosen, why, actor, self.clock())
        for _ in range(_MOST_STEPS):
            self.clock.pass_minutes(1)
            self.drain()
            resyncs.run(self.office)
            if not resync.open_ones(self.session):
                return
        raise RuntimeError(f"resync {chosen.id} of the demo does not end")

    def pay(self, company: str) -> None:
        """Whoever pays by now has paid, and the ledger tells so when it is asked what changed."""
        today = self.clock().date()
        due = [
            each
            for kind in ("invoices", "bills")
            for each in self.control.unpaid(company, kind)
            # What tieout did not send is nobody's in this story. The same customers pay late every time.
            if each["key"] and today - date.fromisoformat(each["date"]) >= _patience(each["number"])
        ]
        paid = [
            {"Invoice": {"InvoiceID": each["id"]}, "Account": {"Code": _BANK}, "Amount": each["due"]} for each in due
        ]
        if paid:
            self.control.seed(company, payments=paid)
        following.run(self.office)
        self.drain()

    def _consent(self, tenant: Tenant, company: str, email: str) -> tuple[Grant, Company]:
        tokens, found, _, _ = self.control.consent(company)
        vault = Vault(self.office.config.token_keys)
        grant = grants.create(self.session, vault, tenant.id, Provider.XERO, tokens, self.actor(email), self.clock())
        return grant, found

    def user(self, email: str) -> User:
        return self.session.scalars(select(User).where(User.email == email)).one()


def _patience(number: str) -> timedelta:
    """How long whoever has to pay that invoice waits; the same every time."""
    series = next((each for each in _PAID_AFTER if number.startswith(each)), "")
    soonest, latest = _PAID_AFTER.get(series, _BILLS_PAID_AFTER)
    return timedelta(days=soonest + zlib.crc32(number.encode()) % (latest - soonest))
