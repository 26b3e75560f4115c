"""Xero's own lists as reference items: accounts, tax rates, contacts, items, the organisation with its locks."""

from datetime import datetime

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import ProviderError
from dashboard.vocabulary.references import ReferenceItem, ReferenceKind
from jobs.connectors.xero.calls import API, Calls
from jobs.connectors.xero.fields import Element, amount, day, elements, flag, text

_SALES_CLASSES = frozenset({"REVENUE", "LIABILITY"})
_PURCHASE_CLASSES = frozenset({"EXPENSE", "ASSET", "LIABILITY"})


def reference_items(calls: Calls, kind: ReferenceKind, since: datetime | None) -> list[ReferenceItem]:
    match kind:
        case ReferenceKind.ACCOUNT:
            found = calls.read(f"{API}/Accounts", "Accounts", since)
            return [_account(each) for each in found if text(each, "AccountID")]
        case ReferenceKind.TAX_RATE:
            # Tax rates know no If-Modified-Since: always all of them.
            found = calls.read(f"{API}/TaxRates", "TaxRates")
            return [_tax_rate(each) for each in found if text(each, "TaxType")]
        case ReferenceKind.CONTACT:
            query = {"includeArchived": "true"}
            return [_contact(each) for each in calls.pages("Contacts", "ContactID", query, since)]
        case ReferenceKind.ITEM:
            return [_item(each) for each in _optional(calls, "Items", since) if text(each, "ItemID")]
        case ReferenceKind.ORGANISATION:
            found = calls.read(f"{API}/Organisation", "Organisations")
            return [_organisation(each, _currencies(calls)) for each in found]


def _account(found: Element) -> ReferenceItem:
    """A line may name neither a system account nor a bank account, nor one without a code."""
    is_usable = bool(text(found, "Code")) and not text(found, "SystemAccount") and text(found, "Type") != "BANK"
    account_class = text(found, "Class")
    return ReferenceItem(
        kind=ReferenceKind.ACCOUNT,
        external_id=text(found, "AccountID"),
        code=text(found, "Code"),
        name=text(found, "Name"),
        is_active=text(found, "Status") == "ACTIVE",
        for_sales=is_usable and account_class in _SALES_CLASSES,
        for_purchases=is_usable and account_class in _PURCHASE_CLASSES,
        account_class=account_class,
        currency=text(found, "CurrencyCode"),
    )


def _tax_rate(found: Element) -> ReferenceItem:
    rate = amount(found, "EffectiveRate")
    return ReferenceItem(
        kind=ReferenceKind.TAX_RATE,
        external_id=text(found, "TaxType"),
        code=text(found, "TaxType"),
        name=text(found, "Name"),
        is_active=text(found, "Status") == "ACTIVE",
        for_sales=flag(found, "CanApplyToRevenue"),
        for_purchases=flag(found, "CanApplyToExpenses"),
        rate=amount(found, "DisplayTaxRate") if rate is None else rate,
    )


def _contact(found: Element) -> ReferenceItem:
    numbers = (text(found, "TaxNumber").strip(), text(found, "CompanyNumber").strip())
    countries = (text(address, "Country") for address in elements(found, "Addresses"))
    return ReferenceItem(
        kind=ReferenceKind.CONTACT,
        external_id=text(found, "ContactID").lower(),
        code=text(found, "AccountNumber"),
        name=text(found, "Name"),
        is_active=text(found, "ContactStatus") == "ACTIVE",
        tax_ids=tuple(dict.fromkeys(number for number in numbers if number)),
        email=text(found, "EmailAddress"),
        country=next((country for country in countries if country), ""),
        currency=text(found, "DefaultCurrency"),
    )


def _item(found: Element) -> ReferenceItem:
    """What is kept in stock is not offered: a line that names it would move the stock, and needs its own account."""
    is_plain = not flag(found, "IsTrackedAsInventory")
    return ReferenceItem(
        kind=ReferenceKind.ITEM,
        external_id=text(found, "ItemID"),
        code=text(found, "Code"),
        name=text(found, "Name") or text(found, "Description")[:300],
        is_active=True,
        for_sales=is_plain and flag(found, "IsSold"),
        for_purchases=is_plain and flag(found, "IsPurchased"),
    )


def _organisation(found: Element, currencies: tuple[str, ...]) -> ReferenceItem:
    return ReferenceItem(
        kind=ReferenceKind.ORGANISATION,
        external_id=text(found, "OrganisationID"),
        code=text(found, "ShortCode"),
        name=text(found, "Name"),
        is_active=text(found, "OrganisationStatus") == "ACTIVE",
        tax_ids=tuple(number for number in (text(found, "TaxNumber").strip(),) if number),
        country=text(found, "CountryCode"),
        currency=text(found, "BaseCurrency"),
        currencies=currencies,
        short_code=text(found, "ShortCode"),
        locked_until=day(found, "PeriodLockDate"),
        year_locked_until=day(found, "EndOfYearLockDate"),
    )


def _currencies(calls: Calls) -> tuple[str, ...]:
    """Empty when Xero does not tell: an organisation without the right to that list still has lock dates."""
    found = _optional(calls, "Currencies", None)
    return tuple(text(each, "Code") for each in found if text(each, "Code"))


def _optional(calls: Calls, plural: str, since: datetime | None) -> list[Element]:
    """A list without which everything else goes on; nothing where there is no right to it."""
    try:
        return calls.read(f"{API}/{plural}", plural, since)
    except ProviderError as error:
        if error.code not in (ErrorCode.SCOPE_MISSING, ErrorCode.NOT_IN_LEDGER):
            raise
        return []
