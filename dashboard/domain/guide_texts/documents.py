"""Guides: the document itself: its number, date, currency, totals, fields and state."""

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.guides import Guide, Remedy, Turn
from dashboard.vocabulary.roles import Permission

_RESEND = "It has to be resent once it is mended; it does not go by itself."
_CORRECTED = (
    (
        "Ask for a corrected document, or correct it where it is made, and take it in under Upload. With the same "
        "number it is held as a possible duplicate: press “A different document: keep both” on its page."
    ),
    "Resolve this record as not to be booked, naming the corrected one.",
)
_CORRECTED_AFTER = "Only the corrected document is sent. This record stays Failed until you resolve it."

GUIDES = (
    Guide(
        ErrorCode.NUMBER_EXISTS,
        title="The number exists in Xero already",
        meaning=(
            "Xero holds a document with this number already: somebody entered it by hand, another app did, another "
            "record here brought it, or two documents share a number. Nothing was booked twice."
        ),
        whose=Turn.FINANCE,
        steps=(
            "Press “Compare with Xero”: what is here and what is in Xero stand side by side.",
            "It is the one that tieout sent: adopt it, and the record becomes Synced with Xero's document.",
            (
                "It is the same, entered by hand or by another app: such a one cannot be adopted. Press Resolve and "
                "pick “It is in Xero already”."
            ),
            "Another record here brought it: decide on the record's page whether it is the same bill.",
            (
                "It is another document: correct the number in Xero under “Invoice number” (on bills “Reference”), "
                "or delete it there, then resend from the record."
            ),
        ),
        after="It does not go by itself. Adopting and resolving send nothing.",
        remedy=Remedy.COMPARE,
        permission=Permission.RESOLVE,
        known_by=("Invoice # must be unique.",),
    ),
    Guide(
        ErrorCode.FOUND_DIFFERENT,
        title="It is in Xero, but not as it was sent",
        meaning=(
            "Xero holds a document that tieout once sent, and it differs now: its total, date, contact or tax was "
            "changed in Xero, or it was voided there."
        ),
        whose=Turn.FINANCE,
        steps=(
            "Press “Compare with Xero”: the fields that differ are marked.",
            "The change in Xero is right: resolve the record as already in the ledger.",
            "The change is wrong: mend the document in Xero, press Look in Xero again, and adopt it once both agree.",
            (
                "It was voided and is still needed: a bill is resent. A voided sales number stays taken: take the "
                "invoice in with another number, and resolve this one as not to be booked."
            ),
        ),
        after="It does not go by itself: sending it again could book it twice.",
        remedy=Remedy.COMPARE,
        permission=Permission.RESOLVE,
    ),
    Guide(
        ErrorCode.PERIOD_CLOSED,
        title="The period is closed in Xero",
        meaning=(
            "The booking date lies on or before the period lock date in Xero. The period is closed, mostly because "
            "its tax return was filed."
        ),
        whose=Turn.FINANCE,
        steps=(
            (
                "Ask for the period to be reopened first, if it should hold this document: an adviser clears the lock "
                "date in Xero under Accounting › Advanced › Financial settings."
            ),
            (
                "Otherwise press Move the booking date, choose a day in an open period and give the reason. The form "
                "says when the tax moves to another month. The document's own date stays in the text."
            ),
            "Moving the date of an issued sales invoice is an admin's.",
        ),
        after=f"{_RESEND} Resync reads the lock date from Xero afresh before anything is sent.",
        remedy=Remedy.MOVE_DATE,
        known_by=("The document date cannot be before the period lock date",),
    ),
    Guide(
        ErrorCode.YEAR_CLOSED,
        title="The year is closed in Xero",
        meaning=(
            "The booking date lies on or before the year-end lock date in Xero: the annual accounts are made up. What "
            "belongs to a closed year changes its result, so this is more than a late document."
        ),
        whose=Turn.ADMIN,
        steps=(
            "Speak with your accountant: the year may be reopened, or the document booked in the current year.",
            (
                "To reopen it, an adviser clears the year-end lock date in Xero under Accounting › Advanced › "
                "Financial settings."
            ),
            (
                "To book it this year, press Move the booking date, choose the day and give the reason. Across a year "
                "end only an admin may."
            ),
        ),
        after=f"{_RESEND} Resync reads the lock date from Xero afresh before anything is sent.",
        remedy=Remedy.MOVE_DATE,
        permission=Permission.MOVE_ISSUED_DATE,
        known_by=("The document date cannot be before the end of year lock date, currently set at 31-Jul-2013",),
    ),
    Guide(
        ErrorCode.CURRENCY_NOT_ENABLED,
        title="Xero is not set up for this currency",
        meaning=(
            "The document is in a currency that the Xero organisation does not use. Foreign currencies need a Xero "
            "plan that includes them."
        ),
        whose=Turn.LEDGER,
        steps=(
            (
                "In Xero open Settings › Currencies and add the currency. When the page is missing, the plan does not "
                "include it."
            ),
            "In Connections press Refresh lists, so that tieout learns of it.",
        ),
        after=_RESEND,
        remedy=Remedy.REFRESH_LISTS,
        permission=Permission.REFRESH_LISTS,
        known_by=("Users Organisation is not subscribed to currency NZD",),
    ),
    Guide(
        ErrorCode.TOTALS_DIFFER,
        title="The document's total is not the sum of its lines and tax",
        meaning=(
            "The total that the document states differs from its lines and tax by more than a rounding difference. "
            "tieout never changes a total, so nothing was sent."
        ),
        whose=Turn.SOURCE,
        steps=("Open the record and compare lines, tax and total with the original file.", *_CORRECTED),
        after=_CORRECTED_AFTER,
        remedy=Remedy.EDIT_SOURCE,
        known_by=("The line total 100.00 does not match the expected line total 99.00",),
    ),
    Guide(
        ErrorCode.FIELD_MISSING,
        title="The document lacks a field that Xero requires",
        meaning="A field that Xero requires is empty in the document, such as its number or a line's description.",
        whose=Turn.SOURCE,
        steps=("Open the record: the error names the field.", *_CORRECTED),
        after=_CORRECTED_AFTER,
        remedy=Remedy.EDIT_SOURCE,
    ),
    Guide(
        ErrorCode.LINES_MISSING,
        title="The document has no lines",
        meaning="The document states a total but no line that it is made of, and Xero books lines.",
        whose=Turn.SOURCE,
        steps=("Open the record and see whether the original file has lines.", *_CORRECTED),
        after=_CORRECTED_AFTER,
        remedy=Remedy.EDIT_SOURCE,
        known_by=("One or more line items must be specified",),
    ),
    Guide(
        ErrorCode.DOCUMENT_LOCKED,
        title="The document in Xero can no longer be changed",
        meaning="The document is in Xero, and a payment or credit note is allocated to it, so Xero refuses any change.",
        whose=Turn.FINANCE,
        steps=(
            "Open the document in Xero and see which payment or credit note is allocated to it.",
            "What is in Xero is right: resolve the record as already in the ledger.",
            "It is wrong: remove the allocation in Xero, or issue a credit note, then resend.",
        ),
        after=_RESEND,
        remedy=Remedy.LOOK,
        permission=Permission.RESOLVE,
        known_by=("This document cannot be edited as it has a payment or credit note allocated to it.",),
    ),
    Guide(
        ErrorCode.STATUS_NOT_ALLOWED,
        title="Xero does not take the document in this state",
        meaning=(
            "The state in which the document was sent (Draft, Awaiting approval or Approved) is one that Xero does not "
            "allow for it, or the document in Xero is in a state that does not allow the change."
        ),
        whose=Turn.ADMIN,
        steps=(
            "Look in Xero whether the document was approved, voided or deleted meanwhile.",
            "Open Sync config and check “Post sales as” and “Post bills as” for this connection.",
        ),
        after=_RESEND,
        remedy=Remedy.SYNC_CONFIG,
        permission=Permission.CONFIGURE,
        known_by=(
            "Invoice not of valid status for creation",
            "Invoice not of valid status for modification",
            "Payments can only be made against Authorised documents",
        ),
    ),
    Guide(
        ErrorCode.PLAN_LIMIT,
        title="The Xero plan takes no more approved documents this month",
        meaning="The smallest Xero plan limits how many invoices and bills may be approved in a month. It is reached.",
        whose=Turn.LEDGER,
        steps=(
            "Ask the subscriber of the Xero organisation for a larger plan, or wait for the next month.",
            "Or have an admin open Sync config and post as Draft: drafts do not count, and are approved in Xero later.",
        ),
        after=_RESEND,
        remedy=Remedy.SYNC_CONFIG,
        permission=Permission.CONFIGURE,
        known_by=("You have reached the limit of invoices you can approve",),
    ),
)
