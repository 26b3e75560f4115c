"""What people do in the ledger behind an app's back, for tests and demos: `verb:argument`, one small function each."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from uuid import uuid4

from jobs.sandbox.xero.arithmetic import tax_of
from jobs.sandbox.xero.company import Company
from jobs.sandbox.xero.history import note
from jobs.sandbox.xero.identity import Identity
from jobs.sandbox.xero.objects import Contact, Document, Line, LineAmounts, Status
from jobs.sandbox.xero.payments import pay


class BadChange(ValueError):
    """The change cannot be made; the text says why."""


def make_change(company: Company, identity: Identity, change: str) -> dict[str, str | None]:
    """Carry out `change`. Raises BadChange."""
    verb, _, argument = change.partition(":")
    if verb in CONSENT:
        CONSENT[verb](company, identity)
        return {"change": change}
    if verb not in BOOKS:
        raise BadChange(f"no such change '{verb}'; known are {', '.join(sorted([*CONSENT, *BOOKS]))}")
    with company.lock:
        changed = BOOKS[verb](company, argument)
        company.journal.commit()
    return {"change": change, "id": changed}


def _revoke(company: Company, identity: Identity) -> None:
    """The person takes the app's access away: tokens die, all their organisations are gone."""
    identity.end_grants(company.organisation.owner)


def _disconnect(company: Company, identity: Identity) -> None:
    """The organisation is disconnected inside Xero; the tokens go on working for others."""
    connection = identity.connection(company.organisation.owner, company.id)
    if connection is not None:
        identity.disconnect(connection)


def _set_account_status(status: str) -> Callable[[Company, str], str]:
    def change(company: Company, code: str) -> str:
        account = company.account(code)
        if account is None:
            raise BadChange(f"no account {code}")
        company.accounts.put(replace(account, status=status, updated=company.stamp()))
        return account.id

    return change


def _rename_account(company: Company, argument: str) -> str:
    code, _, name = argument.partition(":")
    account = company.account(code)
    if account is None or not name:
        raise BadChange("rename-account:<code>:<name> of a known account")
    company.accounts.put(replace(account, name=name, updated=company.stamp()))
    return account.id


def _set_tax_status(status: str) -> Callable[[Company, str], str]:
    def change(company: Company, tax_type: str) -> str:
        rate = company.tax_rates.get(tax_type)
        if rate is None:
            raise BadChange(f"no tax rate {tax_type}")
        company.tax_rates.put(replace(rate, status=status))
        return rate.tax_type

    return change


def _lock_period(company: Company, argument: str) -> str:
    company.change_organisation(replace(company.organisation, period_lock=_day(argument)))
    return company.id


def _lock_year(company: Company, argument: str) -> str:
    company.change_organisation(replace(company.organisation, year_lock=_day(argument)))
    return company.id


def _limit_approvals(company: Company, argument: str) -> str:
    if argument and not argument.isdecimal():
        raise BadChange("limit-approvals:<number>, or nothing to lift it")
    company.change_organisation(replace(company.organisation, approval_limit=int(argument) if argument else None))
    return company.id


def _rename_org(company: Company, argument: str) -> str:
    if not argument:
        raise BadChange("rename-org:<name>")
    company.change_organisation(replace(company.organisation, name=argument))
    return company.id


def _set_document_status(status: Status) -> Callable[[Company, str], str]:
    def change(company: Company, key: str) -> str:
        document = _document(company, key)
        company.documents.put(replace(document, status=status, updated=company.stamp()))
        note(company, document.id, status.value.capitalize(), "Changed in the ledger by a person", "Nora Lund")
        return document.id

    return change


def _remove(company: Company, key: str) -> str:
    document = _document(company, key)
    company.documents.remove(document.id)
    return document.id


def _edit(company: Company, argument: str) -> str:
    key, _, wanted = argument.rpartition(":")
    document = _document(company, key)
    try:
        total = Decimal(wanted)
    except InvalidOperation as error:
        raise BadChange("edit:<id>:<total>") from error
    company.documents.put(replace(_with_total(document, total), updated=company.stamp()))
    note(company, document.id, "Edited", f"Total changed from {document.total} to {total}", "Nora Lund")
    return document.id


def _with_total(document: Document, total: Decimal) -> Document:
    """The document with one line that brings it to the total, tax included, at the tax of its first line."""
    first = document.lines[0]
    share = Decimal(0) if not first.line_amount else first.tax_amount / first.line_amount
    if document.line_amounts is LineAmounts.INCLUSIVE:
        net = total
        tax = Decimal(0) if share == 0 else tax_of(total, share / (1 - share) * 100, LineAmounts.INCLUSIVE)
        sub_total = total - tax
    else:
        sub_total = net = (total / (1 + share)).quantize(Decimal("0.01"))
        tax = total - net
    line: Line = replace(first, quantity=Decimal(1), unit_amount=net, line_amount=net, tax_amount=tax)
    return replace(document, lines=(line,), sub_total=sub_total, total_tax=tax, total=total)


def _renumber(company: Company, argument: str) -> str:
    key, _, number = argument.partition(":")
    document = _document(company, key)
    company.documents.put(replace(document, number=number, updated=company.stamp()))
    return document.id


def _assign(company: Company, argument: str) -> str:
    """The document gets another contact, as when a person edits it or two contacts are merged."""
    key, _, contact = argument.partition(":")
    document = _document(company, key)
    there = _contact(company, contact)
    company.documents.put(replace(document, contact_id=there.id, updated=company.stamp()))
    return document.id


def _pay(company: Company, argument: str) -> str:
    key, _, wanted = argument.partition(":")
    document = _document(company, key)
    bank = next(one for one in company.accounts.all() if one.type == "BANK" and one.status == "ACTIVE")
    try:
        share = Decimal(wanted) if wanted else document.due
    except InvalidOperation as error:
        raise BadChange("pay:<id> or pay:<id>:<amount>") from error
    if document.status is not Status.AUTHORISED or not 0 < share <= document.due:
        raise BadChange("only an authorised document can be paid, and no more than is due")
    return pay(company, document, bank, share, company.today()).id


def _set_contact_status(status: str) -> Callable[[Company, str], str]:
    def change(company: Company, key: str) -> str:
        contact = _contact(company, key)
        company.contacts.put(replace(contact, status=status, updated=company.stamp()))
        return contact.id

    return change


def _rename_contact(company: Company, argument: str) -> str:
    key, _, name = argument.partition(":")
    contact = _contact(company, key)
    if not name:
        raise BadChange("rename-contact:<id>:<name>")
    company.contacts.put(replace(contact, name=name, updated=company.stamp()))
    return contact.id


def _add_contact(company: Company, argument: str) -> str:
    name, _, tax_number = argument.partition(":")
    if not name or company.active_contact(name) is not None:
        raise BadChange("add-contact:<name> or add-contact:<name>:<tax number>, not yet there")
    more = {"TaxNumber": tax_number} if tax_number else {}
    return company.contacts.put(Contact(str(uuid4()), name, company.stamp(), more=more)).id


def _document(company: Company, key: str) -> Document:
    document = company.documents.get(key.lower())
    if document is None:
        raise BadChange(f"no document {key}")
    return document


def _contact(company: Company, key: str) -> Contact:
    """By id or, since tests know names, by name."""
    found = company.contacts.get(key.lower()) or next(iter(company.contacts.find("name", key.casefold())), None)
    if found is None:
        raise BadChange(f"no contact {key}")
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadChange("a date as YYYY-MM-DD, or nothing to unlock") from error


CONSENT: Mapping[str, Callable[[Company, Identity], None]] = {
    "expire-access": lambda company, identity: identity.expire_access(company.organisation.owner),
    "expire-refresh": lambda company, identity: identity.expire_refresh(company.organisation.owner),
    "revoke-grant": _revoke,
    "disconnect": _disconnect,
}
BOOKS: Mapping[str, Callable[[Company, str], str]] = {
    "deactivate-account": _set_account_status("ARCHIVED"),
    "activate-account": _set_account_status("ACTIVE"),
    "rename-account": _rename_account,
    "deactivate-tax": _set_tax_status("DELETED"),
    "activate-tax": _set_tax_status("ACTIVE"),
    "lock-period": _lock_period,
    "lock-year": _lock_year,
    "limit-approvals": _limit_approvals,
    "rename-org": _rename_org,
    "delete": _set_document_status(Status.DELETED),
    "void": _set_document_status(Status.VOIDED),
    "remove": _remove,
    "edit": _edit,
    "renumber": _renumber,
    "assign": _assign,
    "pay": _pay,
    "archive-contact": _set_contact_status("ARCHIVED"),
    "restore-contact": _set_contact_status("ACTIVE"),
    "rename-contact": _rename_contact,
    "add-contact": _add_contact,
}
