"""One Xero organisation: its tables, its lock and the ways its objects are found. Rules are in the module of
each noun.
"""

import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from jobs.sandbox.clock import Clock
from jobs.sandbox.store import Store
from jobs.sandbox.tables import Journal, Table
from jobs.sandbox.xero.defaults import DefaultCompany, make_accounts, make_items, make_organisation, make_tax_rates
from jobs.sandbox.xero.objects import (
    Account,
    Allocation,
    Attachment,
    Contact,
    Document,
    DocumentType,
    Item,
    Note,
    Organisation,
    Payment,
    TaxRate,
)

LIVE = ("ACTIVE",)


def _numbers(document: Document) -> Iterator[str]:
    yield document.type + "/" + document.number.casefold()
    yield "any/" + document.number.casefold()


def _side(document: Document) -> str:
    return f"{document.contact_id}/{'sales' if document.type.is_sale else 'purchases'}"


class Company:
    """An organisation's books. Hold `lock` while reading or writing; `journal.commit()` makes changes last."""

    def __init__(self, default: DefaultCompany, clock: Clock, store: Store) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.journal = Journal(store)
        self._default = default
        self.id = default.tenant_id
        space = f"xero/company/{self.id}/"
        log = self.journal
        self._organisation = Table(space + "organisation", Organisation, lambda one: one.id, clock, log)
        self.accounts = Table(
            space + "accounts", Account, lambda one: one.id, clock, log, {"code": lambda one: (one.code.casefold(),)}
        )
        self.tax_rates = Table(space + "tax-rates", TaxRate, lambda one: one.tax_type, clock, log)
        self.items = Table(
            space + "items", Item, lambda one: one.id, clock, log, {"code": lambda one: (one.code.casefold(),)}
        )
        self.contacts = Table(
            space + "contacts",
            Contact,
            lambda one: one.id,
            clock,
            log,
            {"name": lambda one: (one.name.casefold(),), "number": lambda one: (one.number or "",)},
        )
        self.documents = Table(
            space + "documents",
            Document,
            lambda one: one.id,
            clock,
            log,
            {"number": _numbers, "contact": lambda one: (one.contact_id,), "side": lambda one: (_side(one),)},
        )
        self.payments = Table(
            space + "payments", Payment, lambda one: one.id, clock, log, {"document": lambda one: (one.document_id,)}
        )
        self.allocations = Table(
            space + "allocations",
            Allocation,
            lambda one: one.id,
            clock,
            log,
            {"document": lambda one: (one.invoice_id, one.credit_note_id)},
        )
        self.attachments = Table(
            space + "attachments", Attachment, lambda one: one.id, clock, log, {"owner": lambda one: (one.owner_id,)}
        )
        self.notes = Table(
            space + "notes", Note, lambda one: one.id, clock, log, {"owner": lambda one: (one.owner_id,)}
        )
        self._load(store)
        if self._organisation.get(self.id) is None:
            self._fill()

    @property
    def organisation(self) -> Organisation:
        """The organisation itself, with its lock dates."""
        found = self._organisation.get(self.id)
        if found is None:
            raise LookupError(self.id)
        return found

    def change_organisation(self, organisation: Organisation) -> None:
        """Put the organisation's new state in place."""
        self._organisation.put(organisation)

    def stamp(self) -> datetime:
        """The moment of a change, cut to the millisecond."""
        now = self.clock.now()
        return now - timedelta(microseconds=now.microsecond % 1000)

    def today(self) -> date:
        """The ledger's today."""
        return self.clock.today()

    def account(self, code: str, at: datetime | None = None) -> Account | None:
        """The account with this code, whatever its status."""
        found = self.accounts.find("code", code.casefold(), at)
        return found[0] if found else None

    def tax_rate(self, tax_type: str) -> TaxRate | None:
        """The usable tax rate with this TaxType."""
        found = self.tax_rates.get(tax_type)
        return found if found is not None and found.status in LIVE else None

    def item(self, code: str) -> Item | None:
        """The item with this code."""
        found = self.items.find("code", code.casefold())
        return found[0] if found else None

    def active_contact(self, name: str) -> Contact | None:
        """The active contact of this name, in any case."""
        found = self.contacts.find("name", name.casefold())
        return next((contact for contact in found if contact.status in LIVE), None)

    def is_customer(self, contact_id: str) -> bool:
        """Whether anything was ever sold to the contact."""
        return self.documents.has("side", f"{contact_id}/sales")

    def is_supplier(self, contact_id: str) -> bool:
        """Whether anything was ever bought from the contact."""
        return self.documents.has("side", f"{contact_id}/purchases")

    def numbered(self, kind: DocumentType, number: str) -> list[Document]:
        """The documents of one type that bear this number, in any case."""
        return self.documents.find("number", f"{kind}/{number.casefold()}")

    def _load(self, store: Store) -> None:
        self._organisation.load(store)
        self.accounts.load(store)
        self.tax_rates.load(store)
        self.items.load(store)
        self.contacts.load(store)
        self.documents.load(store)
        self.payments.load(store)
        self.allocations.load(store)
        self.attachments.load(store)
        self.notes.load(store)

    def _fill(self) -> None:
        now = self.stamp()
        self._organisation.put(make_organisation(self._default, now))
        for account in make_accounts(self._default, now):
            self.accounts.put(account)
        for rate in make_tax_rates(self._default):
            self.tax_rates.put(rate)
        for item in make_items(self._default, now):
            self.items.put(item)
        self.journal.commit()
