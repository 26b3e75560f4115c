"""Xero's own Python client, unchanged, pointed at the sandbox: a judge that nobody here wrote."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from xero_python.accounting import (
    Account,
    AccountingApi,
    AccountType,
    Allocation,
    Allocations,
    Contact,
    Contacts,
    CreditNote,
    CreditNotes,
    Invoice,
    Invoices,
    LineItem,
    Payment,
    PaymentDelete,
    Payments,
)
from xero_python.api_client import ApiClient
from xero_python.api_client.configuration import Configuration
from xero_python.api_client.oauth2 import OAuth2Token, TokenApi
from xero_python.exceptions import AccountingBadRequestException, HTTPStatusException
from xero_python.exceptions.http_status_exceptions import NotFoundException, RateLimitException
from xero_python.identity import IdentityApi

from jobs.sandbox.server import Handle
from tests.sandbox.client import Desk
from tests.sandbox.conftest import open_desk


@dataclass
class Judge:
    """The public client, signed in for one organisation."""

    accounting: AccountingApi
    identity: IdentityApi
    client: ApiClient
    token: dict[str, Any]
    tenant: str


@pytest.fixture
def judge(running: Handle, http: httpx2.Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[Judge]:
    """The client with its addresses set to the sandbox, which is all that is changed about it."""
    granted = http.post("/_control/grant", json={"provider": "xero"}).json()
    base = running.url + "/xero"
    monkeypatch.setattr(TokenApi, "refresh_token_url", base + "/connect/token")
    monkeypatch.setattr(TokenApi, "revoke_token_url", base + "/connect/revocation")
    credentials = OAuth2Token(client_id=granted["client_id"], client_secret=granted["client_secret"])
    client = ApiClient(Configuration(oauth2_token=credentials), pool_threads=1)
    kept: dict[str, Any] = {
        "access_token": granted["access_token"],
        "refresh_token": granted["refresh_token"],
        "scope": granted["scope"].split(),
        "expires_in": 1800,
        "expires_at": dt.datetime.now(dt.UTC).timestamp() + 1800,
        "token_type": "Bearer",
    }
    client.oauth2_token_getter(lambda: kept)
    client.oauth2_token_saver(kept.update)
    yield Judge(
        AccountingApi(client, base_url=base + "/api.xro/2.0"),
        IdentityApi(client, base_url=base),
        client,
        kept,
        granted["company"],
    )
    client.rest_client.pool_manager.clear()


def _contact(judge: Judge, name: str = "Ann") -> str:
    made = judge.accounting.create_contacts(judge.tenant, Contacts(contacts=[Contact(name=name)]))
    identity: str = made.contacts[0].contact_id
    return identity


def _invoice(contact: str, number: str, kind: str = "ACCREC", **fields: Any) -> Invoice:
    account, tax = ("200", "OUTPUT") if kind == "ACCREC" else ("469", "INPUT")
    line = LineItem(description="Lamp", quantity=1.0, unit_amount=100.0, account_code=account, tax_type=tax)
    known = {"date": dt.date(2026, 11, 20), "due_date": dt.date(2026, 12, 20), "status": "AUTHORISED"} | fields
    return Invoice(type=kind, contact=Contact(contact_id=contact), invoice_number=number, line_items=[line], **known)


def test_it_lists_and_ends_connections(judge: Judge) -> None:
    (connection,) = judge.identity.get_connections()

    assert (connection.tenant_id, connection.tenant_name) == (judge.tenant, "Nordlys AB")
    assert connection.tenant_type == "ORGANISATION"
    judge.identity.delete_connection(connection.id)
    assert judge.identity.get_connections() == []
    with pytest.raises(HTTPStatusException) as refused:
        judge.accounting.get_organisations(judge.tenant)
    assert refused.value.status == 403


def test_it_refreshes_by_itself_when_the_time_has_come(judge: Judge) -> None:
    before = dict(judge.token)
    judge.token["expires_at"] = 0

    judge.accounting.get_organisations(judge.tenant)

    assert judge.token["access_token"] != before["access_token"]
    assert judge.token["refresh_token"] != before["refresh_token"]


def test_a_lost_refresh_can_be_made_again_for_thirty_minutes(judge: Judge, http: httpx2.Client) -> None:
    previous = judge.token["refresh_token"]
    judge.token["expires_at"] = 0
    judge.accounting.get_organisations(judge.tenant)

    judge.token.update(refresh_token=previous, expires_at=0)
    judge.accounting.get_organisations(judge.tenant)

    http.post("/_control/clock", json={"advance": 1900}).raise_for_status()
    judge.token.update(refresh_token=previous, expires_at=0)
    with pytest.raises(HTTPStatusException) as refused:
        judge.accounting.get_organisations(judge.tenant)
    assert refused.value.status == 400


def test_a_dead_refresh_token_is_told_apart(judge: Judge) -> None:
    judge.token.update(refresh_token="dead", expires_at=0)

    with pytest.raises(HTTPStatusException) as refused:
        judge.accounting.get_organisations(judge.tenant)

    assert refused.value.status == 400
    assert "invalid_grant" in str(refused.value.body)


def test_it_revokes(judge: Judge) -> None:
    judge.accounting.get_organisations(judge.tenant)
    refresh_token = judge.token["refresh_token"]

    judge.client.revoke_oauth2_token()

    assert judge.token["refresh_token"] is None
    judge.token.update(access_token="x", refresh_token=refresh_token, scope=["offline_access"], expires_at=0)
    with pytest.raises(HTTPStatusException):
        judge.accounting.get_organisations(judge.tenant)


def test_ten_invoices_in_one_call_with_one_bad_among_them(judge: Judge) -> None:
    ann = _contact(judge)
    batch = [_invoice(ann, f"INV-{number}") for number in range(10)]
    batch[4].line_items[0].account_code = "999"

    made = judge.accounting.create_invoices(judge.tenant, Invoices(invoices=batch), summarize_errors=False, unitdp=4)

    words = [one.status_attribute_string for one in made.invoices]
    assert words == ["OK"] * 4 + ["ERROR"] + ["OK"] * 5
    assert made.invoices[4].has_errors is True
    assert made.invoices[4].validation_errors[0].message == "Account code '999' is not a valid code for this document."
    assert made.invoices[0].total == Decimal("125.0")
    assert made.invoices[0].date == dt.date(2026, 11, 20)
    assert len(judge.accounting.get_invoices(judge.tenant).invoices) == 9


def test_a_bad_invoice_raises_with_its_elements(judge: Judge) -> None:
    ann = _contact(judge)
    judge.accounting.create_invoices(judge.tenant, Invoices(invoices=[_invoice(ann, "INV-1")]))

    with pytest.raises(AccountingBadRequestException) as refused:
        judge.accounting.create_invoices(judge.tenant, Invoices(invoices=[_invoice(ann, "INV-1")]))

    assert refused.value.error_data["ErrorNumber"] == 10
    assert refused.value.reason == "Invoice # must be unique."


def test_two_bills_with_one_number_stay_two(judge: Judge) -> None:
    ann = _contact(judge)
    for _ in range(2):
        judge.accounting.create_invoices(judge.tenant, Invoices(invoices=[_invoice(ann, "B-1", "ACCPAY")]))

    where = f'Type=="ACCPAY" AND InvoiceNumber=="B-1" AND Contact.ContactID==Guid("{ann}")'
    found = judge.accounting.get_invoices(judge.tenant, where=where).invoices

    assert [one.invoice_number for one in found] == ["B-1", "B-1"]
    assert len({one.invoice_id for one in found}) == 2


def test_an_invoice_is_updated_and_voided(judge: Judge) -> None:
    ann = _contact(judge)
    made = judge.accounting.create_invoices(judge.tenant, Invoices(invoices=[_invoice(ann, "INV-1", status="DRAFT")]))
    identity = made.invoices[0].invoice_id

    for status in ("AUTHORISED", "VOIDED"):
        change = Invoices(invoices=[Invoice(invoice_id=identity, status=status)])
        answered = judge.accounting.update_invoice(judge.tenant, identity, change)
        assert answered.invoices[0].status == status
    with pytest.raises(AccountingBadRequestException) as refused:
        judge.accounting.update_invoice(judge.tenant, identity, Invoices(invoices=[Invoice(reference="x")]))
    assert refused.value.reason == "Invoice not of valid status for modification"


def test_invoices_are_found_by_number_page_and_id(judge: Judge) -> None:
    ann = _contact(judge)
    batch = Invoices(invoices=[_invoice(ann, f"INV-{number}") for number in range(5)])
    made = judge.accounting.create_invoices(judge.tenant, batch)

    numbered = judge.accounting.get_invoices(judge.tenant, invoice_numbers=["INV-1", "INV-3"], created_by_my_app=True)
    page = judge.accounting.get_invoices(judge.tenant, page=2, page_size=2, order="InvoiceNumber ASC")
    one = judge.accounting.get_invoice(judge.tenant, made.invoices[0].invoice_id)

    assert [found.invoice_number for found in numbered.invoices] == ["INV-1", "INV-3"]
    assert [found.invoice_number for found in page.invoices] == ["INV-2", "INV-3"]
    assert (page.pagination.page, page.pagination.page_count, page.pagination.item_count) == (2, 3, 5)
    assert one.invoices[0].line_items[0].account_code == "200"
    with pytest.raises(NotFoundException):
        judge.accounting.get_invoice(judge.tenant, "11111111-1111-1111-1111-111111111111")


def test_contacts_and_accounts_changed_since(judge: Judge, http: httpx2.Client) -> None:
    _contact(judge, "Early")
    http.post("/_control/clock", json={"advance": 100}).raise_for_status()
    _contact(judge, "Late")
    account = Account(code="4010", name="Gifts", type=AccountType.EXPENSE, tax_type="INPUT")
    judge.accounting.create_account(judge.tenant, account)
    since = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=50)

    contacts = judge.accounting.get_contacts(judge.tenant, if_modified_since=since, include_archived=True)
    accounts = judge.accounting.get_accounts(judge.tenant, if_modified_since=since, where='Status=="ACTIVE"')

    assert [one.name for one in contacts.contacts] == ["Late"]
    assert [one.code for one in accounts.accounts] == ["4010"]
    assert len(judge.accounting.get_accounts(judge.tenant).accounts) > 35


def test_the_reference_lists_are_read_whole(judge: Judge) -> None:
    (organisation,) = judge.accounting.get_organisations(judge.tenant).organisations
    rates = judge.accounting.get_tax_rates(judge.tenant).tax_rates
    items = judge.accounting.get_items(judge.tenant, unitdp=4).items
    actions = judge.accounting.get_organisation_actions(judge.tenant).actions

    assert (organisation.name, organisation.base_currency.value) == ("Nordlys AB", "SEK")
    assert {one.effective_rate for one in rates} >= {Decimal("25.0"), Decimal("12.0"), Decimal("6.0"), Decimal("0.0")}
    assert {one.code for one in items} >= {"LAMP-01"}
    assert {one.status for one in actions} == {"ALLOWED"}


def test_a_file_goes_up_and_comes_down(judge: Judge) -> None:
    ann = _contact(judge)
    made = judge.accounting.create_invoices(judge.tenant, Invoices(invoices=[_invoice(ann, "INV-1")]))
    identity = made.invoices[0].invoice_id

    judge.accounting.create_invoice_attachment_by_file_name(
        judge.tenant, identity, "a b.pdf", b"%PDF-1.7", include_online=True
    )

    (listed,) = judge.accounting.get_invoice_attachments(judge.tenant, identity).attachments
    assert (listed.file_name, listed.content_length, listed.include_online) == ("a b.pdf", 8, True)
    path = judge.accounting.get_invoice_attachment_by_id(
        judge.tenant, identity, listed.attachment_id, content_type="application/pdf"
    )
    with open(path, "rb") as file:  # noqa: PTH123 - the client gives a path as text
        assert file.read() == b"%PDF-1.7"


def test_a_429_carries_its_headers(judge: Judge, http: httpx2.Client) -> None:
    http.post("/_control/limits", json={"provider": "xero", "per_minute": 1}).raise_for_status()
    judge.accounting.get_organisations(judge.tenant)

    # The client's HTTP library waits and tries again by itself, but for POST.
    with pytest.raises(RateLimitException) as refused:
        judge.accounting.update_or_create_contacts(judge.tenant, Contacts(contacts=[Contact(name="Ann")]))

    assert refused.value.rate_limit == "minute"
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 60
    assert refused.value.headers["X-MinLimit-Remaining"] == "0"


def test_a_credit_note_is_allocated(judge: Judge) -> None:
    ann = _contact(judge)
    made = judge.accounting.create_invoices(judge.tenant, Invoices(invoices=[_invoice(ann, "INV-1")]))
    line = LineItem(description="Back", quantity=1.0, unit_amount=40.0, account_code="200", tax_type="OUTPUT")
    credit = CreditNote(
        type="ACCRECCREDIT",
        contact=Contact(contact_id=ann),
        date=dt.date(2026, 11, 20),
        status="AUTHORISED",
        line_items=[line],
    )
    booked = judge.accounting.create_credit_notes(judge.tenant, CreditNotes(credit_notes=[credit])).credit_notes[0]
    share = Allocation(invoice=Invoice(invoice_id=made.invoices[0].invoice_id), amount=50.0, date=dt.date(2026, 11, 20))

    done = judge.accounting.create_credit_note_allocation(
        judge.tenant, booked.credit_note_id, Allocations(allocations=[share])
    )

    assert done.allocations[0].amount == Decimal("50.0")
    assert judge.accounting.get_credit_note(judge.tenant, booked.credit_note_id).credit_notes[0].status == "PAID"
    after = judge.accounting.get_invoice(judge.tenant, made.invoices[0].invoice_id).invoices[0]
    assert (after.amount_due, after.amount_credited) == (Decimal("75.0"), Decimal("50.0"))


def test_payments_are_made_listed_and_reversed(judge: Judge) -> None:
    ann = _contact(judge)
    made = judge.accounting.create_invoices(judge.tenant, Invoices(invoices=[_invoice(ann, "INV-1")]))
    identity = made.invoices[0].invoice_id

    def part(amount: float) -> Payment:
        return Payment(
            invoice=Invoice(invoice_id=identity),
            account=Account(code="090"),
            date=dt.date(2026, 11, 20),
            amount=amount,
        )

    judge.accounting.create_payment(judge.tenant, part(25.0))
    judge.accounting.create_payments(judge.tenant, Payments(payments=[part(60.0), part(40.0)]))

    assert judge.accounting.get_invoice(judge.tenant, identity).invoices[0].status == "PAID"
    listed = judge.accounting.get_payments(judge.tenant).payments
    assert sum(one.amount for one in listed) == Decimal("125.0")
    judge.accounting.delete_payment(judge.tenant, listed[0].payment_id, PaymentDelete(status="DELETED"))
    assert judge.accounting.get_invoice(judge.tenant, identity).invoices[0].amount_due == Decimal("25.0")


def test_an_idempotency_key_books_once(judge: Judge, desk: Desk) -> None:
    batch = Invoices(invoices=[_invoice(_contact(judge), "INV-1")])

    for _ in range(2):
        judge.accounting.create_invoices(judge.tenant, batch, idempotency_key="k1")

    assert len(desk.ledger("invoices")) == 1


def test_another_persons_organisation_stays_closed(judge: Judge, http: httpx2.Client) -> None:
    with pytest.raises(HTTPStatusException) as refused:
        judge.accounting.get_organisations(open_desk(http, company="Maple & Finch").company)

    assert refused.value.status == 403
