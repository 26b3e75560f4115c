"""The wrapping of every accounting answer, in JSON or, where the client does not ask for JSON, in XML."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape

from jobs.sandbox.answers import Answer, json_answer, text_answer
from jobs.sandbox.xero.call import Reply
from jobs.sandbox.xero.dates import EPOCH, ms_plain
from jobs.sandbox.xero.errors import ApiError

SINGULAR = {
    "Accounts": "Account",
    "Actions": "Action",
    "Addresses": "Address",
    "Allocations": "Allocation",
    "Attachments": "Attachment",
    "ContactGroups": "ContactGroup",
    "ContactPersons": "ContactPerson",
    "Contacts": "Contact",
    "CreditNotes": "CreditNote",
    "Currencies": "Currency",
    "ExternalLinks": "ExternalLink",
    "HistoryRecords": "HistoryRecord",
    "Invoices": "Invoice",
    "Items": "Item",
    "LineItems": "LineItem",
    "Organisations": "Organisation",
    "Overpayments": "Overpayment",
    "Payments": "Payment",
    "Phones": "Phone",
    "Prepayments": "Prepayment",
    "PurchasesTrackingCategories": "PurchasesTrackingCategory",
    "SalesTrackingCategories": "SalesTrackingCategory",
    "TaxComponents": "TaxComponent",
    "TaxRates": "TaxRate",
    "Tracking": "TrackingCategory",
    "ValidationErrors": "ValidationError",
    "Warnings": "Warning",
}
NAMESPACES = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
MS_DATE = re.compile(r"^/Date\((-?\d+)(?:\+0000)?\)/$")


def wants_json(accept: str) -> bool:
    """Whether JSON was asked for by name; anything else gets XML."""
    return "json" in accept.lower()


def wrap(reply: Reply, accept: str, provider_name: str, now: datetime) -> Answer:
    """A reply as a complete answer. Its Id is also the Xero-Correlation-Id."""
    identity = str(uuid4())
    envelope: dict[str, Any] = {
        "Id": identity,
        "Status": "OK",
        "ProviderName": provider_name,
        "DateTimeUTC": ms_plain(now),
    }
    if reply.pagination is not None:
        envelope["pagination"] = reply.pagination
    envelope[reply.plural] = reply.elements
    correlation = ("Xero-Correlation-Id", identity)
    if wants_json(accept):
        return json_answer(as_numbers(envelope), reply.status, correlation)
    body = f"<Response {NAMESPACES}>{_members(envelope)}</Response>"
    return text_answer(body, reply.status, "text/xml; charset=utf-8").with_headers(correlation)


def refuse(error: ApiError, accept: str) -> Answer:
    """An ApiException as a complete answer."""
    correlation = ("Xero-Correlation-Id", str(uuid4()))
    if wants_json(accept) and not error.always_xml:
        return json_answer(as_numbers(error.body), error.status, correlation)
    members = {name: part for name, part in error.body.items() if name != "Elements"}
    elements = "".join(
        f'<DataContractBase xsi:type="{error.element_type}">{_members(part)}</DataContractBase>'
        for part in error.body.get("Elements", [])
    )
    wrapped = f"<Elements>{elements}</Elements>" if "Elements" in error.body else ""
    body = f"<ApiException {NAMESPACES}>{_members(members)}{wrapped}</ApiException>"
    return text_answer(body, error.status, "text/xml; charset=utf-8").with_headers(correlation)


def as_numbers(value: Any) -> Any:
    """Decimals as JSON numbers, the way Xero writes money."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: as_numbers(part) for name, part in value.items()}
    if isinstance(value, list):
        return [as_numbers(part) for part in value]
    return value


def _members(members: dict[str, Any]) -> str:
    """The XML of an object's members; the JSON-only twins of dates are left out."""
    return "".join(
        _xml(name, part)
        for name, part in members.items()
        if not (name.endswith("String") and name.removesuffix("String") in members)
    )


def _xml(name: str, value: Any) -> str:
    if value is None:
        return f'<{name} xsi:nil="true" />'
    if isinstance(value, list):
        parts = "".join(_xml(SINGULAR.get(name, "Element"), part) for part in value)
        return f"<{name}>{parts}</{name}>" if parts else f"<{name} />"
    if isinstance(value, dict):
        return f"<{name}>{_members(value)}</{name}>"
    if isinstance(value, bool):
        return f"<{name}>{str(value).lower()}</{name}>"
    text = str(value)
    if matched := MS_DATE.match(text):
        text = (EPOCH + timedelta(milliseconds=int(matched[1]))).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"<{name}>{escape(text)}</{name}>"
