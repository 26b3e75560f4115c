"""What tieout itself says of an error, before anything is sent or after the ledger was looked at. Names vary."""

from dashboard.vocabulary.errors import ErrorCode

OWN_WORDS: dict[ErrorCode, tuple[str, ...]] = {
    ErrorCode.ACCOUNT_NOT_MAPPED: (
        "Account 4010 is not mapped to an account in Xero",
        "No account is chosen for sales",
    ),
    ErrorCode.ACCOUNT_UNKNOWN: ("Xero has no account 4010",),
    ErrorCode.ACCOUNT_INACTIVE: ("Account 493 Travel is archived in Xero",),
    ErrorCode.TAX_NOT_MAPPED: ("Sale, standard rate 25 % is not mapped to a tax rate in Xero",),
    ErrorCode.TAX_UNKNOWN: ("The tax rate Sales is no longer active in Xero",),
    ErrorCode.CONTACT_NOT_MAPPED: ("Fjord is not mapped to a contact in Xero",),
    ErrorCode.CONTACT_ARCHIVED: ("The contact Fjord is archived in Xero",),
    ErrorCode.PERIOD_CLOSED: ("5 Oct 2026 is in a closed period: Xero is locked to 11 Oct 2026",),
    ErrorCode.YEAR_CLOSED: ("5 Oct 2025 is in a year that is closed in Xero: locked to 31 Dec 2025",),
    ErrorCode.CURRENCY_NOT_ENABLED: ("Xero is not set up for USD",),
    ErrorCode.TOTALS_DIFFER: ("The total 100.00 differs by 2.00 from its lines and tax",),
    ErrorCode.ROUNDING_ACCOUNT_MISSING: ("The rounding difference of 0.01 needs an account to go to",),
    ErrorCode.FIELD_MISSING: ("The document has no number", "Description must be specified"),
    ErrorCode.LINES_MISSING: ("The document has no lines",),
    ErrorCode.NUMBER_EXISTS: ("The number 1 exists in the ledger already, for Fjord",),
    ErrorCode.FOUND_DIFFERENT: ("1 is in the ledger, but not as it was sent",),
    ErrorCode.CANNOT_TELL: (
        "Look in the ledger: it cannot be told whether it is this one",
        "Look in the ledger: the document with this record's link stands for another record here",
        "Xero's list of invoices has more than 9 pages",
    ),
    ErrorCode.NOT_IN_LEDGER: ("It is not in the ledger, and will not be sent again by itself",),
    ErrorCode.ACCESS_EXPIRED: (
        "invalid_grant",
        "Xero was disconnected",
        "Xero disconnected",
        "Xero no longer accepts the access it gave; reconnect to go on",
        "The stored access cannot be read",
        "the access to the ledger has ended",
    ),
    ErrorCode.PROVIDER_DOWN: (
        "Xero out of reach",
        "no answer to the renewal of access",
        "the renewal of access was refused",
        "the renewal of access failed",
        "Xero's answer holds no readable list of invoices",
    ),
    ErrorCode.CLIENT_REFUSED: ("Xero does not accept the client id and secret of this server",),
    ErrorCode.RATE_LIMITED: ("the provider's limit is reached", "Xero's limit", "the access is being renewed"),
    ErrorCode.UNKNOWN: ("Xero refused it without a reason.",),
}
