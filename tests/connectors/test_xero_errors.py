"""What Xero says, row by row as organisations have reported it, and what we make of it."""

import pytest

from dashboard.vocabulary.errors import ErrorCode
from jobs.connectors.xero.errors import understand
from tests.connectors.postings import CONTACT, a_document, a_line

ROWS = [
    ("Invoice # must be unique.", ErrorCode.NUMBER_EXISTS, "INV-1"),
    ("Account code '999' is not a valid code for this document.", ErrorCode.ACCOUNT_UNKNOWN, "999"),
    (
        "Account code '425' has been archived, or has been deleted. Each line item must reference a valid account.",
        ErrorCode.ACCOUNT_INACTIVE,
        "425",
    ),
    ("Account code must be specified", ErrorCode.ACCOUNT_NOT_MAPPED, ""),
    ("Account must be valid.", ErrorCode.ACCOUNT_UNKNOWN, "200"),
    (
        "The TaxType code GST on Income does not exist or cannot be used for this type of transaction.",
        ErrorCode.TAX_UNKNOWN,
        "GST on Income",
    ),
    ("The TaxType code 'INPUT' cannot be used with account code '630'.", ErrorCode.TAX_ACCOUNT_CLASH, "INPUT"),
    ("Tax rate must be valid.", ErrorCode.TAX_UNKNOWN, "OUTPUT2"),
    ("A Contact must be specified for this type of transaction", ErrorCode.CONTACT_NOT_MAPPED, CONTACT),
    ("One or more line items must be specified", ErrorCode.LINES_MISSING, ""),
    ("Invoice not of valid status for creation", ErrorCode.STATUS_NOT_ALLOWED, ""),
    ("Invoice not of valid status for modification", ErrorCode.STATUS_NOT_ALLOWED, ""),
    (
        "This document cannot be edited as it has a payment or credit note allocated to it.",
        ErrorCode.DOCUMENT_LOCKED,
        "",
    ),
    ("The document date cannot be before the period lock date", ErrorCode.PERIOD_CLOSED, ""),
    (
        "The document date cannot be before the period lock date, currently set at 31-Jul-2013",
        ErrorCode.PERIOD_CLOSED,
        "2013-07-31",
    ),
    (
        "The document date cannot be before the end of year lock date, currently set at 05-Dec-2025",
        ErrorCode.YEAR_CLOSED,
        "2025-12-05",
    ),
    ("The contact is archived and cannot be used.", ErrorCode.CONTACT_ARCHIVED, CONTACT),
    (
        "The contact name Buzz Lightyear is already assigned to another contact. The contact name must be unique.",
        ErrorCode.CONTACT_NAME_TAKEN,
        "Buzz Lightyear",
    ),
    ("Users Organisation is not subscribed to currency NZD", ErrorCode.CURRENCY_NOT_ENABLED, "NZD"),
    ("Email address must be valid.", ErrorCode.EMAIL_INVALID, ""),
    ("Payments can only be made against Authorised documents", ErrorCode.STATUS_NOT_ALLOWED, ""),
    ("You have reached the limit of invoices you can approve", ErrorCode.PLAN_LIMIT, ""),
    ("The line total 12.00 does not match the expected line total 11.99", ErrorCode.TOTALS_DIFFER, ""),
    ("Payment amount exceeds the amount outstanding on this document", ErrorCode.UNKNOWN, ""),
    ("Please enter a unique Name.", ErrorCode.UNKNOWN, ""),
    ("Something Xero has never said before.", ErrorCode.UNKNOWN, ""),
]


@pytest.mark.parametrize("stop", ["as written", "with a full stop", "without one"])
@pytest.mark.parametrize(("words", "code", "subject"), ROWS)
def test_each_known_message_has_its_code_and_subject(words: str, code: ErrorCode, subject: str, stop: str) -> None:
    said = words if stop == "as written" else words.removesuffix(".") + ("." if stop == "with a full stop" else "")
    fault = understand(said, a_document("INV-1"))
    assert (fault.code, fault.subject, fault.words) == (code, subject, said)


def test_a_subject_that_leaves_doubt_is_left_empty() -> None:
    posting = a_document(lines=(a_line(account="200"), a_line(account="260")))
    assert understand("Account must be valid.", posting).subject == ""


def test_a_lock_date_written_otherwise_stays_in_the_words_only() -> None:
    fault = understand("The document date cannot be before the period lock date, currently set at 31-Foo-2013")
    assert (fault.code, fault.subject) == (ErrorCode.PERIOD_CLOSED, "")
