"""What a Xero organisation holds, as frozen values. Their wire forms and rules are in the module of each noun."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

NOTHING = Decimal(0)


class DocumentType(StrEnum):
    """The four documents with lines."""

    SALES_INVOICE = "ACCREC"
    BILL = "ACCPAY"
    SALES_CREDIT = "ACCRECCREDIT"
    BILL_CREDIT = "ACCPAYCREDIT"

    @property
    def is_credit(self) -> bool:
        """Whether it is a credit note."""
        return self.value.endswith("CREDIT")

    @property
    def is_sale(self) -> bool:
        """Whether it belongs to the sales ledger, whose numbers are unique."""
        return self.value.startswith("ACCREC")


class Status(StrEnum):
    """Where a document stands."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    AUTHORISED = "AUTHORISED"
    PAID = "PAID"
    VOIDED = "VOIDED"
    DELETED = "DELETED"


class LineAmounts(StrEnum):
    """Whether line amounts contain the tax."""

    EXCLUSIVE = "Exclusive"
    INCLUSIVE = "Inclusive"
    NO_TAX = "NoTax"


CLASS_OF_TYPE = {
    "BANK": "ASSET",
    "CURRENT": "ASSET",
    "FIXED": "ASSET",
    "INVENTORY": "ASSET",
    "NONCURRENT": "ASSET",
    "PREPAYMENT": "ASSET",
    "EQUITY": "EQUITY",
    "DEPRECIATN": "EXPENSE",
    "DIRECTCOSTS": "EXPENSE",
    "EXPENSE": "EXPENSE",
    "OVERHEADS": "EXPENSE",
    "CURRLIAB": "LIABILITY",
    "LIABILITY": "LIABILITY",
    "TERMLIAB": "LIABILITY",
    "PAYG": "LIABILITY",
    "OTHERINCOME": "REVENUE",
    "REVENUE": "REVENUE",
    "SALES": "REVENUE",
}


@dataclass(frozen=True)
class Account:
    """An account of the chart; status ACTIVE, ARCHIVED or DELETED."""

    id: str
    code: str
    name: str
    type: str
    tax_type: str
    updated: datetime
    status: str = "ACTIVE"
    description: str = ""
    system_account: str | None = None
    takes_payments: bool = False
    in_expense_claims: bool = False
    bank_number: str = ""
    currency: str | None = None
    reporting_code: str = ""
    reporting_name: str = ""
    on_watchlist: bool = False

    @property
    def account_class(self) -> str:
        """ASSET, EQUITY, EXPENSE, LIABILITY or REVENUE."""
        return CLASS_OF_TYPE[self.type]


@dataclass(frozen=True)
class TaxComponent:
    """A part of a tax rate, in percent."""

    name: str
    rate: Decimal
    is_compound: bool = False
    is_non_recoverable: bool = False


@dataclass(frozen=True)
class TaxRate:
    """A tax rate by its TaxType; `classes` are the account classes it may be used with."""

    tax_type: str
    name: str
    components: tuple[TaxComponent, ...]
    classes: frozenset[str]
    report_type: str | None = None
    status: str = "ACTIVE"

    @property
    def percent(self) -> Decimal:
        """The effective rate: simple parts are added, compound ones are taken of the sum."""
        simple = sum((part.rate for part in self.components if not part.is_compound), NOTHING)
        compound = sum((part.rate for part in self.components if part.is_compound), NOTHING)
        return simple + compound + simple * compound / 100


@dataclass(frozen=True)
class ItemSide:
    """How an item is sold or bought."""

    unit_price: Decimal | None = None
    account_code: str | None = None
    tax_type: str | None = None


@dataclass(frozen=True)
class Item:
    """A product or service. Inventory is not kept."""

    id: str
    code: str
    name: str
    updated: datetime
    description: str = ""
    purchase_description: str = ""
    is_sold: bool = True
    is_purchased: bool = True
    sales: ItemSide = field(default_factory=ItemSide)
    purchase: ItemSide = field(default_factory=ItemSide)


@dataclass(frozen=True)
class Contact:
    """A customer or supplier; which of the two, its documents tell. `more` are plain text fields by wire name."""

    id: str
    name: str
    updated: datetime
    status: str = "ACTIVE"
    number: str | None = None
    more: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, dict[str, str]] = field(default_factory=dict)
    phones: dict[str, dict[str, str]] = field(default_factory=dict)
    persons: tuple[dict[str, str], ...] = ()
    has_attachments: bool = False


@dataclass(frozen=True)
class Line:
    """A line of a document. A line that only describes has neither quantity nor amount."""

    id: str
    description: str
    quantity: Decimal | None = None
    unit_amount: Decimal | None = None
    line_amount: Decimal = NOTHING
    tax_amount: Decimal = NOTHING
    account_code: str | None = None
    tax_type: str | None = None
    item_code: str | None = None
    discount_rate: Decimal | None = None
    discount_amount: Decimal | None = None
    tracking: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True)
class Document:
    """An invoice, bill or credit note with its sums. `credited` is what credit notes took off it, or, on a credit
    note, what it was allocated to."""

    id: str
    type: DocumentType
    number: str
    contact_id: str
    dated: date
    status: Status
    line_amounts: LineAmounts
    lines: tuple[Line, ...]
    currency: str
    rate: Decimal
    created: datetime
    updated: datetime
    app: str | None = None
    due_date: date | None = None
    reference: str = ""
    url: str | None = None
    sub_total: Decimal = NOTHING
    total_tax: Decimal = NOTHING
    total: Decimal = NOTHING
    paid: Decimal = NOTHING
    credited: Decimal = NOTHING
    fully_paid_on: date | None = None
    sent_to_contact: bool = False
    has_attachments: bool = False
    expected_payment: date | None = None
    planned_payment: date | None = None

    @property
    def due(self) -> Decimal:
        """What is still owed or, on a credit note, still to be used."""
        if self.status in (Status.VOIDED, Status.DELETED):
            return NOTHING
        return self.total - self.paid - self.credited


@dataclass(frozen=True)
class Payment:
    """Money against one document; status AUTHORISED or DELETED."""

    id: str
    document_id: str
    account_code: str
    dated: date
    amount: Decimal
    rate: Decimal
    updated: datetime
    reference: str = ""
    status: str = "AUTHORISED"
    is_reconciled: bool = False


@dataclass(frozen=True)
class Allocation:
    """A part of a credit note set against an invoice."""

    id: str
    credit_note_id: str
    invoice_id: str
    amount: Decimal
    dated: date


@dataclass(frozen=True)
class Attachment:
    """A file at a document; the bytes are kept as base64 text so that they survive a restart like all else."""

    id: str
    owner_id: str
    name: str
    mime_type: str
    content: str
    length: int
    include_online: bool = False


@dataclass(frozen=True)
class Note:
    """An entry of an object's history."""

    id: str
    owner_id: str
    changes: str
    details: str
    user: str
    at: datetime


@dataclass(frozen=True)
class Organisation:
    """The organisation itself."""

    id: str
    name: str
    country: str
    version: str
    currency: str
    currencies: tuple[str, ...]
    short_code: str
    owner: str
    created: datetime
    tax_number: str = ""
    timezone: str = "UTC"
    year_end_day: int = 31
    year_end_month: int = 12
    address: dict[str, str] = field(default_factory=dict)
    period_lock: date | None = None
    year_lock: date | None = None
    approval_limit: int | None = None
