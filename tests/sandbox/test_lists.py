"""Lists: filters, order, pages, changed-since, and what a list leaves out."""

import pytest

from tests.sandbox.client import Desk, bill, invoice
from tests.sandbox.conftest import open_desk


@pytest.fixture
def books(desk: Desk) -> Desk:
    """Three invoices of Ann and two bills of Bea."""
    ann, bea = desk.contact("Ann", TaxNumber="SE111111111101"), desk.contact("Bea & Co", ContactNumber="C-2")
    desk.create(
        invoice(ann, "A-1", Reference="Order 1"),
        invoice(ann, "A-2", Status="DRAFT", Date="2026-10-01"),
        invoice(ann, "A-3", CurrencyCode="EUR", Date="2026-09-01"),
        bill(bea, "B-1"),
        bill(bea, "A-1"),
    )
    return desk


def _numbers(desk: Desk, **params: str) -> list[str]:
    return [one["InvoiceNumber"] for one in desk.get("/Invoices", **params)["Invoices"]]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ('Type=="ACCREC"', ["A-1", "A-2", "A-3"]),
        ('Type=="ACCPAY" AND InvoiceNumber=="A-1"', ["A-1"]),
        ('InvoiceNumber=="A-1"', ["A-1", "A-1"]),
        ('InvoiceNumber="A-1" && Type="ACCREC"', ["A-1"]),
        ('InvoiceNumber=="A-2" OR InvoiceNumber=="B-1"', ["A-2", "B-1"]),
        ('(Status=="DRAFT" || Status=="PAID") and Type != "ACCPAY"', ["A-2"]),
        ('InvoiceNumber.StartsWith("A") AND Type=="ACCREC" AND !(Status=="DRAFT")', ["A-1", "A-3"]),
        ('InvoiceNumber.Contains("-3")', ["A-3"]),
        ('InvoiceNumber.ToLower()=="b-1"', ["B-1"]),
        ("Date>=DateTime(2026,10,01) AND Date<DateTime(2026,11,01)", ["A-2"]),
        ('Contact.Name=="Bea & Co"', ["B-1", "A-1"]),
        ("Total>=125.00 AND AmountDue<>0 AND HasAttachments==false", ["A-1", "A-2", "A-3", "B-1", "A-1"]),
        ('Reference=="Order 1"', ["A-1"]),
        ("FullyPaidOnDate==null", ["A-1", "A-2", "A-3", "B-1", "A-1"]),
        ('InvoiceNumber=="a-1"', []),
    ],
)
def test_a_filter_finds_what_it_says(books: Desk, where: str, found: list[str]) -> None:
    assert sorted(_numbers(books, where=where)) == sorted(found)


def test_a_contact_is_filtered_by_guid(books: Desk) -> None:
    bea = next(row["id"] for row in books.ledger("contacts") if row["name"] == "Bea & Co")

    where = f'Type=="ACCPAY" AND InvoiceNumber=="A-1" AND Contact.ContactID==Guid("{bea.upper()}")'

    assert _numbers(books, where=where) == ["A-1"]


@pytest.mark.parametrize(
    "where",
    [
        "Nonsense==1",
        "Status==",
        'Status=="DRAFT" AND',
        '(Status=="DRAFT"',
        'Status=="DRAFT")',
        "Status==1",
        'Status.Reverse()=="x"',
        "Status.StartsWith(1)",
        "Date>DateTime(2026,13,1)",
        'Date>"2026-01-01"',
        "Status~1",
        'Name=="Ann" Status=="DRAFT"',
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(books: Desk, where: str) -> None:
    answer = books.send("GET", "/Invoices", params={"where": where})

    assert (answer.status_code, answer.json()["Type"]) == (400, "QueryParseException")
    assert answer.json()["Message"]


def test_the_other_parameters_narrow_too(books: Desk) -> None:
    ids = [one["InvoiceID"] for one in books.get("/Invoices", InvoiceNumbers="A-2,A-3")["Invoices"]]
    ann = next(row["id"] for row in books.ledger("contacts") if row["name"] == "Ann")

    assert _numbers(books, InvoiceNumbers="A-2,B-1,Z") == ["A-2", "B-1"]
    assert sorted(_numbers(books, IDs=",".join(ids))) == ["A-2", "A-3"]
    assert _numbers(books, Statuses="DRAFT,PAID") == ["A-2"]
    assert len(_numbers(books, ContactIDs=ann)) == 3
    assert len(_numbers(books, createdByMyApp="True")) == 5
    assert _numbers(books, searchTerm="order") == ["A-1"]
    assert _numbers(books, IDs=ids[0], Statuses="PAID") == []


def test_lists_are_ordered_as_asked(books: Desk) -> None:
    assert _numbers(books, order="InvoiceNumber DESC, Date") == ["B-1", "A-3", "A-2", "A-1", "A-1"]
    assert _numbers(books, order="Date ASC")[:2] == ["A-3", "A-2"]
    assert books.send("GET", "/Invoices", params={"order": "Nonsense"}).status_code == 400


def test_pages_say_how_many_there_are(books: Desk) -> None:
    first = books.get("/Invoices", page="1", pageSize="2", order="InvoiceNumber")
    last = books.get("/Invoices", page="3", pageSize="2", order="InvoiceNumber")
    beyond = books.get("/Invoices", page="9", pageSize="2")

    assert first["pagination"] == {"page": 1, "pageSize": 2, "pageCount": 3, "itemCount": 5}
    assert [len(one["Invoices"]) for one in (first, last, beyond)] == [2, 1, 0]
    assert books.get("/Invoices", page="1")["pagination"]["pageSize"] == 100
    assert books.get("/Invoices", page="1", pageSize="5000")["pagination"]["pageSize"] == 1000


def test_only_pages_carry_lines(books: Desk) -> None:
    assert books.get("/Invoices")["Invoices"][0]["LineItems"] == []
    assert "pagination" not in books.get("/Invoices")
    assert len(books.get("/Invoices", page="1")["Invoices"][0]["LineItems"]) == 1
    assert books.get("/Invoices", page="1", summaryOnly="true")["Invoices"][0]["LineItems"] == []


@pytest.mark.parametrize(
    "header", ["2026-11-20T10:00:05", "2026-11-20T10:00:05+00:00", "Fri, 20 Nov 2026 10:00:05 GMT"]
)
def test_changes_since_a_moment_include_that_second(desk: Desk, header: str) -> None:
    desk.control("clock", now="2026-11-20T10:00:00Z", frozen=True)
    desk = open_desk(desk.http)
    desk.contact("Early")
    desk.control("clock", advance=5.5)
    desk.contact("Late")

    def names() -> list[str]:
        answer = desk.send("GET", "/Contacts", headers={"If-Modified-Since": header})
        return [one["Name"] for one in answer.json()["Contacts"]]

    assert names() == ["Late"]
    desk.control("settings", modified_since_inclusive=False)
    assert names() == []


def test_nothing_changed_is_an_empty_list_and_no_304(desk: Desk) -> None:
    for plural in ("Accounts", "Contacts", "Items", "Invoices", "CreditNotes", "Payments"):
        answer = desk.send("GET", f"/{plural}", headers={"If-Modified-Since": "2099-01-01T00:00:00"})
        assert (answer.status_code, answer.json()[plural]) == (200, []), plural


def test_tax_rates_are_always_listed_in_full(desk: Desk) -> None:
    headers = {"If-Modified-Since": "2099-01-01T00:00:00"}

    assert len(desk.send("GET", "/TaxRates", headers=headers).json()["TaxRates"]) == 17


def test_a_condition_that_cannot_be_read_fails(desk: Desk) -> None:
    assert desk.send("GET", "/Invoices", headers={"If-Modified-Since": "yesterday"}).status_code == 412


def test_a_changed_account_is_listed_as_changed(desk: Desk) -> None:
    desk.control("clock", now="2030-01-01T10:00:00Z", frozen=True)
    desk = open_desk(desk.http)
    desk.change("deactivate-account:429")

    changed = desk.send("GET", "/Accounts", headers={"If-Modified-Since": "2030-01-01T10:00:00"}).json()["Accounts"]

    assert [(one["Code"], one["Status"]) for one in changed] == [("429", "ARCHIVED")]


def test_accounts_and_tax_rates_are_filtered_as_pickers_do(desk: Desk) -> None:
    expenses = desk.get("/Accounts", where='Status=="ACTIVE" AND Class=="EXPENSE"')["Accounts"]
    sales = desk.get("/TaxRates", where='Status=="ACTIVE" AND CanApplyToRevenue==true')["TaxRates"]

    assert {one["Class"] for one in expenses} == {"EXPENSE"}
    assert all(one["CanApplyToRevenue"] for one in sales)
    assert len(desk.get("/Accounts")["Accounts"]) >= 35


def test_archived_contacts_are_listed_only_when_asked_for(desk: Desk) -> None:
    ann = desk.contact("Ann")
    desk.change(f"archive-contact:{ann}")

    assert desk.get("/Contacts")["Contacts"] == []
    (contact,) = desk.get("/Contacts", includeArchived="True")["Contacts"]
    assert contact["ContactStatus"] == "ARCHIVED"


def test_contacts_are_found_by_term_number_and_tax_id(books: Desk) -> None:
    def names(**params: str) -> list[str]:
        return [one["Name"] for one in books.get("/Contacts", **params)["Contacts"]]

    assert names(searchTerm="bea") == ["Bea & Co"]
    assert names(where='TaxNumber=="SE111111111101"') == ["Ann"]
    assert books.get("/Contacts/C-2")["Contacts"][0]["Name"] == "Bea & Co"
    assert books.get("/Contacts", page="1", pageSize="1")["pagination"]["itemCount"] == 2


def test_a_contact_shows_what_it_owes_and_is_owed(books: Desk) -> None:
    ann, bea = sorted(books.get("/Contacts")["Contacts"], key=lambda one: str(one["Name"]))

    assert (ann["IsCustomer"], ann["IsSupplier"]) == (True, False)
    assert (bea["IsCustomer"], bea["IsSupplier"]) == (False, True)
    assert bea["Balances"]["AccountsPayable"]["Outstanding"] == 250.0


def test_unknown_parameters_are_ignored(books: Desk) -> None:
    assert len(_numbers(books, nonsense="1")) == 5
