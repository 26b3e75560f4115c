"""Reading documents by their ids, as Xero holds them now."""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import LedgerObject, ProviderError
from dashboard.vocabulary.records import RecordKind
from jobs.connectors.wire import Unreadable
from jobs.connectors.xero.calls import API, Calls
from jobs.connectors.xero.fields import Element, text
from jobs.connectors.xero.forms import FORMS, Form
from jobs.connectors.xero.ledger import ledger_object

_IDS_PER_CALL = 40


def read_documents(calls: Calls, kind: RecordKind, ledger_ids: Sequence[str], short_code: str) -> list[LedgerObject]:
    """Unknown ids, and ids of another kind, are left out."""
    form = FORMS[kind]
    found = _by_ids(calls, form, ledger_ids) if form.plural == "Invoices" else _one_by_one(calls, form, ledger_ids)
    try:
        return [ledger_object(kind, each, short_code) for each in found if text(each, "Type") == form.type]
    except Unreadable as reason:
        raise ProviderError(ErrorCode.PROVIDER_DOWN, words=str(reason)) from None


def _by_ids(calls: Calls, form: Form, ledger_ids: Sequence[str]) -> Iterator[Element]:
    for start in range(0, len(ledger_ids), _IDS_PER_CALL):
        query = {"IDs": ",".join(ledger_ids[start : start + _IDS_PER_CALL])}
        yield from calls.pages(form.plural, form.id_field, query)


def _one_by_one(calls: Calls, form: Form, ledger_ids: Sequence[str]) -> Iterator[Element]:
    """The list of credit notes takes no ids."""
    for ledger_id in ledger_ids:
        try:
            yield from calls.read(f"{API}/{form.plural}/{quote(ledger_id, safe='')}", form.plural)
        except ProviderError as error:
            if error.code is not ErrorCode.NOT_IN_LEDGER:
                raise
