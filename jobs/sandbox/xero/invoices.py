"""The Invoices endpoints: sales invoices (ACCREC) and bills (ACCPAY). See developer.xero.com, Invoices."""

from jobs.sandbox.xero.batch import Kind, book
from jobs.sandbox.xero.call import ApiCall, Element, Reply
from jobs.sandbox.xero.document_families import INVOICES, document_fields
from jobs.sandbox.xero.document_forms import document_form
from jobs.sandbox.xero.documents import create_document, match_document, update_document
from jobs.sandbox.xero.errors import not_found
from jobs.sandbox.xero.listing import names, paged, read_where, select
from jobs.sandbox.xero.objects import Document
from jobs.sandbox.xero.where import Filter

KIND = Kind("Invoices", "Invoice", "InvoiceID", "HasErrors")


def invoice_list(call: ApiCall) -> Reply:
    """GET /Invoices. Only pages carry lines."""
    fields = document_fields(call.company, call.at)
    wanted = read_where(call, fields)
    found = [one for one in _candidates(call, wanted) if one.type in INVOICES.types and _is_named(call, one)]
    found.sort(key=lambda one: one.updated)
    page = paged(call, select(call, found, fields, wanted))
    with_lines = page.pagination is not None and not call.flag("summaryOnly")
    forms = [
        document_form(call.company, one, call.decimals, call.at, with_lines=with_lines, with_contact=False)
        for one in page.items
    ]
    return Reply("Invoices", forms, page.pagination)


def invoice_one(call: ApiCall, key: str) -> Reply:
    """GET /Invoices/{id or number}."""
    return Reply("Invoices", [document_form(call.company, _known(call, key), call.decimals, call.at)])


def create_invoices(call: ApiCall) -> Reply:
    """PUT /Invoices: every element is a document of its own."""

    def one(element: Element) -> Element:
        return document_form(call.company, create_document(call, element, INVOICES), call.decimals)

    return book(call, KIND, call.elements("Invoices"), one)


def save_invoices(call: ApiCall) -> Reply:
    """POST /Invoices: an element with a known id, or a known sales number, silently changes that document."""

    def one(element: Element) -> Element:
        match = match_document(call, element, INVOICES)
        if match is None:
            saved = create_document(call, element, INVOICES)
        else:
            saved = update_document(call, element, INVOICES, match)
        return document_form(call.company, saved, call.decimals)

    return book(call, KIND, call.elements("Invoices"), one)


def update_invoice(call: ApiCall, key: str) -> Reply:
    """POST /Invoices/{id}."""
    before = _known(call, key)

    def one(element: Element) -> Element:
        return document_form(call.company, update_document(call, element, INVOICES, before), call.decimals)

    return book(call, KIND, call.elements("Invoices")[:1], one)


def _candidates(call: ApiCall, wanted: Filter | None) -> list[Document]:
    """As few documents as the indexes can tell; a ledger may hold many thousands."""
    documents = call.company.documents
    if ids := names(call, "IDs"):
        return [one for key in ids if (one := documents.get(key.lower(), call.at)) is not None]
    numbers = names(call, "InvoiceNumbers")
    if not numbers and wanted is not None and wanted.equals.get("invoicenumber"):
        numbers = [wanted.equals["invoicenumber"]]
    if numbers:
        found = [one for number in numbers for one in documents.find("number", f"any/{number.casefold()}", call.at)]
        return list({one.id: one for one in found}.values())
    if contacts := names(call, "ContactIDs"):
        return [one for key in contacts for one in documents.find("contact", key.lower(), call.at)]
    return documents.all(call.at)


def _is_named(call: ApiCall, document: Document) -> bool:
    statuses = [status.upper() for status in names(call, "Statuses")]
    contacts = [key.lower() for key in names(call, "ContactIDs")]
    numbers = [number.casefold() for number in names(call, "InvoiceNumbers")]
    sought = call.query.get("searchterm", "").casefold()
    return (
        (not statuses or document.status in statuses)
        and (not contacts or document.contact_id in contacts)
        and (not numbers or document.number.casefold() in numbers)
        and (not call.flag("createdByMyApp") or document.app == call.app)
        and (not sought or sought in f"{document.number} {document.reference}".casefold())
    )


def _known(call: ApiCall, key: str) -> Document:
    found = call.company.documents.get(key.lower(), call.at)
    if found is None:
        numbered = call.company.documents.find("number", f"any/{key.casefold()}", call.at)
        found = next((one for one in numbered if one.type in INVOICES.types), None)
    if found is None or found.type not in INVOICES.types:
        raise not_found()
    return found
