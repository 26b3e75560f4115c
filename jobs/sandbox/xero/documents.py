"""Booking and changing invoices, bills and credit notes: the rules they share. Wire forms are in document_forms."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from jobs.sandbox.xero.arithmetic import add_up
from jobs.sandbox.xero.call import ApiCall, Element
from jobs.sandbox.xero.company import Company
from jobs.sandbox.xero.contacts import change_named_contact, find_contact, new_contact
from jobs.sandbox.xero.currencies import rate_between
from jobs.sandbox.xero.document_checks import closed_period, is_taken, next_number, reached_limit
from jobs.sandbox.xero.document_families import CREDIT_NOTES, INVOICES, Family
from jobs.sandbox.xero.document_forms import echo
from jobs.sandbox.xero.errors import Refused
from jobs.sandbox.xero.history import note
from jobs.sandbox.xero.lines import Terms, check_again, read_lines
from jobs.sandbox.xero.objects import NOTHING, Contact, Document, DocumentType, Line, LineAmounts, Status
from jobs.sandbox.xero.reading import amount, choice, day, flag, part, parts, text

CREATABLE = frozenset({Status.DRAFT, Status.SUBMITTED, Status.AUTHORISED})
MOVES: Mapping[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.DRAFT, Status.SUBMITTED, Status.AUTHORISED, Status.DELETED}),
    Status.SUBMITTED: frozenset({Status.SUBMITTED, Status.AUTHORISED, Status.DELETED}),
    Status.AUTHORISED: frozenset({Status.AUTHORISED, Status.VOIDED}),
    Status.PAID: frozenset({Status.PAID}),
    Status.VOIDED: frozenset(),
    Status.DELETED: frozenset(),
}
FINANCIAL = ("Type", "LineItems", "LineAmountTypes", "Date", "DateString", "CurrencyCode", "CurrencyRate", "Contact")
LONGEST_NUMBER = 255
DEEDS = {
    Status.DRAFT: "Edited",
    Status.SUBMITTED: "Submitted",
    Status.AUTHORISED: "Approved",
    Status.VOIDED: "Voided",
    Status.DELETED: "Deleted",
    Status.PAID: "Edited",
}


def create_document(call: ApiCall, element: Element, family: Family) -> Document:
    """Book a document. Raises Refused with every fault it has."""
    return _Draft(call, element, family, None).booked()


def update_document(call: ApiCall, element: Element, family: Family, before: Document) -> Document:
    """Change a document, its status included. Raises Refused with every fault the change has."""
    return _Draft(call, element, family, before).booked()


def match_document(call: ApiCall, element: Element, family: Family) -> Document | None:
    """The document a create-or-update means: by id, or by number where numbers are unique. Raises Refused."""
    if key := text(element, family.id_field):
        found = call.company.documents.get(key.lower())
        if found is None or found.type not in family.types:
            raise Refused([f"The {family.noun} could not be found."], echo(element, family.id_field))
        return found
    kind = choice(call, element, "Type", DocumentType, "InvoiceType")
    number = text(element, family.number_field)
    if kind is None or not kind.is_sale or not number:
        return None
    numbered = call.company.numbered(kind, number)
    held = [one for one in numbered if one.status not in call.settings.numbers_free_after]
    return held[0] if held else None


class _Draft:
    """One document on its way into the books; gathers every fault before it says no."""

    def __init__(self, call: ApiCall, element: Element, family: Family, before: Document | None) -> None:
        self.call = call
        self.company: Company = call.company
        self.element = element
        self.family = family
        self.before = before
        self.messages: list[str] = []

    def booked(self) -> Document:
        if self.before is not None:
            self._check_move(self.before)
        kind = self._type()
        status = self._status()
        contact = self._contact()
        amounts = self._old(
            choice(self.call, self.element, "LineAmountTypes", LineAmounts, "LineAmountType"), "line_amounts"
        )
        terms = Terms(kind, amounts or LineAmounts.EXCLUSIVE, status is Status.AUTHORISED)
        lines = self._lines(terms)
        booking_day = self._old(day(self.call, self.element, "Date"), "dated") or self.company.today()
        number = self._number(kind)
        currency, rate = self._currency()
        if self.before is None or self._moves_in_time():
            self.messages += closed_period(self.call, status, booking_day, self.before)
        self.messages += reached_limit(self.company, kind, status, self.before)
        url = self._url()
        sums = add_up(lines, terms.amounts)
        if sums.total < 0:
            self.messages.append(f"The total of the {self.family.noun} cannot be negative")
        if self.messages or contact is None:
            raise self._refusal()
        now = self.company.stamp()
        person = self._person(contact)
        before = self.before
        document = Document(
            id=before.id if before else str(uuid4()),
            type=kind,
            number=number,
            contact_id=person.id,
            dated=booking_day,
            status=status,
            line_amounts=terms.amounts,
            lines=lines,
            currency=currency,
            rate=rate,
            created=before.created if before else now,
            updated=now,
            app=before.app if before else self.call.app,
            due_date=self._due(booking_day, status),
            reference=self._old(text(self.element, "Reference"), "reference") or "",
            url=url,
            sub_total=sums.sub_total,
            total_tax=sums.total_tax,
            total=sums.total,
            paid=before.paid if before else NOTHING,
            credited=before.credited if before else NOTHING,
            fully_paid_on=before.fully_paid_on if before else None,
            sent_to_contact=bool(self._old(flag(self.element, "SentToContact"), "sent_to_contact")),
            has_attachments=before.has_attachments if before else False,
            expected_payment=self._old(day(self.call, self.element, "ExpectedPaymentDate"), "expected_payment"),
            planned_payment=self._old(day(self.call, self.element, "PlannedPaymentDate"), "planned_payment"),
        )
        if document.total == 0 and status is Status.AUTHORISED:
            document = replace(document, status=Status.PAID, fully_paid_on=booking_day)
        self.company.documents.put(document)
        self._note(document)
        return document

    def _old(self, sent: object, name: str) -> Any:
        """What was sent or, where nothing was, what the document had."""
        return sent if sent is not None or self.before is None else getattr(self.before, name)

    def _refusal(self) -> Refused:
        identity = {self.family.id_field: self.before.id} if self.before else {}
        return Refused(self.messages, {**echo(self.element, self.family.id_field), **identity})

    def _check_move(self, before: Document) -> None:
        target = choice(self.call, self.element, "Status", Status, "InvoiceStatus") or before.status
        is_financial = any(name in self.element for name in FINANCIAL)
        is_settled = bool(before.paid or before.credited)
        if is_settled and (is_financial or target is not before.status):
            self.messages.append("This document cannot be edited as it has a payment or credit note allocated to it.")
        elif target not in MOVES[before.status] or (
            before.status is Status.PAID and (is_financial or before.type is not DocumentType.BILL)
        ):
            self.messages.append(f"{self.family.noun} not of valid status for modification")
        if self.messages:
            raise self._refusal()

    def _type(self) -> DocumentType:
        kind = choice(self.call, self.element, "Type", DocumentType, "InvoiceType")
        if self.before is not None:
            return self.before.type
        if kind is None or kind not in self.family.types:
            self.messages.append(f"{self.family.noun} Type must be one of {', '.join(sorted(self.family.types))}")
            raise self._refusal()
        return kind

    def _status(self) -> Status:
        status = choice(self.call, self.element, "Status", Status, "InvoiceStatus")
        if self.before is not None:
            return status or self.before.status
        if status is not None and status not in CREATABLE:
            self.messages.append(f"{self.family.noun} not of valid status for creation")
        return status or Status.DRAFT

    def _contact(self) -> Contact | str | None:
        if self.before is not None and "Contact" not in self.element:
            return self.company.contacts.get(self.before.contact_id)
        try:
            contact = find_contact(self.call, part(self.call, self.element, "Contact"))
        except Refused as error:
            self.messages.extend(error.messages)
            return None
        if contact is None:
            self.messages.append("A Contact must be specified for this type of transaction")
        return contact

    def _person(self, contact: Contact | str) -> Contact:
        """The contact in its final state, made if need be: only now is it sure that the document is accepted."""
        if isinstance(contact, str):
            return new_contact(self.company, contact)
        sent = part(self.call, self.element, "Contact")
        if sent.get("ContactID"):
            try:
                change_named_contact(self.call, contact, sent)
            except Refused as error:
                self.messages.extend(error.messages)
                raise self._refusal() from error
        return contact

    def _lines(self, terms: Terms) -> tuple[Line, ...]:
        before = self.before.lines if self.before else ()
        if self.before is not None and "LineItems" not in self.element:
            if not terms.is_approved and terms.amounts is self.before.line_amounts:
                return before
            if self.before.status is Status.AUTHORISED and terms.amounts is self.before.line_amounts:
                return before
            return check_again(self.call, before, terms, self.messages)
        sent = parts(self.call, self.element, "LineItems")
        if not sent:
            self.messages.append("One or more line items must be specified")
        return read_lines(self.call, sent, before, terms, self.messages)

    def _number(self, kind: DocumentType) -> str:
        number = text(self.element, self.family.number_field)
        if number is None and self.before is not None:
            return self.before.number
        number = (number or "").strip()
        if len(number) > LONGEST_NUMBER:
            self.messages.append(f"{self.family.noun} # must not be longer than {LONGEST_NUMBER} characters.")
        if not kind.is_sale:
            return number
        if not number:
            return next_number(self.company, kind, self.family.prefix)
        is_unique = self.call.settings.credit_numbers_unique or not kind.is_credit
        if is_unique and is_taken(self.call, kind, number, self.before):
            self.messages.append(f"{'Credit note' if kind.is_credit else 'Invoice'} # must be unique.")
        return number

    def _currency(self) -> tuple[str, Decimal]:
        organisation = self.company.organisation
        sent = text(self.element, "CurrencyCode")
        currency = (sent or (self.before.currency if self.before else organisation.currency)).upper()
        if currency not in organisation.currencies:
            self.messages.append(f"Users Organisation is not subscribed to currency {currency}")
        rate = amount(self.call, self.element, "CurrencyRate")
        if rate is None and self.before is not None and self.before.currency == currency:
            return currency, self.before.rate
        return currency, rate or rate_between(organisation.currency, currency)

    def _moves_in_time(self) -> bool:
        """Whether a change touches the books of a period; texts and deleting a draft do not."""
        status = choice(self.call, self.element, "Status", Status, "InvoiceStatus")
        is_move = self.before is not None and status not in (None, self.before.status, Status.DELETED)
        return is_move or any(name in self.element for name in FINANCIAL)

    def _url(self) -> str | None:
        if self.family is CREDIT_NOTES:
            return None
        url: str | None = self._old(text(self.element, "Url"), "url")
        if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc):
            self.messages.append("Url must be valid.")
        return url or None

    def _due(self, booking_day: date, status: Status) -> date | None:
        due: date | None = self._old(day(self.call, self.element, "DueDate"), "due_date")
        if due is None and status is Status.AUTHORISED and self.family is INVOICES:
            return booking_day
        return due

    def _note(self, document: Document) -> None:
        total = f"{document.number or document.type} for {document.total} {document.currency}"
        if self.before is None:
            note(self.company, document.id, "Created", f"{total} created through {self.call.settings.app_name}")
        if self.before is None and document.status is Status.DRAFT:
            return
        if self.before is not None or document.status is not Status.DRAFT:
            note(self.company, document.id, DEEDS[document.status], total)
