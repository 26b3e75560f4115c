"""A provider in the sandbox with one company: its connector, its faults, what it booked and was asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import uuid4

import httpx2

from dashboard.vocabulary.postings import Accepted, DocumentPosting, PostingLine
from dashboard.vocabulary.providers import Provider, endpoints
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.references import ReferenceItem, ReferenceKind
from jobs.connectors.base import Connector
from jobs.connectors.registry import Access, connect
from jobs.connectors.wire import Client
from tests.connectors.postings import a_contact, a_document
from tests.connectors.scripted import CountingGate

LEDGER_KINDS = {
    RecordKind.INVOICE: "invoices",
    RecordKind.BILL: "bills",
    RecordKind.CREDIT_NOTE: "credit-notes",
    RecordKind.BILL_CREDIT: "bill-credits",
}
CENT = Decimal("0.01")


@dataclass
class Stage:
    """Everything goes through the connector or the control API, so that each provider can stand on it."""

    url: str
    provider: Provider
    client: Client
    gate: CountingGate = field(default_factory=CountingGate)

    def __post_init__(self) -> None:
        self.control("reset", {})
        self.granted = self.control("grant", {})
        self.token: str = self.granted["access_token"]
        self.company: str = self.granted["company"]

    def control(self, call: str, body: Mapping[str, object]) -> Any:
        answer = httpx2.post(f"{self.url}/_control/{call}", json={"provider": self.provider.value, **body})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def connector(self, *, seconds: float = 10, token: str = "", url: str = "", short_code: str = "") -> Connector:
        access = Access(
            base_url=endpoints(self.provider, url or f"{self.url}/{self.provider.value}").api,
            access_token=token or self.token,
            company_id=self.company,
            gate=self.gate,
            deadline=timedelta(seconds=seconds),
            client=self.client,
            short_code=short_code,
        )
        return connect(self.provider, access)

    def fault(self, fault: str, method: str = "PUT", times: int = 1) -> None:
        self.control("faults", {"fault": fault, "method": method, "times": times, "company": self.company})

    def change(self, change: str) -> None:
        self.control("state", {"company": self.company, "change": change})

    def booked(self, kind: RecordKind) -> list[dict[str, Any]]:
        address = f"{self.url}/_control/ledger/{self.provider.value}/{self.company}/{LEDGER_KINDS[kind]}"
        found: list[dict[str, Any]] = httpx2.get(address).json()
        return found

    def asked(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = httpx2.get(f"{self.url}/_control/calls?provider={self.provider.value}").json()
        return found

    def has_contact(self, name: str = "Fjell & Sønner AS") -> str:
        created = self.connector().push([a_contact(name)])[0]
        assert isinstance(created, Accepted), created
        return created.ledger_id

    def lists(self) -> "Lists":
        connector = self.connector()
        return Lists(
            accounts=connector.reference(ReferenceKind.ACCOUNT, None),
            taxes=connector.reference(ReferenceKind.TAX_RATE, None),
            organisation=connector.reference(ReferenceKind.ORGANISATION, None)[0],
            contact=self.has_contact(),
        )


@dataclass(frozen=True)
class Lists:
    """What the company has, for making documents that it will take."""

    accounts: list[ReferenceItem]
    taxes: list[ReferenceItem]
    organisation: ReferenceItem
    contact: str

    def document(
        self,
        number: str,
        kind: RecordKind = RecordKind.INVOICE,
        *,
        account: str = "",
        net: str = "80.10",
    ) -> DocumentPosting:
        is_sale = kind in (RecordKind.INVOICE, RecordKind.CREDIT_NOTE)
        chosen, tax = self._account(is_sale), self._tax(is_sale)
        amount = (Decimal(net) * (tax.rate or 0) / 100).quantize(CENT, ROUND_HALF_UP)
        line = PostingLine("Lamp", Decimal(3), Decimal(net) / 3, Decimal(net), amount, account or chosen.code, tax.code)
        return a_document(
            number,
            kind,
            key=uuid4().hex,
            contact=self.contact,
            currency=self.organisation.currency,
            lines=(line,),
            day=date(2026, 11, 20),
        )

    def _account(self, is_sale: bool) -> ReferenceItem:
        wanted = "REVENUE" if is_sale else "EXPENSE"
        usable = (item for item in self.accounts if (item.for_sales if is_sale else item.for_purchases))
        return next(item for item in usable if item.is_active and item.account_class == wanted)

    def _tax(self, is_sale: bool) -> ReferenceItem:
        usable = (item for item in self.taxes if (item.for_sales if is_sale else item.for_purchases))
        return next(item for item in usable if item.is_active and item.rate)
