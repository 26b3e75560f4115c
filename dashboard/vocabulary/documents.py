"""The shape every file reader fills: one business document, as its source states it. Decimals only, no rounding."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from dashboard.vocabulary.records import Direction, Source


@dataclass(frozen=True)
class Party:
    """A seller or buyer. `tax_ids` holds every VAT or company number as stated; `country` is ISO 3166-1 alpha-2.

    `place` tells where in the file it is named, or would be; it says nothing of who it is.
    """

    name: str
    tax_ids: tuple[str, ...] = ()
    country: str = ""
    email: str = ""
    street: str = ""
    city: str = ""
    postcode: str = ""
    place: str = field(default="", compare=False)

    @property
    def tax_id(self) -> str:
        return self.tax_ids[0] if self.tax_ids else ""


@dataclass(frozen=True)
class DocumentLine:
    """One line. `net` excludes tax, after line discounts; `tax_rate` is a percentage (25 for 25 %).

    `category` is the UNCL 5305 code (S, Z, E, AE, K, G, O, L, M, B), or NS where the document states none. `account` is
    the account the source names, if any.
    `is_charge` marks a document-level charge (net above zero) or allowance (net below zero) turned into a line.
    """

    description: str
    quantity: Decimal
    unit_price: Decimal
    net: Decimal
    category: str
    tax_rate: Decimal
    account: str = ""
    sku: str = ""
    unit: str = ""
    is_charge: bool = False


@dataclass(frozen=True)
class TaxSubtotal:
    category: str
    rate: Decimal
    taxable: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Document:
    """What a reader found. All amounts in `currency`, signed as in the file; `total` is net + tax + rounding.

    `type_code` is the UNCL 1001 code (380, 381, 384, 389, …). `is_credit` says that the file itself is a credit note;
    a negative invoice is still `is_credit=False` here and turned by intake. `place` tells where in the file it stood
    ("line 7 of orders.csv", "/Invoice", "embedded factur-x.xml: /CrossIndustryInvoice"). `stated_direction` is set only
    where the file itself says sale or purchase (a CSV's type column); XML leaves it to who the organisation is.
    """

    source: Source
    place: str
    number: str
    type_code: str
    is_credit: bool
    issue_date: date
    due_date: date | None
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[DocumentLine, ...]
    taxes: tuple[TaxSubtotal, ...]
    net: Decimal
    tax: Decimal
    rounding: Decimal
    total: Decimal
    prepaid: Decimal
    order_reference: str = ""
    buyer_reference: str = ""
    original_number: str = ""
    notes: tuple[str, ...] = field(default=())
    stated_direction: Direction | None = None


class UnreadableFile(Exception):
    """A file that is not taken in: broken, hostile or contradictory.

    `place` is where in the file ("line 12", "/Invoice/cac:TaxTotal"), `reason` a sentence, `fix` what to do.
    """

    def __init__(self, place: str, reason: str, fix: str = "") -> None:
        super().__init__(f"{place}: {reason}" + (f" {fix}" if fix else ""))
        self.place = place
        self.reason = reason
        self.fix = fix
