"""Tax rates. Always listed in full: they have neither If-Modified-Since nor pages. See developer.xero.com, TaxRates."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from jobs.sandbox.xero.call import ApiCall, Element, Reply
from jobs.sandbox.xero.errors import Refused, not_found, validation_failed
from jobs.sandbox.xero.listing import read_where, select
from jobs.sandbox.xero.objects import NOTHING, TaxComponent, TaxRate
from jobs.sandbox.xero.reading import amount, flag, parts, text

CLASSES = {
    "Assets": "ASSET",
    "Equity": "EQUITY",
    "Expenses": "EXPENSE",
    "Liabilities": "LIABILITY",
    "Revenue": "REVENUE",
}
CUSTOM = "TAX{:03d}"

FIELDS: Mapping[str, Callable[[TaxRate], Any]] = {
    "name": lambda one: one.name,
    "taxtype": lambda one: one.tax_type,
    "status": lambda one: one.status,
    "effectiverate": lambda one: one.percent,
    "displaytaxrate": lambda one: one.percent,
    "reporttaxtype": lambda one: one.report_type,
    "canapplytoassets": lambda one: "ASSET" in one.classes,
    "canapplytoequity": lambda one: "EQUITY" in one.classes,
    "canapplytoexpenses": lambda one: "EXPENSE" in one.classes,
    "canapplytoliabilities": lambda one: "LIABILITY" in one.classes,
    "canapplytorevenue": lambda one: "REVENUE" in one.classes,
}


def tax_rate_list(call: ApiCall) -> Reply:
    """GET /TaxRates."""
    wanted = read_where(call, FIELDS)
    rates = sorted(call.company.tax_rates.all(call.at), key=lambda one: one.name)
    return Reply("TaxRates", [tax_rate_form(one) for one in select(call, rates, FIELDS, wanted)])


def tax_rate_one(call: ApiCall, key: str) -> Reply:
    """GET /TaxRates/{TaxType}."""
    found = next((one for one in call.company.tax_rates.all(call.at) if one.tax_type.lower() == key.lower()), None)
    if found is None:
        raise not_found()
    return Reply("TaxRates", [tax_rate_form(found)])


def save_tax_rate(call: ApiCall) -> Reply:
    """PUT and POST /TaxRates: one a call; a known TaxType or name is changed by POST, refused by PUT."""
    elements = call.elements("TaxRates")
    if len(elements) > 1:
        raise call.bad_data("Only one TaxRate can be sent in a request")
    try:
        rate = _saved(call, elements[0])
    except Refused as error:
        echo = {"Name": text(elements[0], "Name"), "ValidationErrors": error.validation_errors()}
        raise validation_failed([echo], "TaxRate") from error
    return Reply("TaxRates", [tax_rate_form(rate)])


def tax_rate_form(rate: TaxRate) -> Element:
    """A tax rate on the wire."""
    form: Element = {"Name": rate.name, "TaxType": rate.tax_type}
    if rate.report_type is not None:
        form["ReportTaxType"] = rate.report_type
    form |= {f"CanApplyTo{name}": known in rate.classes for name, known in CLASSES.items()}
    return form | {
        "DisplayTaxRate": rate.percent,
        "EffectiveRate": rate.percent,
        "Status": rate.status,
        "TaxComponents": [
            {
                "Name": part.name,
                "Rate": part.rate,
                "IsCompound": part.is_compound,
                "IsNonRecoverable": part.is_non_recoverable,
            }
            for part in rate.components
        ],
    }


def _saved(call: ApiCall, element: Element) -> TaxRate:
    rates = call.company.tax_rates
    name = (text(element, "Name") or "").strip()
    tax_type = text(element, "TaxType")
    existing = rates.get(tax_type) if tax_type else next((one for one in rates.all() if one.name == name), None)
    if existing is not None and call.method == "PUT":
        raise Refused([f"The tax rate name {name} is already in use."])
    if existing is None and not name:
        raise Refused(["A tax rate name must be specified."])
    components = tuple(
        TaxComponent(
            text(part, "Name") or name,
            amount(call, part, "Rate") or NOTHING,
            flag(part, "IsCompound") or False,
            flag(part, "IsNonRecoverable") or False,
        )
        for part in parts(call, element, "TaxComponents")
    )
    if existing is not None:
        changed = replace(
            existing,
            name=name or existing.name,
            status=(text(element, "Status") or existing.status).upper(),
            components=components or existing.components,
        )
        return rates.put(changed)
    if not components:
        raise Refused(["A tax rate must have at least one tax component."])
    number = 1
    while rates.get(CUSTOM.format(number)) is not None:
        number += 1
    report = text(element, "ReportTaxType")
    is_input = (report or "").endswith("INPUT")
    other_side = {"REVENUE" if is_input else "EXPENSE"} if report else set()
    classes = frozenset(CLASSES.values()) - other_side
    return rates.put(TaxRate(CUSTOM.format(number), name, components, classes, report))
