"""What Xero's words mean. It has no machine codes, so the text of a message decides; words not listed stay UNKNOWN."""

import re

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import DocumentPosting, Fault

# Every pattern is searched in one message, its case and full stop aside. The group, where there is one, is the subject.
# https://developer.xero.com/documentation/api/accounting/responsecodes and what organisations have reported.
_MEANINGS: tuple[tuple[str, ErrorCode], ...] = (
    (r"^(?:invoice|credit ?note) (?:#|number) must be unique", ErrorCode.NUMBER_EXISTS),
    (r"^account code '([^']*)' is not a valid code for this document", ErrorCode.ACCOUNT_UNKNOWN),
    (r"^account code '([^']*)' has been archived", ErrorCode.ACCOUNT_INACTIVE),
    (r"^account code must be specified", ErrorCode.ACCOUNT_NOT_MAPPED),
    (r"^account must be valid", ErrorCode.ACCOUNT_UNKNOWN),
    (r"^the taxtype code '?(.+?)'? cannot be used with account code '[^']*'", ErrorCode.TAX_ACCOUNT_CLASH),
    (r"^the taxtype code '?(.+?)'? does not exist or cannot be used for this type", ErrorCode.TAX_UNKNOWN),
    (r"^tax rate must be valid", ErrorCode.TAX_UNKNOWN),
    (r"^a contact must be specified", ErrorCode.CONTACT_NOT_MAPPED),
    (r"^the contact is archived", ErrorCode.CONTACT_ARCHIVED),
    (r"^the contact name (.+) is already assigned to another contact", ErrorCode.CONTACT_NAME_TAKEN),
    (r"^email address must be valid", ErrorCode.EMAIL_INVALID),
    (r"^one or more line items must be specified", ErrorCode.LINES_MISSING),
    (r"^invoice not of valid status for (?:creation|modification)", ErrorCode.STATUS_NOT_ALLOWED),
    (r"^payments can only be made against authorised documents", ErrorCode.STATUS_NOT_ALLOWED),
    (r"^this document cannot be edited as it has a payment", ErrorCode.DOCUMENT_LOCKED),
    (r"cannot be before the period lock date(?:, currently set at (\S+))?", ErrorCode.PERIOD_CLOSED),
    (r"cannot be before the end of year lock date(?:, currently set at (\S+))?", ErrorCode.YEAR_CLOSED),
    (r"organisation is not subscribed to currency ([a-z]{3})", ErrorCode.CURRENCY_NOT_ENABLED),
    (r"^the line total \S+ does not match the expected line total", ErrorCode.TOTALS_DIFFER),
    (r"^you have reached the limit of invoices you can approve", ErrorCode.PLAN_LIMIT),
    (r"^(.+?) must be specified$", ErrorCode.FIELD_MISSING),
)
MEANINGS = tuple((re.compile(pattern, re.IGNORECASE), code) for pattern, code in _MEANINGS)

_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_LOCKS = frozenset({ErrorCode.PERIOD_CLOSED, ErrorCode.YEAR_CLOSED})
_ACCOUNTS = frozenset({ErrorCode.ACCOUNT_UNKNOWN, ErrorCode.ACCOUNT_INACTIVE})
_CONTACTS = frozenset({ErrorCode.CONTACT_ARCHIVED, ErrorCode.CONTACT_NOT_MAPPED})


def understand(words: str, posting: DocumentPosting | None = None) -> Fault:
    """One message as a fault, the words kept verbatim.

    Where Xero does not name what it complains about, the posting does, as far as it leaves no doubt. Subjects: account
    code, tax type, contact name or id, currency, the lock date as YYYY-MM-DD, the document's number.
    """
    said = words.strip().removesuffix(".")
    for pattern, code in MEANINGS:
        if found := pattern.search(said):
            stated = (found[1] if pattern.groups else None) or ""
            if code in _LOCKS:
                stated = _iso_day(stated)
            return Fault(code, stated or _subject(code, posting), words)
    return Fault(ErrorCode.UNKNOWN, "", words)


def _subject(code: ErrorCode, posting: DocumentPosting | None) -> str:
    if posting is None:
        return ""
    if code is ErrorCode.NUMBER_EXISTS:
        return posting.number
    if code in _CONTACTS:
        return posting.contact_id
    if code in _ACCOUNTS:
        return _only({line.account_code for line in posting.lines})
    if code is ErrorCode.TAX_UNKNOWN:
        return _only({line.tax_code for line in posting.lines})
    return ""


def _only(values: set[str]) -> str:
    return values.pop() if len(values) == 1 else ""


def _iso_day(stated: str) -> str:
    """`31-Jul-2013` → `2013-07-31`; "" when it is written otherwise, the words still hold it."""
    found = re.fullmatch(r"(\d{1,2})-([a-z]{3})-(\d{4})", stated, re.IGNORECASE)
    month = _MONTHS.find(found[2].lower()) if found else -1
    return f"{found[3]}-{month // 3 + 1:02}-{int(found[1]):02}" if found and month % 3 == 0 else ""
