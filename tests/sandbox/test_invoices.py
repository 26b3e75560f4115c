"""Booking sales invoices and bills: what Xero accepts, what it refuses and in which words."""

import pytest

from tests.sandbox.client import Desk, Json, bill, invoice, messages


def _refused(desk: Desk, document: Json) -> list[str]:
    (element,) = desk.create(document)
    assert element["StatusAttributeString"] == "ERROR"
    assert element["HasErrors"] is True
    assert element["InvoiceID"] == "00000000-0000-0000-0000-000000000000"
    return messages(element)


def _line(**fields: object) -> Json:
    return {"Description": "x", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200", "TaxType": "OUTPUT", **fields}


def test_an_approved_invoice_is_booked_with_its_sums(desk: Desk) -> None:
    (booked,) = desk.create(invoice(desk.contact()))

    assert booked["StatusAttributeString"] == "OK"
    assert (booked["SubTotal"], booked["TotalTax"], booked["Total"], booked["AmountDue"]) == (100.0, 25.0, 125.0, 125.0)
    assert booked["Status"] == "AUTHORISED"
    (row,) = desk.ledger("invoices")
    assert (row["number"], row["total"], row["total_tax"], row["status"]) == ("INV-7", "125.00", "25.00", "AUTHORISED")
    assert (row["date"], row["currency"], row["contact"]) == ("2026-11-20", "SEK", "Ann")


def test_the_key_in_the_url_is_kept(desk: Desk) -> None:
    desk.create(invoice(desk.contact(), Url="https://tieout.example/k/abc"), invoice(desk.contact("Bea"), "INV-8"))

    assert [row["key"] for row in desk.ledger("invoices")] == ["https://tieout.example/k/abc", None]


def test_a_draft_needs_no_more_than_a_description(desk: Desk) -> None:
    document = {"Type": "ACCREC", "Contact": {"ContactID": desk.contact()}, "LineItems": [{"Description": "to come"}]}

    (booked,) = desk.create(document)

    assert (booked["Status"], booked["Total"], booked["LineAmountTypes"]) == ("DRAFT", 0.0, "Exclusive")
    assert booked["InvoiceNumber"] == "INV-0001"


def test_dates_are_read_in_both_forms(desk: Desk) -> None:
    ann = desk.contact()

    desk.create(invoice(ann, "A", Date="/Date(1795132800000)/"), invoice(ann, "B", Date="/Date(1795132800000+0000)/"))

    assert [row["date"] for row in desk.ledger("invoices")] == ["2026-11-20", "2026-11-20"]


@pytest.mark.parametrize(
    ("lines", "amounts", "sums"),
    [
        ([_line(UnitAmount="0.10")], "Exclusive", (0.10, 0.03, 0.13)),
        ([_line(UnitAmount="0.10"), _line(UnitAmount="0.10")], "Exclusive", (0.20, 0.06, 0.26)),
        ([_line(UnitAmount="100")], "Inclusive", (80.0, 20.0, 100.0)),
        ([_line(UnitAmount="0.30")], "Inclusive", (0.24, 0.06, 0.30)),
        ([_line(UnitAmount="100")], "NoTax", (100.0, 0.0, 100.0)),
        ([_line(Quantity=3, UnitAmount="33.335")], "Exclusive", (100.01, 25.0, 125.01)),
        ([_line(TaxAmount="24.99")], "Exclusive", (100.0, 24.99, 124.99)),
        ([_line(DiscountRate=10)], "Exclusive", (90.0, 22.5, 112.5)),
        ([_line(), _line(UnitAmount=-20)], "Exclusive", (80.0, 20.0, 100.0)),
        ([_line(TaxType="TAX003")], "Exclusive", (100.0, 0.0, 100.0)),
    ],
)
def test_tax_is_taken_per_line_half_up_and_then_added(
    desk: Desk, lines: list[Json], amounts: str, sums: tuple[float, float, float]
) -> None:
    document = invoice(desk.contact(), LineItems=lines, LineAmountTypes=amounts)

    (booked,) = desk.create(document, query="?summarizeErrors=false&unitdp=4")

    assert (booked["SubTotal"], booked["TotalTax"], booked["Total"]) == sums


def test_unit_amounts_have_two_decimals_unless_four_are_asked_for(desk: Desk) -> None:
    ann = desk.contact()
    fine = [_line(Quantity=100, UnitAmount="1.2345")]

    (two,) = desk.create(invoice(ann, "A", LineItems=fine))
    (four,) = desk.create(invoice(ann, "B", LineItems=fine), query="?unitdp=4")

    assert (two["SubTotal"], two["LineItems"][0]["UnitAmount"]) == (123.0, 1.23)
    assert (four["SubTotal"], four["LineItems"][0]["UnitAmount"]) == (123.45, 1.2345)
    assert desk.get(f"/Invoices/{four['InvoiceID']}")["Invoices"][0]["LineItems"][0]["UnitAmount"] == 1.23


def test_a_line_takes_account_tax_and_price_from_its_item(desk: Desk) -> None:
    (booked,) = desk.create(invoice(desk.contact(), LineItems=[{"ItemCode": "LAMP-01", "Quantity": 2}]))

    (line,) = booked["LineItems"]
    assert (line["AccountCode"], line["TaxType"], line["UnitAmount"]) == ("200", "OUTPUT", 450.0)
    assert booked["Total"] == 1125.0


def test_a_line_without_a_tax_type_takes_its_accounts(desk: Desk) -> None:
    (booked,) = desk.create(invoice(desk.contact(), LineItems=[_line(TaxType=None)]))

    assert booked["LineItems"][0]["TaxType"] == "OUTPUT"
    desk.control("settings", approved_lines_need_tax_type=True)
    assert _refused(desk, invoice(desk.contact("Bea"), "B", LineItems=[_line(TaxType=None)])) == [
        "Tax rate must be valid."
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"Contact": {}}, "A Contact must be specified for this type of transaction"),
        ({"LineItems": []}, "One or more line items must be specified"),
        ({"Status": "PAID"}, "Invoice not of valid status for creation"),
        ({"CurrencyCode": "NZD"}, "Users Organisation is not subscribed to currency NZD"),
        ({"LineItems": [_line(AccountCode="999")]}, "Account code '999' is not a valid code for this document."),
        ({"LineItems": [_line(AccountCode="090")]}, "Account code '090' is not a valid code for this document."),
        ({"LineItems": [_line(AccountCode="610")]}, "Account code '610' is not a valid code for this document."),
        ({"LineItems": [_line(AccountCode=None)]}, "Account code must be specified"),
        (
            {"LineItems": [_line(TaxType="GST on Income")]},
            "The TaxType code GST on Income does not exist or cannot be used for this type of transaction.",
        ),
        (
            {"LineItems": [_line(TaxType="INPUT")]},
            "The TaxType code 'INPUT' cannot be used with account code '200'.",
        ),
        (
            {"LineItems": [_line(Quantity=2, LineAmount=100)]},
            "The line total 100.00 does not match the expected line total 200.00",
        ),
        ({"LineItems": [_line(UnitAmount=-1)]}, "The total of the Invoice cannot be negative"),
        ({"LineItems": [_line(UnitAmount="10000000000")]}, "The line amount must not be more than 9,999,999,999.99"),
        ({"LineItems": [_line(Description="d" * 4001)]}, "Description must not be longer than 4000 characters"),
        ({"LineItems": [_line(ItemCode="NONE-SUCH")]}, "Item code 'NONE-SUCH' is not valid"),
        ({"InvoiceNumber": "9" * 256}, "Invoice # must not be longer than 255 characters."),
        ({"Url": "abc"}, "Url must be valid."),
    ],
)
def test_a_refusal_has_xeros_words(desk: Desk, changes: Json, words: str) -> None:
    assert _refused(desk, invoice(desk.contact(), **changes)) == [words]
    assert desk.ledger("invoices") == []


def test_every_fault_of_an_invoice_is_named_at_once(desk: Desk) -> None:
    faulty = invoice(desk.contact(), CurrencyCode="NZD", LineItems=[_line(AccountCode="999"), _line(TaxType="NOPE")])

    assert len(_refused(desk, faulty)) == 3


def test_an_archived_account_is_refused_until_it_is_back(desk: Desk) -> None:
    ann = desk.contact()
    desk.change("deactivate-account:200")

    assert _refused(desk, invoice(ann)) == [
        "Account code '200' has been archived, or has been deleted. Each line item must reference a valid account."
    ]
    desk.change("activate-account:200")
    assert desk.create(invoice(ann))[0]["StatusAttributeString"] == "OK"


def test_an_archived_contact_is_refused_until_it_is_back(desk: Desk) -> None:
    ann = desk.contact()
    desk.change(f"archive-contact:{ann}")

    assert _refused(desk, invoice(ann)) == ["The contact is archived and cannot be used."]
    desk.change(f"restore-contact:{ann}")
    assert desk.create(invoice(ann))[0]["StatusAttributeString"] == "OK"


def test_a_deleted_tax_rate_is_refused(desk: Desk) -> None:
    desk.change("deactivate-tax:TAX001")

    document = invoice(desk.contact(), LineItems=[_line(TaxType="TAX001")])
    assert "TAX001 does not exist" in _refused(desk, document)[0]


def test_a_contact_known_by_name_is_found_or_made(desk: Desk) -> None:
    ann = desk.contact("Ann")

    found, made = desk.create(
        invoice(ann, "A", Contact={"Name": "ANN"}), invoice(ann, "B", Contact={"Name": "Somebody"})
    )

    assert found["Contact"]["ContactID"] == ann
    assert made["Contact"]["Name"] == "Somebody"
    assert len(desk.ledger("contacts")) == 2


def test_a_contact_is_always_made_where_names_are_said_not_to_match(desk: Desk) -> None:
    desk.control("settings", contact_name_match=False)
    ann = desk.contact("Ann")

    desk.create(invoice(ann, "A", Contact={"Name": "Ann"}))

    assert len(desk.ledger("contacts")) == 2


def test_what_an_invoice_says_about_its_contact_changes_the_contact(desk: Desk) -> None:
    ann = desk.contact("Ann", TaxNumber="SE1", ContactPersons=[{"FirstName": "Bo"}])
    desk.create(invoice(ann, "A"))
    assert len(desk.get(f"/Contacts/{ann}")["Contacts"][0]["ContactPersons"]) == 1

    desk.create(invoice(ann, "B", Contact={"ContactID": ann, "Name": "Ann Ltd"}))

    (contact,) = desk.get(f"/Contacts/{ann}")["Contacts"]
    assert (contact["Name"], contact["TaxNumber"], contact["ContactPersons"]) == ("Ann Ltd", "SE1", [])


def test_no_contact_is_made_for_an_invoice_that_is_refused(desk: Desk) -> None:
    _refused(desk, invoice("", Contact={"Name": "Somebody"}, CurrencyCode="NZD"))

    assert desk.ledger("contacts") == []


def test_a_sales_number_is_unique_in_any_case(desk: Desk) -> None:
    ann = desk.contact()
    desk.create(invoice(ann, "INV-7"))

    assert _refused(desk, invoice(ann, "inv-7")) == ["Invoice # must be unique."]
    assert len(desk.ledger("invoices")) == 1


def test_a_sales_number_is_unique_within_one_call(desk: Desk) -> None:
    ann = desk.contact()

    first, second = desk.create(invoice(ann), invoice(ann))

    assert (first["StatusAttributeString"], second["StatusAttributeString"]) == ("OK", "ERROR")


def test_two_bills_with_one_number_stay_two(desk: Desk) -> None:
    ann = desk.contact()

    desk.create(bill(ann, "B-1"))
    desk.create(bill(ann, "B-1"))

    assert [row["number"] for row in desk.ledger("bills")] == ["B-1", "B-1"]


def test_a_deleted_drafts_number_is_free_and_a_voided_ones_is_not(desk: Desk) -> None:
    ann = desk.contact()
    draft, approved = desk.create(invoice(ann, "A", Status="DRAFT"), invoice(ann, "B"))
    desk.change(f"delete:{draft['InvoiceID']}")
    desk.change(f"void:{approved['InvoiceID']}")

    assert desk.create(invoice(ann, "A"))[0]["StatusAttributeString"] == "OK"
    assert _refused(desk, invoice(ann, "B")) == ["Invoice # must be unique."]
    desk.control("settings", numbers_free_after=["DELETED", "VOIDED"])
    assert desk.create(invoice(ann, "B"))[0]["StatusAttributeString"] == "OK"


def test_a_foreign_currency_gets_a_rate(desk: Desk) -> None:
    (booked,) = desk.create(invoice(desk.contact(), CurrencyCode="EUR"))

    assert booked["CurrencyCode"] == "EUR"
    assert 0 < booked["CurrencyRate"] < 1
    assert desk.ledger("invoices")[0]["currency"] == "EUR"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            "lock-period:2026-11-20",
            "The document date cannot be before the period lock date, currently set at 20-Nov-2026",
        ),
        (
            "lock-year:2026-11-20",
            "The document date cannot be before the end of year lock date, currently set at 20-Nov-2026",
        ),
    ],
)
def test_a_closed_period_takes_no_documents_up_to_its_last_day(desk: Desk, change: str, words: str) -> None:
    ann = desk.contact()
    desk.change(change)

    assert _refused(desk, invoice(ann)) == [words]
    assert desk.create(invoice(ann, Date="2026-11-21"))[0]["StatusAttributeString"] == "OK"
    desk.change(change.split(":")[0] + ":")
    assert desk.create(invoice(ann, "INV-8"))[0]["StatusAttributeString"] == "OK"


def test_whether_a_closed_period_holds_drafts_is_a_setting(desk: Desk) -> None:
    ann = desk.contact()
    desk.change("lock-period:2026-11-20")
    assert len(_refused(desk, invoice(ann, Status="DRAFT"))) == 1

    desk.control("settings", lock_dates_hold_drafts=False)
    assert desk.create(invoice(ann, Status="DRAFT"))[0]["StatusAttributeString"] == "OK"


def test_the_plan_may_cap_approvals(desk: Desk) -> None:
    ann = desk.contact()
    desk.change("limit-approvals:1")

    first, second, draft = desk.create(invoice(ann, "A"), invoice(ann, "B"), invoice(ann, "C", Status="DRAFT"))

    assert (first["StatusAttributeString"], draft["StatusAttributeString"]) == ("OK", "OK")
    assert messages(second) == ["You have reached the limit of invoices you can approve"]


@pytest.mark.parametrize(
    "changes",
    [
        {"LineAmountTypes": "NO_TAX"},
        {"Date": "20261120"},
        {"LineItems": [_line(UnitAmount="much")]},
        {"LineItems": "none"},
        {"Contact": "Ann"},
    ],
)
def test_a_value_of_the_wrong_kind_refuses_the_whole_call(desk: Desk, changes: Json) -> None:
    ann = desk.contact()

    answer = desk.send("PUT", "/Invoices?summarizeErrors=false", {"Invoices": [invoice(ann, **changes)]})

    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 14)
    assert answer.json()["Type"] == "PostDataInvalidException"
