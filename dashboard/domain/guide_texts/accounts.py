"""Guides: accounts and taxes that a document needs in the ledger."""

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.guides import Guide, Remedy, Turn
from dashboard.vocabulary.roles import Permission

_RESEND = (
    "The records that failed for this have to be resent: tick them and press Resync. They do not go by themselves."
)
_READ_AFRESH = "Resync reads the list from Xero afresh before anything is sent."

GUIDES = (
    Guide(
        ErrorCode.ACCOUNT_NOT_MAPPED,
        title="No Xero account is chosen for a line",
        meaning=(
            "A line of the document names an account of yours that leads to no account in Xero, or names none and no "
            "default account is chosen. Nothing was sent."
        ),
        whose=Turn.ADMIN,
        steps=(
            "Open Mapping › Accounts: what is missing stands on top, with the number of records that wait for it.",
            "Choose the Xero account that the value goes to, or the default for lines that name no account, and save.",
        ),
        after=_RESEND,
        remedy=Remedy.MAP,
        permission=Permission.MAP,
        known_by=("Account code must be specified",),
    ),
    Guide(
        ErrorCode.ACCOUNT_UNKNOWN,
        title="Xero has no such account",
        meaning=(
            "The account code that a line leads to is not in Xero's chart of accounts, or may not stand on this kind "
            "of document: a bank account may not, nor one that Xero keeps itself, such as Accounts Receivable."
        ),
        whose=Turn.ADMIN,
        steps=(
            "Open Mapping › Accounts and choose another Xero account for the value.",
            "Or add the account in Xero under Accounting › Chart of accounts, with exactly this code.",
        ),
        after=f"{_RESEND} {_READ_AFRESH}",
        remedy=Remedy.MAP,
        permission=Permission.MAP,
        known_by=("Account code '999' is not a valid code for this document.", "Account must be valid."),
    ),
    Guide(
        ErrorCode.ACCOUNT_INACTIVE,
        title="The account is archived in Xero",
        meaning="A line leads to an account that somebody archived or deleted in Xero, so nothing can be booked on it.",
        whose=Turn.ADMIN,
        steps=(
            "Open Mapping › Accounts and choose an active account for the value.",
            (
                "Or restore the account in Xero: Accounting › Chart of accounts, tab Archive, tick it and press "
                "Restore. A deleted account cannot be restored."
            ),
        ),
        after=f"{_RESEND} {_READ_AFRESH}",
        remedy=Remedy.MAP,
        permission=Permission.MAP,
        known_by=(
            "Account code '425' has been archived, or has been deleted. Each line item must reference a valid account.",
        ),
    ),
    Guide(
        ErrorCode.ROUNDING_ACCOUNT_MISSING,
        title="A rounding difference needs an account",
        meaning=(
            "The document's total differs from its lines and tax by a few cents. tieout never changes a total: it "
            "books the difference as a line of its own, and no account is chosen for that yet."
        ),
        whose=Turn.ADMIN,
        steps=(
            "Open Mapping › Accounts.",
            "At “Rounding differences” choose the Xero account that takes them, often called Rounding, and save.",
        ),
        after=_RESEND,
        remedy=Remedy.MAP,
        permission=Permission.MAP,
    ),
    Guide(
        ErrorCode.TAX_NOT_MAPPED,
        title="No Xero tax rate is chosen for a tax of the document",
        meaning=(
            "A line carries a tax (its category, rate and country, sale or purchase) that leads to no tax rate in "
            "Xero. Zero per cent alone can mean six different things on a tax return, so tieout does not guess."
        ),
        whose=Turn.ADMIN,
        steps=(
            "Open Mapping › Taxes: what is missing stands on top.",
            "Choose the Xero tax rate with the same rate and meaning, and save. In doubt ask your accountant.",
        ),
        after=_RESEND,
        remedy=Remedy.MAP,
        permission=Permission.MAP,
    ),
    Guide(
        ErrorCode.TAX_UNKNOWN,
        title="Xero does not take this tax rate",
        meaning=(
            "The tax rate that a line leads to was deleted in Xero, or is not meant for this kind of document: a rate "
            "for sales cannot stand on a bill."
        ),
        whose=Turn.ADMIN,
        steps=(
            "Open Mapping › Taxes and choose an active rate, one for sales on invoices and one for purchases on bills.",
            "Or mend the rate in Xero under Accounting › Advanced › Tax rates.",
        ),
        after=f"{_RESEND} {_READ_AFRESH}",
        remedy=Remedy.MAP,
        permission=Permission.MAP,
        known_by=(
            "The TaxType code GST on Income does not exist or cannot be used for this type of transaction.",
            "Tax rate must be valid.",
        ),
    ),
    Guide(
        ErrorCode.TAX_ACCOUNT_CLASH,
        title="Tax rate and account do not go together in Xero",
        meaning=(
            "Xero does not let this tax rate stand on that account, for example tax on purchases on a revenue account."
        ),
        whose=Turn.ADMIN,
        steps=(
            "Open Mapping › Taxes and choose a rate that Xero allows on this account.",
            "Or open Mapping › Accounts and choose another account for the value.",
            "Which rates an account takes is decided in Xero by its type: Accounting › Chart of accounts.",
        ),
        after=f"{_RESEND} {_READ_AFRESH}",
        remedy=Remedy.MAP,
        permission=Permission.MAP,
        known_by=("The TaxType code 'INPUT' cannot be used with account code '630'.",),
    ),
)
