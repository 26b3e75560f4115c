"""The organisation, what its user may do, its currencies and its closed periods. See developer.xero.com,
Organisation.
"""

from datetime import date

from jobs.sandbox.xero.call import ApiCall, Element, Reply
from jobs.sandbox.xero.dates import lock_day, ms_date, ms_plain
from jobs.sandbox.xero.objects import Organisation

ALLOWED = (
    "CreateApprovedInvoice",
    "CreateDraftInvoice",
    "CreateApprovedBill",
    "CreateDraftBill",
    "CreateRepeatingInvoice",
    "CreateRepeatingBill",
    "CreateInvoicePayment",
    "AttachFilesIntoInvoice",
    "CreateDraftQuote",
    "CreateSentQuote",
    "CreateDraftPurchaseOrder",
    "CreateApprovedPurchaseOrder",
)
CURRENCY_NAMES = {
    "SEK": "Swedish Krona",
    "EUR": "Euro",
    "GBP": "British Pound",
    "USD": "United States Dollar",
    "NOK": "Norwegian Krone",
    "DKK": "Danish Krone",
}


def organisation_list(call: ApiCall) -> Reply:
    """GET /Organisation: always one."""
    return Reply("Organisations", [organisation_form(call.company.organisation)])


def action_list(call: ApiCall) -> Reply:
    """GET /Organisation/Actions."""
    several = len(call.company.organisation.currencies) > 1
    actions = [{"Name": name, "Status": "ALLOWED"} for name in ALLOWED]
    return Reply("Actions", [*actions, {"Name": "UseMulticurrency", "Status": "ALLOWED" if several else "NOT-ALLOWED"}])


def currency_list(call: ApiCall) -> Reply:
    """GET /Currencies: those the organisation is subscribed to."""
    codes = call.company.organisation.currencies
    return Reply("Currencies", [{"Code": code, "Description": CURRENCY_NAMES.get(code, code)} for code in codes])


def closed_message(organisation: Organisation, day: date) -> str | None:
    """Why nothing can be booked on this day, in Xero's words; None where the period is open.

    The year-end lock is named first, since it holds for everybody.
    """
    if organisation.year_lock is not None and day <= organisation.year_lock:
        lock, name = organisation.year_lock, "end of year lock date"
    elif organisation.period_lock is not None and day <= organisation.period_lock:
        lock, name = organisation.period_lock, "period lock date"
    else:
        return None
    return f"The document date cannot be before the {name}, currently set at {lock_day(lock)}"


def organisation_form(organisation: Organisation) -> Element:
    """The organisation on the wire."""
    form: Element = {
        "Name": organisation.name,
        "LegalName": organisation.name,
        "PaysTax": True,
        "Version": organisation.version,
        "OrganisationType": "COMPANY",
        "BaseCurrency": organisation.currency,
        "CountryCode": organisation.country,
        "IsDemoCompany": False,
        "OrganisationStatus": "ACTIVE",
        "TaxNumber": organisation.tax_number,
        "FinancialYearEndDay": organisation.year_end_day,
        "FinancialYearEndMonth": organisation.year_end_month,
        "SalesTaxBasis": "ACCRUALS",
        "SalesTaxPeriod": "QUARTERLY",
        "DefaultSalesTax": "Remember previous",
        "DefaultPurchasesTax": "Remember previous",
    }
    if organisation.period_lock is not None:
        form["PeriodLockDate"] = ms_date(organisation.period_lock)
    if organisation.year_lock is not None:
        form["EndOfYearLockDate"] = ms_date(organisation.year_lock)
    address = {"AddressLine2": "", "Region": "", "Country": "", "AttentionTo": ""} | organisation.address
    return form | {
        "CreatedDateUTC": ms_plain(organisation.created),
        "OrganisationEntityType": "COMPANY",
        "Timezone": organisation.timezone,
        "ShortCode": organisation.short_code,
        "OrganisationID": organisation.id,
        "Edition": "BUSINESS",
        "Class": "PREMIUM",
        "Addresses": [address],
        "Phones": [{"PhoneType": "OFFICE", "PhoneNumber": "555 0100", "PhoneAreaCode": "01"}],
        "ExternalLinks": [],
        "PaymentTerms": {},
    }
