"""Contacts as they are written on the wire, whole and in short."""

from datetime import date, datetime
from decimal import Decimal

from jobs.sandbox.xero.call import Element
from jobs.sandbox.xero.company import Company
from jobs.sandbox.xero.dates import ms_time
from jobs.sandbox.xero.objects import NOTHING, Contact, Document, Status

ALWAYS = ("FirstName", "LastName", "EmailAddress", "BankAccountDetails")
ADDRESS_TYPES = ("STREET", "POBOX")
PHONE_TYPES = ("DEFAULT", "DDI", "FAX", "MOBILE")
ADDRESS_FIELDS = ("AddressLine1", "AddressLine2", "AddressLine3", "AddressLine4", "AttentionTo")
ADDRESS_ALWAYS = ("City", "Region", "PostalCode", "Country")
PHONE_FIELDS = ("PhoneNumber", "PhoneAreaCode", "PhoneCountryCode")


def contact_form(
    company: Company, contact: Contact, at: datetime | None = None, *, with_balances: bool = False
) -> Element:
    """A contact as it is written in lists and in freshly booked documents."""
    form: Element = {"ContactID": contact.id}
    if contact.number:
        form["ContactNumber"] = contact.number
    form |= {"ContactStatus": contact.status, "Name": contact.name}
    form |= {name: contact.more.get(name, "") for name in ALWAYS}
    form |= {name: value for name, value in contact.more.items() if name not in ALWAYS and value}
    form["Addresses"] = [_address(kind, contact.addresses.get(kind, {})) for kind in ADDRESS_TYPES]
    form["Phones"] = [_phone(kind, contact.phones.get(kind, {})) for kind in PHONE_TYPES]
    form |= {
        "UpdatedDateUTC": ms_time(contact.updated),
        "ContactGroups": [],
        "IsSupplier": company.is_supplier(contact.id),
        "IsCustomer": company.is_customer(contact.id),
        "SalesTrackingCategories": [],
        "PurchasesTrackingCategories": [],
        "ContactPersons": [
            {**person, "IncludeInEmails": person.get("IncludeInEmails") == "true"} for person in contact.persons
        ],
        "HasValidationErrors": False,
    }
    if with_balances:
        form["HasAttachments"] = contact.has_attachments
        if documents := company.documents.find("contact", contact.id, at):
            form["Balances"] = _balances(documents, company.today())
    return form


def contact_brief(contact: Contact | None) -> Element:
    """A contact as it is written inside listed documents."""
    form: Element = {} if contact is None else {"ContactID": contact.id, "Name": contact.name}
    return form | {
        "Addresses": [],
        "Phones": [],
        "ContactGroups": [],
        "ContactPersons": [],
        "HasValidationErrors": False,
    }


def _address(kind: str, known: dict[str, str]) -> Element:
    form: Element = {"AddressType": kind}
    form |= {name: known[name] for name in ADDRESS_FIELDS if known.get(name)}
    return form | {name: known.get(name, "") for name in ADDRESS_ALWAYS}


def _phone(kind: str, known: dict[str, str]) -> Element:
    return {"PhoneType": kind, **{name: known.get(name, "") for name in PHONE_FIELDS}}


def _balances(documents: list[Document], today: date) -> Element:
    owed = [one for one in documents if one.status is Status.AUTHORISED]

    def of(is_sale: bool) -> dict[str, Decimal]:
        mine = [one for one in owed if one.type.is_sale == is_sale]
        signed = [(-one.due if one.type.is_credit else one.due, one.due_date) for one in mine]
        return {
            "Outstanding": sum((amount for amount, _ in signed), NOTHING),
            "Overdue": sum((amount for amount, due in signed if due is not None and due < today), NOTHING),
        }

    return {"AccountsReceivable": of(True), "AccountsPayable": of(False)}
