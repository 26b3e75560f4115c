"""What crosses the border to a provider and back: postings, outcomes, findings. Free of any provider's own names."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.records import RecordKind

LONGEST_ADDRESS = 1000
LONGEST_REQUEST_ID = 100
LONGEST_SUBJECT = 255
"""What a provider says is clipped as it comes in: no column holds more. What identifies something never is."""


class PostAs(StrEnum):
    """In which state a connection posts its documents."""

    DRAFT = "draft"
    AWAITING = "awaiting-approval"
    APPROVED = "approved"

    @property
    def label(self) -> str:
        return {
            "draft": "Draft",
            "awaiting-approval": "Awaiting approval",
            "approved": "Approved",
        }[self.value]


class LedgerState(StrEnum):
    """What a ledger says of a document it holds."""

    DRAFT = "draft"
    AWAITING = "awaiting-approval"
    APPROVED = "approved"
    PAID = "paid"
    VOID = "void"
    DELETED = "deleted"

    @property
    def label(self) -> str:
        return self.value.replace("-", " ").capitalize()

    @property
    def is_gone(self) -> bool:
        return self in (LedgerState.VOID, LedgerState.DELETED)


@dataclass(frozen=True)
class PostingLine:
    """One line as sent. `net` and `tax` are rounded to the currency and signed as the document's kind expects.

    `quantity` and `unit_amount` are the document's own, of any number of decimals; where their product is not `net` (a
    discount), `net` is what counts, and the connector says how its ledger is told. `item_code` is an item of the ledger
    that the line names itself, "" mostly.
    """

    description: str
    quantity: Decimal
    unit_amount: Decimal
    net: Decimal
    tax: Decimal
    account_code: str
    tax_code: str
    item_code: str = ""


@dataclass(frozen=True)
class DocumentPosting:
    """A document resolved and frozen: ledger ids instead of names. Credits carry positive amounts.

    `key` is the export key, `link` an address of ours that contains it. `answered` counts the answers earlier attempts
    of this export have had: an idempotency value may stay the same only while nothing was answered but to wait.
    """

    key: str
    link: str
    kind: RecordKind
    number: str
    reference: str
    contact_id: str
    date: datetime.date
    due_date: datetime.date | None
    currency: str
    lines: tuple[PostingLine, ...]
    net: Decimal
    tax: Decimal
    total: Decimal
    post_as: PostAs
    answered: int = 0


@dataclass(frozen=True)
class AttachmentPosting:
    """The original of a document that the ledger holds already under `ledger_id`."""

    key: str
    kind: RecordKind
    ledger_id: str
    file_name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class ContactPosting:
    """A contact that a person asked to be created. `key` identifies the order, for logs only."""

    key: str
    name: str
    tax_id: str
    email: str
    country: str
    street: str
    city: str
    postcode: str


Posting = DocumentPosting | AttachmentPosting | ContactPosting


@dataclass(frozen=True)
class Exchange:
    """One posting's own part of a call, redacted: no token, no cookie. Bodies are what was sent and came back, as text.

    `status` is None when nothing came back; `request_id` is the provider's own id of the call, as far as it is kept.
    """

    method: str
    address: str
    request: str
    status: int | None
    response: str
    request_id: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", self.address[:LONGEST_ADDRESS])
        object.__setattr__(self, "request_id", self.request_id[:LONGEST_REQUEST_ID])


@dataclass(frozen=True)
class Fault:
    """One reason of a refusal. `subject` is what it is about ("4010"), `words` the provider's own, verbatim.

    `source_value` is the value of the source whose mapping would mend it, where there is one. Of a subject only the
    beginning is kept; the words hold it all.
    """

    code: ErrorCode
    subject: str
    words: str
    source_value: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "subject", self.subject[:LONGEST_SUBJECT])


@dataclass(frozen=True)
class Accepted:
    """Booked. `state` is None where the ledger named none that is known here."""

    ledger_id: str
    state: LedgerState | None
    exchange: Exchange
    url: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refused:
    """The provider said no and booked nothing. At least one fault."""

    faults: tuple[Fault, ...]
    exchange: Exchange


@dataclass(frozen=True)
class Wait:
    """Told to wait before anything was booked: not a try. `seconds` from now; it holds for the whole connection."""

    seconds: float
    code: ErrorCode
    words: str
    exchange: Exchange


@dataclass(frozen=True)
class Unknown:
    """No clear answer: it may be booked or not, and may still be booked for a while.

    `pause` is the seconds for which the whole connection waits, where the answer was that the provider is down.
    """

    words: str
    exchange: Exchange
    pause: float | None = None


Outcome = Accepted | Refused | Wait | Unknown


@dataclass(frozen=True)
class LedgerObject:
    """A document as the ledger holds it, in our words. `key` is our export key when the provider has a place for it.

    `due` is what is still to be paid of it, of a credit what is not used up; None where the ledger does not say.
    """

    ledger_id: str
    key: str
    kind: RecordKind
    number: str
    contact_id: str
    contact_name: str
    date: datetime.date
    currency: str
    tax: Decimal
    total: Decimal
    state: LedgerState
    url: str = ""
    due: Decimal | None = None


@dataclass(frozen=True)
class Ours:
    """Found, and everything that must agree agrees: it may be adopted."""

    object: LedgerObject


@dataclass(frozen=True)
class Foreign:
    """Found under the number, but not ours. `differences` names what differs, in words a person reads."""

    object: LedgerObject
    differences: tuple[str, ...]


@dataclass(frozen=True)
class Absent:
    """The ledger does not hold it."""


@dataclass(frozen=True)
class Unsure:
    """Several candidates, or none that can be told apart. A person has to look in the ledger."""

    reason: str
    candidates: tuple[LedgerObject, ...] = ()


Finding = Ours | Foreign | Absent | Unsure


@dataclass(frozen=True)
class Company:
    """One company that a consent gives access to. `external_id` is the provider's id of it (Xero: tenantId)."""

    external_id: str
    name: str
    link_id: str = ""


class ProviderError(Exception):
    """The one exception from the outside world: a call failed as a whole, and nothing was booked by it.

    `retry_after` is in seconds, None when the provider did not say.
    """

    def __init__(
        self,
        code: ErrorCode,
        subject: str = "",
        words: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{code.value}: {words or subject}")
        self.code = code
        self.subject = subject
        self.words = words
        self.retry_after = retry_after
