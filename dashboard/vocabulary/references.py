"""Reference items: copies of a ledger's own objects for drop-downs and checks before sending."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from dashboard.vocabulary.errors import ErrorCode


class ReferenceKind(StrEnum):
    ACCOUNT = "account"
    TAX_RATE = "tax-rate"
    CONTACT = "contact"
    ITEM = "item"
    ORGANISATION = "organisation"

    @property
    def label(self) -> str:
        return {
            "account": "Accounts",
            "tax-rate": "Tax rates",
            "contact": "Contacts",
            "item": "Items",
            "organisation": "Organisation",
        }[self.value]


LONGEST_ID = 100
"""Of ids and codes. One that is longer is never clipped, since it could become another's."""
LONGEST_NAME = 300
LONGEST_SHORT_CODE = 20


BEHIND_ERROR: dict[ErrorCode, ReferenceKind] = {
    ErrorCode.ACCOUNT_UNKNOWN: ReferenceKind.ACCOUNT,
    ErrorCode.ACCOUNT_INACTIVE: ReferenceKind.ACCOUNT,
    ErrorCode.ACCOUNT_NOT_MAPPED: ReferenceKind.ACCOUNT,
    ErrorCode.ROUNDING_ACCOUNT_MISSING: ReferenceKind.ACCOUNT,
    ErrorCode.TAX_UNKNOWN: ReferenceKind.TAX_RATE,
    ErrorCode.TAX_ACCOUNT_CLASH: ReferenceKind.TAX_RATE,
    ErrorCode.CONTACT_NOT_MAPPED: ReferenceKind.CONTACT,
    ErrorCode.CONTACT_ARCHIVED: ReferenceKind.CONTACT,
    ErrorCode.PERIOD_CLOSED: ReferenceKind.ORGANISATION,
    ErrorCode.YEAR_CLOSED: ReferenceKind.ORGANISATION,
    ErrorCode.CURRENCY_NOT_ENABLED: ReferenceKind.ORGANISATION,
}
"""The kind of item that stood in the way; read afresh before a person's resync is checked."""


@dataclass(frozen=True)
class ReferenceItem:
    """One object of the ledger. `external_id` is the ledger's stable id, `code` what a person types.

    `for_sales` / `for_purchases` say where a picker may offer it. `rate` is a percentage for tax rates.
    `tax_ids` holds a contact's tax numbers. `locked_until` / `year_locked_until` are the last locked days (calendar
    dates of the ledger), filled for the organisation only, as are `currencies` (ISO 4217; empty = unknown).

    A code, or a short code, that is too long to be kept is none: nothing can be mapped to it, no link be made of it.
    """

    kind: ReferenceKind
    external_id: str
    code: str
    name: str
    is_active: bool
    for_sales: bool = True
    for_purchases: bool = True
    rate: Decimal | None = None
    account_class: str = ""
    tax_ids: tuple[str, ...] = field(default=())
    email: str = ""
    country: str = ""
    currency: str = ""
    currencies: tuple[str, ...] = field(default=())
    short_code: str = ""
    locked_until: date | None = None
    year_locked_until: date | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name[:LONGEST_NAME])
        for name, longest in (("code", LONGEST_ID), ("short_code", LONGEST_SHORT_CODE)):
            if len(getattr(self, name)) > longest:
                object.__setattr__(self, name, "")

    @property
    def is_keepable(self) -> bool:
        """Whether its id can be kept whole."""
        return len(self.external_id) <= LONGEST_ID
