"""How each kind of record is called in Xero: its type, endpoint, fields, states and its page."""

from dataclasses import dataclass

from dashboard.vocabulary.postings import LedgerState, PostAs
from dashboard.vocabulary.records import RecordKind


@dataclass(frozen=True)
class Form:
    """`has_url` is false for credit notes: Xero gives them no place where our key could go. `has_unique_number`: Xero
    refuses a number that is taken; the manual says so of sales credit notes too, but nobody has seen it."""

    type: str
    plural: str
    id_field: str
    number_field: str
    has_url: bool
    has_unique_number: bool
    page: str


FORMS = {
    RecordKind.INVOICE: Form(
        "ACCREC", "Invoices", "InvoiceID", "InvoiceNumber", True, True, "/AccountsReceivable/View.aspx?InvoiceID="
    ),
    RecordKind.BILL: Form(
        "ACCPAY", "Invoices", "InvoiceID", "InvoiceNumber", True, False, "/AccountsPayable/Edit.aspx?InvoiceID="
    ),
    RecordKind.CREDIT_NOTE: Form(
        "ACCRECCREDIT",
        "CreditNotes",
        "CreditNoteID",
        "CreditNoteNumber",
        False,
        False,
        "/AccountsReceivable/ViewCreditNote.aspx?creditNoteID=",
    ),
    RecordKind.BILL_CREDIT: Form(
        "ACCPAYCREDIT",
        "CreditNotes",
        "CreditNoteID",
        "CreditNoteNumber",
        False,
        False,
        "/AccountsPayable/ViewCreditNote.aspx?creditNoteID=",
    ),
}

STATUS_TO_SEND = {PostAs.DRAFT: "DRAFT", PostAs.AWAITING: "SUBMITTED", PostAs.APPROVED: "AUTHORISED"}

STATES = {
    "DRAFT": LedgerState.DRAFT,
    "SUBMITTED": LedgerState.AWAITING,
    "AUTHORISED": LedgerState.APPROVED,
    "PAID": LedgerState.PAID,
    "VOIDED": LedgerState.VOID,
    "DELETED": LedgerState.DELETED,
}

CONTACT_PAGE = "/Contacts/View/"


def page_address(short_code: str, page: str, ledger_id: str) -> str:
    """Where a person opens it, in the right organisation; "" while the short code is unknown.

    https://developer.xero.com/documentation/guides/how-to-guides/deep-link-xero
    """
    if not short_code:
        return ""
    return f"https://go.xero.com/organisationlogin/default.aspx?shortcode={short_code}&redirecturl={page}{ledger_id}"
