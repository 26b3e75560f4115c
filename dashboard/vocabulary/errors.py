"""Error codes with their retry class. Provider words are turned into these by each connector; guides explain them."""

from enum import StrEnum


class Retry(StrEnum):
    """What the machine may do by itself about an error."""

    WAIT = "wait"
    AGAIN = "again"
    AFTER_A_FIX = "after-a-fix"
    NEVER = "never"


class ErrorCode(StrEnum):
    ACCESS_EXPIRED = "access-expired"
    COMPANY_DISCONNECTED = "company-disconnected"
    SCOPE_MISSING = "scope-missing"
    RATE_LIMITED = "rate-limited"
    PROVIDER_DOWN = "provider-down"
    CLIENT_REFUSED = "client-refused"
    NOT_IN_LEDGER = "not-in-ledger"
    CANNOT_TELL = "cannot-tell"
    DOUBLE_BOOKED = "double-booked"
    NUMBER_EXISTS = "number-exists"
    FOUND_DIFFERENT = "found-different"
    ACCOUNT_NOT_MAPPED = "account-not-mapped"
    ACCOUNT_UNKNOWN = "account-unknown"
    ACCOUNT_INACTIVE = "account-inactive"
    TAX_NOT_MAPPED = "tax-not-mapped"
    TAX_UNKNOWN = "tax-unknown"
    TAX_ACCOUNT_CLASH = "tax-account-clash"
    CONTACT_NOT_MAPPED = "contact-not-mapped"
    CONTACT_ARCHIVED = "contact-archived"
    CONTACT_NAME_TAKEN = "contact-name-taken"
    EMAIL_INVALID = "email-invalid"
    PERIOD_CLOSED = "period-closed"
    YEAR_CLOSED = "year-closed"
    CURRENCY_NOT_ENABLED = "currency-not-enabled"
    TOTALS_DIFFER = "totals-differ"
    ROUNDING_ACCOUNT_MISSING = "rounding-account-missing"
    FIELD_MISSING = "field-missing"
    LINES_MISSING = "lines-missing"
    DOCUMENT_LOCKED = "document-locked"
    STATUS_NOT_ALLOWED = "status-not-allowed"
    PLAN_LIMIT = "plan-limit"
    ATTACHMENT_REFUSED = "attachment-refused"
    UNKNOWN = "unknown"

    @property
    def retry(self) -> Retry:
        return RETRY_CLASS[self]


RETRY_CLASS: dict[ErrorCode, Retry] = {
    **dict.fromkeys(ErrorCode, Retry.AFTER_A_FIX),
    ErrorCode.RATE_LIMITED: Retry.WAIT,
    ErrorCode.PROVIDER_DOWN: Retry.WAIT,
    ErrorCode.CLIENT_REFUSED: Retry.WAIT,
    ErrorCode.ACCESS_EXPIRED: Retry.WAIT,
    ErrorCode.COMPANY_DISCONNECTED: Retry.WAIT,
    ErrorCode.NOT_IN_LEDGER: Retry.AGAIN,
    ErrorCode.DOUBLE_BOOKED: Retry.NEVER,
}

BREAKS_CONNECTION = frozenset({ErrorCode.ACCESS_EXPIRED, ErrorCode.COMPANY_DISCONNECTED})
"""Codes after which the whole connection waits for a person to reconnect it; nothing of its queue burns a try."""

CONNECTION_WIDE = BREAKS_CONNECTION | {
    ErrorCode.SCOPE_MISSING,
    ErrorCode.RATE_LIMITED,
    ErrorCode.PROVIDER_DOWN,
    ErrorCode.CLIENT_REFUSED,
}
"""Codes of a failed call that say something about the whole connection; any other is about what was asked."""
