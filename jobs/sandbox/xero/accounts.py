"""The chart of accounts. See developer.xero.com, Accounts."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from jobs.sandbox.xero.batch import Kind, book
from jobs.sandbox.xero.call import ApiCall, Element, Reply
from jobs.sandbox.xero.dates import ms_time
from jobs.sandbox.xero.errors import NIL_ID, Refused, not_found, validation_failed
from jobs.sandbox.xero.listing import read_where, select
from jobs.sandbox.xero.objects import CLASS_OF_TYPE, Account
from jobs.sandbox.xero.reading import flag, text

KIND = Kind("Accounts", "Account", "AccountID", has_status=False)

FIELDS: Mapping[str, Callable[[Account], Any]] = {
    "accountid": lambda one: one.id,
    "code": lambda one: one.code,
    "name": lambda one: one.name,
    "status": lambda one: one.status,
    "type": lambda one: one.type,
    "class": lambda one: one.account_class,
    "taxtype": lambda one: one.tax_type,
    "systemaccount": lambda one: one.system_account,
    "enablepaymentstoaccount": lambda one: one.takes_payments,
    "showinexpenseclaims": lambda one: one.in_expense_claims,
    "bankaccountnumber": lambda one: one.bank_number,
    "currencycode": lambda one: one.currency,
    "reportingcode": lambda one: one.reporting_code,
    "updateddateutc": lambda one: one.updated,
}


def account_list(call: ApiCall) -> Reply:
    """GET /Accounts; never paged."""
    wanted = read_where(call, FIELDS)
    accounts = sorted(call.company.accounts.all(call.at), key=lambda one: one.code)
    return Reply("Accounts", [account_form(one) for one in select(call, accounts, FIELDS, wanted)])


def account_one(call: ApiCall, key: str) -> Reply:
    """GET /Accounts/{id}."""
    return Reply("Accounts", [account_form(_known(call, key))])


def create_account(call: ApiCall) -> Reply:
    """PUT /Accounts: one account a call."""
    elements = call.elements("Accounts")
    if len(elements) > 1:
        raise call.bad_data("Only one Account can be sent in a request")
    return book(call, KIND, elements, lambda element: _saved(call, element, None))


def update_account(call: ApiCall, key: str) -> Reply:
    """POST /Accounts/{id}; Status ARCHIVED takes it out of use, ACTIVE brings it back."""
    existing = _known(call, key)
    return book(call, KIND, call.elements("Accounts")[:1], lambda element: _saved(call, element, existing))


def delete_account(call: ApiCall, key: str) -> Reply:
    """DELETE /Accounts/{id}; a system account, or one that is used, stays."""
    account = _known(call, key)
    used = any(
        line.account_code == account.code for document in call.company.documents.all() for line in document.lines
    )
    if account.system_account or used:
        message = "System accounts cannot be deleted" if account.system_account else "The account is in use"
        refused = [{"AccountID": account.id, "ValidationErrors": [{"Message": message}]}]
        raise validation_failed(refused, "Account")
    gone = replace(account, status="DELETED", updated=call.company.stamp())
    call.company.accounts.put(gone)
    return Reply("Accounts", [account_form(gone)])


def account_form(account: Account) -> Element:
    """An account on the wire."""
    form: Element = {
        "AccountID": account.id,
        "Code": account.code,
        "Name": account.name,
        "Status": account.status,
        "Type": account.type,
        "TaxType": account.tax_type,
    }
    if account.description:
        form["Description"] = account.description
    form |= {
        "Class": account.account_class,
        "EnablePaymentsToAccount": account.takes_payments,
        "ShowInExpenseClaims": account.in_expense_claims,
    }
    if account.type == "BANK":
        form |= {"BankAccountNumber": account.bank_number, "BankAccountType": "BANK", "CurrencyCode": account.currency}
    else:
        form["BankAccountType"] = ""
    if account.system_account is not None:
        form["SystemAccount"] = account.system_account
    return form | {
        "ReportingCode": account.reporting_code,
        "ReportingCodeName": account.reporting_name,
        "HasAttachments": False,
        "UpdatedDateUTC": ms_time(account.updated),
        "AddToWatchlist": account.on_watchlist,
    }


def _saved(call: ApiCall, element: Element, existing: Account | None) -> Element:
    company = call.company
    code = (text(element, "Code") or (existing.code if existing else "")).strip()
    name = (text(element, "Name") or (existing.name if existing else "")).strip()
    kind = (text(element, "Type") or (existing.type if existing else "")).upper()
    others = [one for one in company.accounts.all() if existing is None or one.id != existing.id]
    messages = []
    if not code or len(code) > 10:
        messages.append("Account code must be between 1 and 10 characters.")
    elif any(one.code.casefold() == code.casefold() for one in others):
        messages.append("Please enter a unique Code.")
    if not name or len(name) > 150:
        messages.append("Account name must be between 1 and 150 characters.")
    elif any(one.name.casefold() == name.casefold() for one in others):
        messages.append("Please enter a unique Name.")
    if kind not in CLASS_OF_TYPE:
        messages.append("Account type must be specified.")
    status = (text(element, "Status") or (existing.status if existing else "ACTIVE")).upper()
    if existing is not None and existing.system_account and status != "ACTIVE":
        messages.append("System accounts cannot be archived")
    if messages:
        identity = existing.id if existing else NIL_ID
        raise Refused(messages, {"AccountID": identity, "Code": code, "Name": name, "Type": kind})
    tax = text(element, "TaxType")
    home = company.organisation.currency
    base = existing or Account(str(uuid4()), code, name, kind, "NONE", company.stamp(), system_account="")
    takes_payments = flag(element, "EnablePaymentsToAccount")
    described = text(element, "Description")
    claims = flag(element, "ShowInExpenseClaims")
    account = replace(
        base,
        code=code,
        name=name,
        type=kind,
        status=status,
        tax_type=tax or base.tax_type,
        description=base.description if described is None else described,
        takes_payments=base.takes_payments if takes_payments is None else takes_payments,
        in_expense_claims=base.in_expense_claims if claims is None else claims,
        bank_number=text(element, "BankAccountNumber") or base.bank_number,
        currency=text(element, "CurrencyCode") or base.currency or (home if kind == "BANK" else None),
        updated=company.stamp(),
    )
    return account_form(company.accounts.put(account))


def _known(call: ApiCall, key: str) -> Account:
    found = call.company.accounts.get(key.lower(), call.at)
    if found is None:
        raise not_found()
    return found
