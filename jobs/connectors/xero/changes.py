"""What changed in Xero's documents since a moment. https://developer.xero.com/documentation/api/accounting/invoices"""

from collections.abc import Iterator
from datetime import datetime

from dashboard.vocabulary.postings import LedgerObject
from dashboard.vocabulary.records import RecordKind
from jobs.connectors.wire import Unreadable
from jobs.connectors.xero.calls import Calls
from jobs.connectors.xero.fields import text
from jobs.connectors.xero.forms import FORMS
from jobs.connectors.xero.ledger import ledger_object

_PAGE = 250
"""Documents come with their lines: the largest page that Xero gives could be larger than an answer may be."""

_LISTS = (RecordKind.INVOICE, RecordKind.CREDIT_NOTE)
"""One kind of each list; the other kind of it comes along."""


def changed_documents(calls: Calls, since: datetime, short_code: str) -> Iterator[LedgerObject]:
    """Every document of our kinds that changed, paid, voided and deleted ones too; whoever made it.

    They are asked for page by page, the longest unchanged first, so that one that changes meanwhile comes later on.
    """
    kinds = {form.type: kind for kind, form in FORMS.items()}
    for each in _LISTS:
        form, query = FORMS[each], {"order": "UpdatedDateUTC ASC"}
        for found in calls.pages(form.plural, form.id_field, query, since, size=_PAGE):
            kind = kinds.get(text(found, "Type"))
            if kind is None:
                continue
            try:
                yield ledger_object(kind, found, short_code)
            except Unreadable:
                # What lacks an amount or a date says nothing that could be shown; what is known of it stays.
                continue
