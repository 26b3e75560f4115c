"""Bodies that Xero really sent, read by the connector. They belong to others and lie beside the project."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Accepted, LedgerState, ProviderError, Unknown
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.references import ReferenceItem, ReferenceKind
from jobs.connectors.xero.ledger import ledger_object
from tests.connectors.postings import a_contact, a_document
from tests.connectors.scripted import Say, Scripted, xero_at

RECORDED = Path(__file__).parents[2].parent / "shared" / "contracts" / "xero" / "recorded"
pytestmark = pytest.mark.skipif(not RECORDED.exists(), reason="Xero's recorded bodies are not beside the project")


def recorded(name: str) -> Any:
    found = json.loads((RECORDED / name).read_text())
    return found.get("body", found) if isinstance(found, dict) else found


def listed(kind: ReferenceKind, *bodies: Any) -> list[ReferenceItem]:
    return xero_at(Scripted(*(Say(200, body) for body in bodies))).reference(kind, None)


def test_every_recorded_account_is_read() -> None:
    body = recorded("fyle_get_all_accounts.json")
    items = listed(ReferenceKind.ACCOUNT, body)
    assert len(items) == len(body["Accounts"]) == len({item.external_id for item in items})
    by_code = {item.code: item for item in items}
    assert (by_code["200"].name, by_code["200"].for_sales, by_code["200"].for_purchases) == ("Sales", True, False)
    assert not by_code["090"].for_sales
    assert not by_code["090"].for_purchases


def test_every_recorded_tax_rate_is_read() -> None:
    body = recorded("fyle_get_all_tax_codes.json")
    items = listed(ReferenceKind.TAX_RATE, body)
    assert len(items) == len(body["TaxRates"])
    assert all(item.rate is not None and item.code and item.name for item in items)
    purchases = next(item for item in items if item.code == "CAN029")
    assert (purchases.for_sales, purchases.for_purchases, str(purchases.rate)) == (False, True, "12.0")


def test_recorded_contacts_are_read() -> None:
    body = recorded("fyle_contacts_first6.json")
    items = listed(ReferenceKind.CONTACT, body, {"Contacts": []})
    assert [item.name for item in items] == [contact["Name"] for contact in body["Contacts"]]


def test_the_recorded_organisation_is_read() -> None:
    body = {"Organisations": recorded("fyle_get_all_organisations.json")}
    item = listed(ReferenceKind.ORGANISATION, body, {"Currencies": [{"Code": "USD"}]})[0]
    assert (item.name, item.currency, item.short_code) == ("Demo Company (Global)", "USD", "!FR6KJ")
    assert str(item.locked_until) == "2008-09-30"


def test_recorded_connections_are_companies() -> None:
    body = recorded("xeroizer_connections.json")
    companies = xero_at(Scripted(Say(200, body))).companies()
    assert [(company.external_id, company.link_id) for company in companies] == [
        (connection["tenantId"], connection["id"]) for connection in body
    ]


def test_recorded_invoices_are_read() -> None:
    exchange = recorded("test_invoice_attachment_upload_and_download.json")["interactions"][0]
    body = exchange["response"]["body"]
    # The recording ends with a note in words of how much was trimmed.
    body["Invoices"] = [invoice for invoice in body["Invoices"] if isinstance(invoice, dict)]
    bills = [invoice for invoice in body["Invoices"] if invoice["Type"] == "ACCPAY"]
    exact = json.loads(json.dumps(bills), parse_float=Decimal)
    found = [ledger_object(RecordKind.BILL, bill, short_code="") for bill in exact]
    assert [each.ledger_id for each in found] == [invoice["InvoiceID"] for invoice in bills]
    power = found[0]
    assert (power.number, power.contact_name, power.state) == ("Elec.", "PowerDirect", LedgerState.VOID)
    assert str(power.date) == "2019-07-22"


def test_a_recorded_bill_is_nobody_elses_answer() -> None:
    body = recorded("fyle_bill_object.json")
    assert isinstance(xero_at(Scripted(Say(200, body))).push([a_document("4711", RecordKind.BILL)])[0], Unknown)


def test_a_recorded_new_contact_is_accepted() -> None:
    body = recorded("fyle_create_contact.json")
    contact = body["Contacts"][0]
    outcome = xero_at(Scripted(Say(200, body))).push([a_contact(contact["Name"])])[0]
    assert isinstance(outcome, Accepted)
    assert outcome.ledger_id == contact["ContactID"]


@pytest.mark.parametrize("name", ["xeroizer_expired_oauth2_token.json", "xeroizer_invalid_oauth2_request_token.json"])
def test_recorded_401s_ask_for_a_fresh_access(name: str) -> None:
    with pytest.raises(ProviderError) as expired:
        xero_at(Scripted(Say(401, recorded(name)))).push([a_document()])
    assert expired.value.code is ErrorCode.ACCESS_EXPIRED


def test_the_recorded_403_of_a_lost_organisation_is_understood() -> None:
    provider = Scripted(Say(403, recorded("xeroizer_invalid_tenant_header.json")), Say(200, []))
    with pytest.raises(ProviderError) as lost:
        xero_at(provider).push([a_document()])
    assert lost.value.code is ErrorCode.COMPANY_DISCONNECTED
