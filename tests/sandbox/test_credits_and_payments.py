"""Credit notes, what they are allocated to, and payments."""

import pytest

from tests.sandbox.client import Desk, Json, bill, invoice, messages


def _credit(contact: str, number: str = "CN-1", **fields: object) -> Json:
    sale = str(fields.get("Type", "ACCRECCREDIT")) == "ACCRECCREDIT"
    line = {"Description": "Back", "Quantity": 1, "UnitAmount": 40, "AccountCode": "200", "TaxType": "OUTPUT"}
    if not sale:
        line |= {"AccountCode": "469", "TaxType": "INPUT"}
    return {
        "Type": "ACCRECCREDIT",
        "Contact": {"ContactID": contact},
        "CreditNoteNumber": number,
        "Date": "2026-11-20",
        "Status": "AUTHORISED",
        "LineItems": [line],
        **fields,
    }


def _book(desk: Desk, *credits_: Json) -> list[Json]:
    answer = desk.send("PUT", "/CreditNotes?summarizeErrors=false", {"CreditNotes": list(credits_)})
    assert answer.status_code == 200, answer.text
    booked: list[Json] = answer.json()["CreditNotes"]
    return booked


def _allocate(desk: Desk, credit: Json, document: Json, amount: float) -> tuple[int, Json]:
    body = {"Allocations": [{"Invoice": {"InvoiceID": document["InvoiceID"]}, "Amount": amount, "Date": "2026-11-20"}]}
    answer = desk.send("PUT", f"/CreditNotes/{credit['CreditNoteID']}/Allocations", body)
    return answer.status_code, answer.json()


def _pay(desk: Desk, document: Json, amount: float, account: str = "090") -> tuple[int, Json]:
    payment = {
        "Invoice": {"InvoiceID": document["InvoiceID"]},
        "Account": {"Code": account},
        "Date": "2026-11-20",
        "Amount": amount,
    }
    answer = desk.send("PUT", "/Payments", {"Payments": [payment]})
    return answer.status_code, answer.json()


def test_a_credit_note_is_booked_with_its_remaining_credit(desk: Desk) -> None:
    (credit,) = _book(desk, _credit(desk.contact()))

    assert (credit["Total"], credit["RemainingCredit"], credit["CreditNoteNumber"]) == (50.0, 50.0, "CN-1")
    (row,) = desk.ledger("credit-notes")
    assert (row["number"], row["total"], row["key"]) == ("CN-1", "50.00", None)


def test_sales_credit_numbers_are_unique_and_supplier_ones_are_not(desk: Desk) -> None:
    ann = desk.contact()
    _book(desk, _credit(ann), _credit(ann, "S-1", Type="ACCPAYCREDIT"), _credit(ann, "S-1", Type="ACCPAYCREDIT"))

    (again,) = _book(desk, _credit(ann))

    assert messages(again) == ["Credit note # must be unique."]
    assert len(desk.ledger("bill-credits")) == 2
    desk.control("settings", credit_numbers_unique=False)
    assert _book(desk, _credit(ann))[0]["StatusAttributeString"] == "OK"


def test_an_allocation_lowers_both_sides_and_closes_the_credit_note(desk: Desk) -> None:
    ann = desk.contact()
    (booked,) = desk.create(invoice(ann))
    (credit,) = _book(desk, _credit(ann))

    status, body = _allocate(desk, credit, booked, 50)

    assert (status, body["Allocations"][0]["Amount"]) == (200, 50.0)
    (after,) = desk.get(f"/Invoices/{booked['InvoiceID']}")["Invoices"]
    assert (after["AmountDue"], after["AmountCredited"]) == (75.0, 50.0)
    assert after["CreditNotes"][0]["AppliedAmount"] == 50.0
    (used,) = desk.get(f"/CreditNotes/{credit['CreditNoteID']}")["CreditNotes"]
    assert (used["Status"], used["RemainingCredit"]) == ("PAID", 0.0)
    assert used["Allocations"][0]["Invoice"]["InvoiceID"] == booked["InvoiceID"]


def test_an_allocation_taken_back_opens_both_again(desk: Desk) -> None:
    ann = desk.contact()
    (booked,) = desk.create(invoice(ann))
    (credit,) = _book(desk, _credit(ann))
    _, body = _allocate(desk, credit, booked, 50)
    address = f"/CreditNotes/{credit['CreditNoteID']}/Allocations/{body['Allocations'][0]['AllocationID']}"

    removed = desk.send("DELETE", address)

    assert removed.json()["Allocations"][0]["IsDeleted"] is True
    assert desk.ledger("invoices")[0]["due"] == "125.00"
    assert desk.ledger("credit-notes")[0]["status"] == "AUTHORISED"
    assert desk.send("DELETE", address).status_code == 404


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("draft", "Credit notes can only be allocated when they are Authorised"),
        ("too much", "The amount to allocate exceeds the remaining credit"),
        ("more than due", "The amount to allocate exceeds the amount outstanding on this document"),
        ("other contact", "The credit note and the document must be of the same type and contact"),
        ("nothing", "Amount must be greater than zero"),
    ],
)
def test_an_allocation_that_does_not_fit_is_refused(desk: Desk, case: str, words: str) -> None:
    ann = desk.contact()
    (booked,) = desk.create(invoice(desk.contact("Bea") if case == "other contact" else ann))
    (credit,) = _book(desk, _credit(ann, Status="DRAFT" if case == "draft" else "AUTHORISED"))
    if case == "more than due":
        desk.change(f"pay:{booked['InvoiceID']}:100")

    status, body = _allocate(desk, credit, booked, {"too much": 51, "nothing": 0}.get(case, 50))

    assert (status, messages(body["Elements"][0])) == (400, [words])


def test_a_full_payment_makes_it_paid_and_reversing_opens_it_again(desk: Desk) -> None:
    (booked,) = desk.create(bill(desk.contact()))

    status, body = _pay(desk, booked, 125)

    assert status == 200
    (payment,) = body["Payments"]
    assert (payment["PaymentType"], payment["Invoice"]["Status"]) == ("ACCPAYPAYMENT", "PAID")
    (paid,) = desk.get(f"/Invoices/{booked['InvoiceID']}")["Invoices"]
    assert (paid["Status"], paid["AmountDue"], paid["FullyPaidOnDate"]) == ("PAID", 0.0, "/Date(1795132800000+0000)/")
    reversed_ = desk.send("POST", f"/Payments/{payment['PaymentID']}", {"Status": "DELETED"})
    assert reversed_.json()["Payments"][0]["Status"] == "DELETED"
    assert desk.ledger("bills")[0]["status"] == "AUTHORISED"
    assert desk.send("POST", f"/Payments/{payment['PaymentID']}", {"Status": "DELETED"}).status_code == 400


@pytest.mark.parametrize(
    ("status", "amount", "account", "words"),
    [
        ("AUTHORISED", 126, "090", "Payment amount exceeds the amount outstanding on this document"),
        ("DRAFT", 1, "090", "Payments can only be made against Authorised documents"),
        ("AUTHORISED", 0, "090", "Payment amount must be greater than zero"),
        (
            "AUTHORISED",
            1,
            "200",
            "A valid bank account, or an account that payments are enabled for, must be specified",
        ),
    ],
)
def test_a_payment_that_does_not_fit_is_refused(
    desk: Desk, status: str, amount: float, account: str, words: str
) -> None:
    (booked,) = desk.create(invoice(desk.contact(), Status=status))

    code, body = _pay(desk, booked, amount, account)

    assert (code, messages(body["Elements"][0])) == (400, [words])


def test_post_takes_one_bare_payment(desk: Desk) -> None:
    (booked,) = desk.create(invoice(desk.contact()))
    payment = {
        "Invoice": {"InvoiceID": booked["InvoiceID"]},
        "Account": {"Code": "855"},
        "Date": "/Date(1795132800000)/",
        "Amount": 25.0,
    }

    answer = desk.send("POST", "/Payments", payment)

    assert answer.status_code == 200
    assert desk.send("POST", "/Payments", {"Payments": [payment, payment]}).status_code == 400
    assert [row["amount"] for row in desk.ledger("payments")] == ["25.00"]


def test_a_credit_note_can_be_paid_out(desk: Desk) -> None:
    (credit,) = _book(desk, _credit(desk.contact()))
    payment = {"CreditNote": {"CreditNoteID": credit["CreditNoteID"]}, "Account": {"Code": "090"}, "Amount": 50}

    body = desk.send("PUT", "/Payments", {"Payments": [payment]}).json()

    assert body["Payments"][0]["PaymentType"] == "ARCREDITPAYMENT"
    assert desk.ledger("credit-notes")[0]["status"] == "PAID"
