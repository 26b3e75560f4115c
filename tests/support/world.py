"""Two organisations with their people, made by the product's own verbs; and ways to give them records and a ledger."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.config import Config
from dashboard.db import writing
from dashboard.domain import connections, grants, mappings, members, publishing, references, tenants
from dashboard.domain.actors import Actor
from dashboard.domain.intake import take_in
from dashboard.domain.vault import Vault
from dashboard.models import Connection, Export, Record, Tenant, User
from dashboard.vocabulary.mappings import DEFAULT_PURCHASE_ACCOUNT, DEFAULT_SALES_ACCOUNT, MappingKind
from dashboard.vocabulary.plans import Plan
from dashboard.vocabulary.postings import Company
from dashboard.vocabulary.providers import Provider
from dashboard.vocabulary.references import ReferenceItem, ReferenceKind
from dashboard.vocabulary.roles import Role

PASSWORD = "tieout-demo"
NORDLYS = {"alma": Role.OWNER, "ada": Role.ADMIN, "bo": Role.FINANCE, "cleo": Role.VIEWER}

_HEADINGS = (
    "type,number,issue_date,due_date,currency,seller_name,seller_tax_id,seller_country,buyer_name,buyer_tax_id,"
    "description,quantity,unit_price,tax_category,tax_rate,account"
)
_COMPANY = Company("11111111-aaaa-4aaa-8aaa-000000000001", "Nordlys AB", "link-1")
_TOKENS = grants.Tokens("canary-access", "canary-refresh", 1800)


@dataclass
class World:
    app: Flask
    session: Session
    nordlys: Tenant
    maple: Tenant
    users: dict[str, User]
    password: str = PASSWORD
    _numbers: int = field(default=0)

    def email(self, name: str) -> str:
        return self.users[name].email

    def actor(self, name: str) -> Actor:
        return Actor(self.users[name].id, self.users[name].name)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def take_in(self, file_name: str, content: str | bytes, tenant: Tenant | None = None) -> list[take_in.Result]:
        """Take in a file as ada does; nothing is approved."""
        raw = content.encode() if isinstance(content, str) else content
        owner = (tenant or self.nordlys).id
        return take_in.take_in_file(self.session, owner, file_name, raw, self.actor("ada"), self.now())

    def records(
        self,
        how_many: int = 1,
        *,
        kind: str = "invoice",
        contact: str = "Fjord Kaffe AS",
        contact_tax_id: str = "NO987654321MVA",
        total_net: Decimal = Decimal("100.00"),
        account: str = "",
        currency: str = "SEK",
        issued_on: date = date(2026, 11, 2),
        tax_rate: str = "25",
        tenant: Tenant | None = None,
    ) -> list[Record]:
        """Records with numbers of their own, taken in from one CSV file; awaiting approval."""
        owner = tenant or self.nordlys
        is_sale = kind in ("invoice", "credit note")
        seller = (owner.name, owner.tax_id) if is_sale else (contact, contact_tax_id)
        buyer = (contact, contact_tax_id) if is_sale else (owner.name, owner.tax_id)
        rows = [_HEADINGS]
        for _ in range(how_many):
            self._numbers += 1
            rows.append(
                f"{kind},T-{self._numbers:05d},{issued_on},2026-12-31,{currency},{seller[0]},{seller[1]},SE,"
                f"{buyer[0]},{buyer[1]},Coffee,1,{total_net},S,{tax_rate},{account}"
            )
        results = self.take_in(f"batch-{self._numbers}.csv", "\n".join(rows), owner)
        ids = [result.record_id for result in results]
        query = select(Record).where(Record.id.in_(ids)).order_by(Record.id)
        return list(self.session.scalars(query))

    def approve(self, records: Sequence[Record]) -> list[Export]:
        """Approve as bo does; the exports that began."""
        with writing(self.session):
            publishing.approve(self.session, records[0].tenant_id, records, self.actor("bo"), self.now())
        ids = [record.id for record in records]
        return list(self.session.scalars(select(Export).where(Export.record_id.in_(ids)).order_by(Export.id)))

    def connect_xero(
        self,
        tenant: Tenant | None = None,
        *,
        company: Company = _COMPANY,
        tokens: grants.Tokens = _TOKENS,
        lists: bool = True,
    ) -> Connection:
        """A connection to Xero; with `lists`, some accounts, tax rates and contacts of the tests' own."""
        owner = tenant or self.nordlys
        config: Config = self.app.extensions["tieout"]
        with writing(self.session):
            grant = grants.create(
                self.session, Vault(config.token_keys), owner.id, Provider.XERO, tokens, self.actor("ada"), self.now()
            )
            made = connections.connect(self.session, grant, [company], self.actor("ada"), self.now())
            if lists:
                for kind, items in LISTS.items():
                    references.store(self.session, made[0], kind, items, self.now(), is_whole=True)
        return made[0]

    def map_all(self, connection: Connection) -> None:
        """Mappings that let every record of `records()` go through: accounts, the Swedish 25 %, and Fjord Kaffe."""
        chosen = [
            (MappingKind.ACCOUNT, DEFAULT_SALES_ACCOUNT, "200"),
            (MappingKind.ACCOUNT, DEFAULT_PURCHASE_ACCOUNT, "400"),
            (MappingKind.TAX, "sale:S:25:SE", "OUTPUT"),
            (MappingKind.TAX, "purchase:S:25:SE", "INPUT"),
        ]
        with writing(self.session):
            ledger = references.ledger(self.session, connection.id)
            (fjord,) = ledger.contacts_with("NO987654321MVA", "Fjord Kaffe AS")
            chosen.append((MappingKind.CONTACT, "tax:NO987654321MVA", fjord.external_id))
            for kind, value, target in chosen:
                mappings.save(self.session, connection, kind, value, target, ledger, self.actor("ada"), self.now())


LISTS = {
    ReferenceKind.ACCOUNT: [
        ReferenceItem(ReferenceKind.ACCOUNT, "a-200", "200", "Sales", True, for_purchases=False),
        ReferenceItem(ReferenceKind.ACCOUNT, "a-400", "400", "Purchases", True, for_sales=False),
        ReferenceItem(ReferenceKind.ACCOUNT, "a-401", "401", "Closed account", False),
        ReferenceItem(ReferenceKind.ACCOUNT, "a-860", "860", "Rounding", True),
    ],
    ReferenceKind.TAX_RATE: [
        ReferenceItem(ReferenceKind.TAX_RATE, "OUTPUT", "OUTPUT", "Sales 25 %", True, rate=Decimal(25)),
        ReferenceItem(ReferenceKind.TAX_RATE, "INPUT", "INPUT", "Purchases 25 %", True, rate=Decimal(25)),
        ReferenceItem(ReferenceKind.TAX_RATE, "NONE", "NONE", "No tax", True, rate=Decimal(0)),
    ],
    ReferenceKind.CONTACT: [
        ReferenceItem(ReferenceKind.CONTACT, "c-1", "", "Fjord Kaffe AS", True, tax_ids=("NO987654321MVA",)),
        ReferenceItem(ReferenceKind.CONTACT, "c-2", "", "Old Supplier", False, tax_ids=("SE111111111101",)),
    ],
    ReferenceKind.ITEM: [
        ReferenceItem(ReferenceKind.ITEM, "i-1", "BEANS", "Coffee beans", True),
        ReferenceItem(ReferenceKind.ITEM, "i-2", "STOCK", "Kept in stock", True, for_sales=False, for_purchases=False),
    ],
    ReferenceKind.ORGANISATION: [
        ReferenceItem(
            ReferenceKind.ORGANISATION,
            "11111111-aaaa-4aaa-8aaa-000000000001",
            "",
            "Nordlys AB",
            True,
            currency="SEK",
            currencies=("SEK", "EUR", "NOK"),
            locked_until=date(2026, 9, 30),
            year_locked_until=date(2025, 12, 31),
        )
    ],
}


def found_world(app: Flask, session: Session) -> World:
    """Make both organisations and their people in the session's database."""
    now = datetime.now(UTC)
    users: dict[str, User] = {}
    with writing(session):
        nordlys = tenants.create_tenant(
            session,
            "nordlys",
            "Nordlys AB",
            now,
            plan=Plan.GROWTH,
            currency="SEK",
            tax_id="SE556677889901",
            timezone="Europe/Stockholm",
        )
        maple = tenants.create_tenant(
            session, "maple", "Maple & Finch", now, currency="GBP", tax_id="GB123456789", timezone="Europe/London"
        )
        for name, role in NORDLYS.items():
            users[name] = _user(session, f"{name}@nordlys.example", now)
            members.give_role(session, nordlys, users[name], role, now)
        users["dov"] = _user(session, "dov@maple.example", now)
        members.give_role(session, maple, users["dov"], Role.OWNER, now)
        users["sol"] = _user(session, "sol@tieout.example", now, is_staff=True)
    return World(app, session, nordlys, maple, users)


@cache
def password_hash() -> str:
    """Made once, and weak: whoever has it is checked fast."""
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)


def _user(session: Session, email: str, now: datetime, *, is_staff: bool = False) -> User:
    user = User(
        email=email,
        name=email.partition("@")[0].title(),
        password_hash=password_hash(),
        is_staff=is_staff,
        session_mark=secrets.token_hex(16),
        created_at=now,
    )
    session.add(user)
    session.flush()
    return user
