"""Checks of a document against the rest of the books: its number, its period, the plan's limit."""

from datetime import date

from jobs.sandbox.xero.call import ApiCall
from jobs.sandbox.xero.company import Company
from jobs.sandbox.xero.objects import Document, DocumentType, Status
from jobs.sandbox.xero.organisation import closed_message


def is_taken(call: ApiCall, kind: DocumentType, number: str, before: Document | None) -> bool:
    """Whether another document of the type holds the number."""
    own = before.id if before is not None else None
    freed = call.settings.numbers_free_after
    return any(one.id != own and one.status not in freed for one in call.company.numbered(kind, number))


def next_number(company: Company, kind: DocumentType, prefix: str) -> str:
    """The number Xero gives where none is sent."""
    following = 1 + sum(1 for one in company.documents.all() if one.type is kind)
    while company.numbered(kind, f"{prefix}{following:04d}"):
        following += 1
    return f"{prefix}{following:04d}"


def closed_period(call: ApiCall, status: Status, booking_day: date, before: Document | None) -> list[str]:
    """Why the period does not take the document, on its day or on the day it was booked before."""
    is_draft = status in (Status.DRAFT, Status.SUBMITTED, Status.DELETED)
    if is_draft and not call.settings.lock_dates_hold_drafts:
        return []
    days = {booking_day}
    if before is not None and before.status is Status.AUTHORISED:
        days.add(before.dated)
    refusals = [closed_message(call.company.organisation, day) for day in sorted(days)]
    return [refusal for refusal in refusals if refusal is not None][:1]


def reached_limit(company: Company, kind: DocumentType, status: Status, before: Document | None) -> list[str]:
    """Why the plan does not allow another sales invoice to be approved."""
    limit = company.organisation.approval_limit
    is_approval = status is Status.AUTHORISED and (before is None or before.status is not Status.AUTHORISED)
    if limit is None or not is_approval or kind is not DocumentType.SALES_INVOICE:
        return []
    approved = (Status.AUTHORISED, Status.PAID)
    done = sum(1 for one in company.documents.all() if one.type is kind and one.status in approved)
    return ["You have reached the limit of invoices you can approve"] if done >= limit else []
