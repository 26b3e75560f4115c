"""The CreditNotes endpoints and their allocations. See developer.xero.com, Credit Notes."""

from dataclasses import replace
from uuid import uuid4

from jobs.sandbox.xero.batch import Kind, book
from jobs.sandbox.xero.call import ApiCall, Element, Reply
from jobs.sandbox.xero.company import Company
from jobs.sandbox.xero.document_families import CREDIT_NOTES, document_fields
from jobs.sandbox.xero.document_forms import allocation_form, document_form, document_reference
from jobs.sandbox.xero.documents import create_document, match_document, update_document
from jobs.sandbox.xero.errors import Refused, not_found
from jobs.sandbox.xero.listing import paged, read_where, select
from jobs.sandbox.xero.objects import Allocation, Document, Status
from jobs.sandbox.xero.reading import amount, day, part, text
from jobs.sandbox.xero.settlement import settle

KIND = Kind("CreditNotes", "CreditNote", "CreditNoteID", "HasErrors")
ALLOCATION = Kind("Allocations", "Allocation", "AllocationID")


def credit_note_list(call: ApiCall) -> Reply:
    """GET /CreditNotes."""
    fields = document_fields(call.company, call.at)
    wanted = read_where(call, fields)
    if wanted is not None and (number := wanted.equals.get("creditnotenumber")):
        found = call.company.documents.find("number", f"any/{number.casefold()}", call.at)
    else:
        found = call.company.documents.all(call.at)
    found = sorted((one for one in found if one.type.is_credit), key=lambda one: one.updated)
    page = paged(call, select(call, found, fields, wanted))
    forms = [
        document_form(
            call.company, one, call.decimals, call.at, with_lines=page.pagination is not None, with_contact=False
        )
        for one in page.items
    ]
    return Reply("CreditNotes", forms, page.pagination)


def credit_note_one(call: ApiCall, key: str) -> Reply:
    """GET /CreditNotes/{id or number}."""
    return Reply("CreditNotes", [document_form(call.company, _known(call, key), call.decimals, call.at)])


def create_credit_notes(call: ApiCall) -> Reply:
    """PUT /CreditNotes."""

    def one(element: Element) -> Element:
        return document_form(call.company, create_document(call, element, CREDIT_NOTES), call.decimals)

    return book(call, KIND, call.elements("CreditNotes"), one)


def save_credit_notes(call: ApiCall) -> Reply:
    """POST /CreditNotes: changes the credit note that an element names, else makes one."""

    def one(element: Element) -> Element:
        match = match_document(call, element, CREDIT_NOTES)
        if match is None:
            saved = create_document(call, element, CREDIT_NOTES)
        else:
            saved = update_document(call, element, CREDIT_NOTES, match)
        return document_form(call.company, saved, call.decimals)

    return book(call, KIND, call.elements("CreditNotes"), one)


def update_credit_note(call: ApiCall, key: str) -> Reply:
    """POST /CreditNotes/{id}."""
    before = _known(call, key)

    def one(element: Element) -> Element:
        return document_form(call.company, update_document(call, element, CREDIT_NOTES, before), call.decimals)

    return book(call, KIND, call.elements("CreditNotes")[:1], one)


def allocate(call: ApiCall, key: str) -> Reply:
    """PUT /CreditNotes/{id}/Allocations."""
    credit = _known(call, key)

    def one(element: Element) -> Element:
        allocation = _allocated(call, credit.id, element)
        return {
            **allocation_form(call.company, allocation),
            "CreditNote": document_reference(credit),
            "ValidationErrors": [],
        }

    return book(call, ALLOCATION, call.elements("Allocations"), one)


def remove_allocation(call: ApiCall, key: str, allocation_id: str) -> Reply:
    """DELETE /CreditNotes/{id}/Allocations/{id}."""
    company = call.company
    credit = _known(call, key)
    allocation = company.allocations.get(allocation_id.lower())
    if allocation is None or allocation.credit_note_id != credit.id:
        raise not_found()
    company.allocations.remove(allocation.id)
    for document in (credit, company.documents.get(allocation.invoice_id)):
        if document is not None:
            less = replace(document, credited=document.credited - allocation.amount)
            company.documents.put(settle(company, less, allocation.dated))
    return Reply("Allocations", [{**allocation_form(company, allocation), "IsDeleted": True}])


def _allocated(call: ApiCall, credit_id: str, element: Element) -> Allocation:
    company: Company = call.company
    sent = part(call, element, "Invoice")
    credit = company.documents.get(credit_id)
    invoice = company.documents.get((text(sent, "InvoiceID") or "").lower())
    if invoice is None and (number := text(sent, "InvoiceNumber")):
        invoice = next((one for one in company.documents.find("number", f"any/{number.casefold()}")), None)
    share = amount(call, element, "Amount")
    booked_on = day(call, element, "Date") or company.today()
    if credit is None or invoice is None or invoice.type.is_credit:
        raise Refused(["The Invoice to allocate to could not be found."])
    messages = []
    if credit.status is not Status.AUTHORISED:
        messages.append("Credit notes can only be allocated when they are Authorised")
    if invoice.status is not Status.AUTHORISED:
        messages.append("Credit notes can only be allocated to Authorised documents")
    if credit.type.is_sale != invoice.type.is_sale or credit.contact_id != invoice.contact_id:
        messages.append("The credit note and the document must be of the same type and contact")
    if credit.currency != invoice.currency:
        messages.append("The credit note and the document must be in the same currency")
    if share is None or share <= 0:
        messages.append("Amount must be greater than zero")
    elif share > credit.due:
        messages.append("The amount to allocate exceeds the remaining credit")
    elif share > invoice.due:
        messages.append("The amount to allocate exceeds the amount outstanding on this document")
    if messages or share is None:
        raise Refused(messages, {"Invoice": {"InvoiceID": invoice.id}, "Amount": share})
    allocation = company.allocations.put(Allocation(str(uuid4()), credit.id, invoice.id, share, booked_on))
    for document in (credit, invoice):
        more = replace(document, credited=document.credited + share)
        company.documents.put(settle(company, more, booked_on))
    return allocation


def _known(call: ApiCall, key: str) -> Document:
    found = call.company.documents.get(key.lower(), call.at)
    if found is None:
        numbered = call.company.documents.find("number", f"any/{key.casefold()}", call.at)
        found = next((one for one in numbered if one.type.is_credit), None)
    if found is None or not found.type.is_credit:
        raise not_found()
    return found
