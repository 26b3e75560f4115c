"""Contacts: customers and suppliers in one list. See developer.xero.com, Contacts."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from jobs.sandbox.xero.batch import Kind, book
from jobs.sandbox.xero.call import ApiCall, Element, Reply
from jobs.sandbox.xero.company import Company
from jobs.sandbox.xero.contact_forms import ALWAYS, contact_form
from jobs.sandbox.xero.errors import Refused, not_found
from jobs.sandbox.xero.listing import names, paged, read_where, select
from jobs.sandbox.xero.objects import Contact
from jobs.sandbox.xero.reading import parts, text

KIND = Kind("Contacts", "Contact", "ContactID", "HasValidationErrors")
PLAIN = (
    "FirstName",
    "LastName",
    "CompanyNumber",
    "EmailAddress",
    "BankAccountDetails",
    "TaxNumber",
    "AccountNumber",
    "AccountsReceivableTaxType",
    "AccountsPayableTaxType",
    "DefaultCurrency",
    "SalesDefaultAccountCode",
    "PurchasesDefaultAccountCode",
    "XeroNetworkKey",
    "Website",
)
PERSON_FIELDS = ("FirstName", "LastName", "EmailAddress")
EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")

FIELDS: Mapping[str, Callable[[Contact], Any]] = {
    "contactid": lambda one: one.id,
    "contactnumber": lambda one: one.number,
    "contactstatus": lambda one: one.status,
    "name": lambda one: one.name,
    "emailaddress": lambda one: one.more.get("EmailAddress"),
    "accountnumber": lambda one: one.more.get("AccountNumber"),
    "taxnumber": lambda one: one.more.get("TaxNumber"),
    "companynumber": lambda one: one.more.get("CompanyNumber"),
    "firstname": lambda one: one.more.get("FirstName"),
    "lastname": lambda one: one.more.get("LastName"),
    "updateddateutc": lambda one: one.updated,
}


def contact_list(call: ApiCall) -> Reply:
    """GET /Contacts."""
    wanted = read_where(call, FIELDS)
    everyone = call.company.contacts.all(call.at)
    if ids := {one.lower() for one in names(call, "IDs")}:
        everyone = [one for one in everyone if one.id in ids]
    if not call.flag("includeArchived"):
        everyone = [one for one in everyone if one.status != "ARCHIVED"]
    if sought := call.query.get("searchterm", "").casefold():
        everyone = [one for one in everyone if sought in _searchable(one)]
    everyone.sort(key=lambda one: one.updated)
    page = paged(call, select(call, everyone, FIELDS, wanted))
    brief = bool(call.flag("summaryOnly"))
    forms = [contact_form(call.company, one, call.at, with_balances=not brief) for one in page.items]
    return Reply("Contacts", forms, page.pagination)


def contact_one(call: ApiCall, key: str) -> Reply:
    """GET /Contacts/{id or ContactNumber}."""
    return Reply("Contacts", [contact_form(call.company, _known(call, key), call.at, with_balances=True)])


def create_contacts(call: ApiCall) -> Reply:
    """PUT /Contacts: every element is a contact of its own."""
    return book(call, KIND, call.elements("Contacts"), lambda element: _saved(call, element, None))


def save_contacts(call: ApiCall) -> Reply:
    """POST /Contacts: an element that names a known contact changes it."""
    return book(call, KIND, call.elements("Contacts"), lambda element: _saved(call, element, _match(call, element)))


def update_contact(call: ApiCall, key: str) -> Reply:
    """POST /Contacts/{id}."""
    existing = _known(call, key)
    return book(call, KIND, call.elements("Contacts")[:1], lambda element: _saved(call, element, existing))


def find_contact(call: ApiCall, element: Element) -> Contact | str | None:
    """The contact a document names: the contact itself, the name of one to be made, or None. Raises Refused."""
    if key := text(element, "ContactID"):
        found = call.company.contacts.get(key.lower())
        if found is None:
            raise Refused([f"The contact with ContactID {key} could not be found."])
        return _usable(found)
    if number := text(element, "ContactNumber"):
        numbered = call.company.contacts.find("number", number)
        if numbered:
            return _usable(numbered[0])
    name = (text(element, "Name") or "").strip()
    if not name:
        return None
    match = call.company.active_contact(name) if call.settings.contact_name_match else None
    return match or name


def change_named_contact(call: ApiCall, contact: Contact, element: Element) -> None:
    """What a document says about its contact beyond who it is changes the contact, and takes away persons not repeated.

    Raises Refused.
    """
    if any(element.get(name) is not None for name in ("Name", "ContactPersons", "Addresses", "Phones", *PLAIN)):
        _saved(call, {"ContactPersons": [], **element}, contact)


def new_contact(company: Company, name: str) -> Contact:
    """A contact of which only the name is known."""
    return company.contacts.put(Contact(str(uuid4()), name, company.stamp()))


def _usable(contact: Contact) -> Contact:
    if contact.status == "ARCHIVED":
        raise Refused(["The contact is archived and cannot be used."])
    return contact


def _saved(call: ApiCall, element: Element, existing: Contact | None) -> Element:
    company = call.company
    name = text(element, "Name") if "Name" in element or existing is None else existing.name
    messages = []
    if not name or not name.strip():
        messages.append("The contact name must be specified.")
        name = ""
    name = name.strip()
    status = (text(element, "ContactStatus") or (existing.status if existing else "ACTIVE")).upper()
    namesake = company.active_contact(name)
    if name and status == "ACTIVE" and namesake is not None and (existing is None or namesake.id != existing.id):
        messages.append(
            f"The contact name {name} is already assigned to another contact."
            " The contact name must be unique across all active contacts."
        )
    address = text(element, "EmailAddress")
    if address and not EMAIL.match(address):
        messages.append("Email address must be valid.")
    if messages:
        echo = {field: value for field in PLAIN if (value := text(element, field))}
        known = {"ContactID": existing.id} if existing else {}
        raise Refused(messages, {**known, "Name": name, **echo})
    base = existing or Contact(str(uuid4()), name, company.stamp())
    contact = replace(
        base,
        name=name,
        status=status,
        updated=company.stamp(),
        number=text(element, "ContactNumber") or base.number,
        more=base.more | {field: value for field in PLAIN if (value := text(element, field)) is not None},
        addresses=base.addresses | _by_type(parts(call, element, "Addresses"), "AddressType", "STREET"),
        phones=base.phones | _by_type(parts(call, element, "Phones"), "PhoneType", "DEFAULT"),
        persons=_persons(parts(call, element, "ContactPersons")) if "ContactPersons" in element else base.persons,
    )
    return contact_form(company, company.contacts.put(contact))


def _match(call: ApiCall, element: Element) -> Contact | None:
    if key := text(element, "ContactID"):
        found = call.company.contacts.get(key.lower())
        if found is None:
            raise Refused([f"The contact with ContactID {key} could not be found."], {"ContactID": key})
        return found
    if (number := text(element, "ContactNumber")) and (numbered := call.company.contacts.find("number", number)):
        return numbered[0]
    return call.company.active_contact((text(element, "Name") or "").strip())


def _known(call: ApiCall, key: str) -> Contact:
    found = call.company.contacts.get(key.lower(), call.at)
    if found is None and not _is_uuid(key):
        found = next(iter(call.company.contacts.find("number", key, call.at)), None)
    if found is None:
        raise not_found()
    return found


def _is_uuid(key: str) -> bool:
    try:
        UUID(key)
    except ValueError:
        return False
    return True


def _searchable(contact: Contact) -> str:
    found = [contact.name, contact.number or "", *(contact.more.get(field, "") for field in ALWAYS)]
    return " ".join([*found, contact.more.get("CompanyNumber", "")]).casefold()


def _by_type(elements: list[Element], type_field: str, otherwise: str) -> dict[str, dict[str, str]]:
    return {
        str(one.get(type_field) or otherwise).upper(): {
            name: str(value) for name, value in one.items() if value is not None and name != type_field
        }
        for one in elements
    }


def _persons(elements: list[Element]) -> tuple[dict[str, str], ...]:
    return tuple(
        {field: str(one.get(field) or "") for field in PERSON_FIELDS}
        | {"IncludeInEmails": str(bool(one.get("IncludeInEmails"))).lower()}
        for one in elements
    )
