"""Changing documents that are in the books: create-or-update, update by id, and the moves of the status machine."""

from typing import Any

import pytest

from tests.sandbox.client import Desk, Json, bill, invoice, messages


def _booked(desk: Desk, **fields: Any) -> Json:
    return desk.create(invoice(desk.contact(), **fields))[0]


def _post(desk: Desk, identity: str, **fields: object) -> tuple[int, Json]:
    answer = desk.send("POST", f"/Invoices/{identity}", {"Invoices": [{"InvoiceID": identity, **fields}]})
    return answer.status_code, answer.json()


def _refusal(desk: Desk, identity: str, **fields: object) -> list[str]:
    status, body = _post(desk, identity, **fields)
    assert status == 400
    assert (body["ErrorNumber"], body["Type"]) == (10, "ValidationException")
    return messages(body["Elements"][0])


def test_posting_a_known_sales_number_silently_changes_that_invoice(desk: Desk) -> None:
    ann = desk.contact()
    (first,) = desk.create(invoice(ann))
    line = {"Description": "Other", "Quantity": 1, "UnitAmount": 10, "AccountCode": "200", "TaxType": "OUTPUT"}

    answer = desk.send("POST", "/Invoices", {"Invoices": [invoice(ann, LineItems=[line])]})

    assert answer.json()["Invoices"][0]["InvoiceID"] == first["InvoiceID"]
    assert [row["total"] for row in desk.ledger("invoices")] == ["12.50"]


def test_posting_a_bill_again_makes_a_second_one(desk: Desk) -> None:
    ann = desk.contact()
    desk.create(bill(ann))

    desk.send("POST", "/Invoices", {"Invoices": [bill(ann)]})

    assert len(desk.ledger("bills")) == 2


def test_posting_a_voided_number_is_refused(desk: Desk) -> None:
    ann = desk.contact()
    (first,) = desk.create(invoice(ann))
    desk.change(f"void:{first['InvoiceID']}")

    answer = desk.send("POST", "/Invoices?summarizeErrors=false", {"Invoices": [invoice(ann)]})

    assert messages(answer.json()["Invoices"][0]) == ["Invoice not of valid status for modification"]


@pytest.mark.parametrize(
    ("start", "target"),
    [("DRAFT", "SUBMITTED"), ("DRAFT", "AUTHORISED"), ("DRAFT", "DELETED"), ("SUBMITTED", "AUTHORISED"),
     ("SUBMITTED", "DELETED"), ("AUTHORISED", "VOIDED")],
)  # fmt: skip
def test_a_document_moves_along_the_published_ways(desk: Desk, start: str, target: str) -> None:
    identity = _booked(desk, Status=start)["InvoiceID"]

    status, body = _post(desk, identity, Status=target)

    assert (status, body["Invoices"][0]["Status"]) == (200, target)
    assert desk.ledger("invoices")[0]["status"] == target


@pytest.mark.parametrize(
    ("start", "target"), [("DRAFT", "VOIDED"), ("AUTHORISED", "DRAFT"), ("AUTHORISED", "DELETED"), ("DRAFT", "PAID")]
)
def test_a_document_takes_no_other_way(desk: Desk, start: str, target: str) -> None:
    identity = _booked(desk, Status=start)["InvoiceID"]

    assert _refusal(desk, identity, Status=target) == ["Invoice not of valid status for modification"]


@pytest.mark.parametrize("end", ["void", "delete"])
def test_what_is_voided_or_deleted_stays_as_it_is(desk: Desk, end: str) -> None:
    identity = _booked(desk)["InvoiceID"]
    desk.change(f"{end}:{identity}")

    assert _refusal(desk, identity, Reference="x") == ["Invoice not of valid status for modification"]


def test_a_voided_document_owes_nothing(desk: Desk) -> None:
    identity = _booked(desk)["InvoiceID"]

    _, body = _post(desk, identity, Status="VOIDED")

    assert (body["Invoices"][0]["AmountDue"], body["Invoices"][0]["Total"]) == (0.0, 125.0)


def test_an_approved_invoice_without_payments_may_be_edited(desk: Desk) -> None:
    identity = _booked(desk)["InvoiceID"]
    line = {"Description": "Less", "Quantity": 1, "UnitAmount": 50, "AccountCode": "200", "TaxType": "OUTPUT"}

    status, body = _post(desk, identity, LineItems=[line], Reference="Order 9")

    assert status == 200
    assert (body["Invoices"][0]["Total"], body["Invoices"][0]["Reference"]) == (62.5, "Order 9")


def test_what_an_update_does_not_name_stays(desk: Desk) -> None:
    before = _booked(desk, Url="https://tieout.example/k/1")

    _, body = _post(desk, before["InvoiceID"], Reference="Order 9")

    after = body["Invoices"][0]
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed == {"Reference", "UpdatedDateUTC", "UpdatedDateUTCString", "StatusAttributeString"}


def test_a_line_sent_without_its_id_is_made_anew(desk: Desk) -> None:
    before = _booked(desk)
    (line,) = before["LineItems"]
    other = {"Description": "More", "Quantity": 1, "UnitAmount": 1, "AccountCode": "200", "TaxType": "OUTPUT"}

    _, kept = _post(desk, before["InvoiceID"], LineItems=[{"LineItemID": line["LineItemID"]}, other])
    _, fresh = _post(desk, before["InvoiceID"], LineItems=[{**other, "Description": "Lamp"}])

    ids = [one["LineItemID"] for one in kept["Invoices"][0]["LineItems"]]
    assert ids[0] == line["LineItemID"]
    assert kept["Invoices"][0]["SubTotal"] == 101.0
    assert fresh["Invoices"][0]["LineItems"][0]["LineItemID"] not in ids


def test_approving_a_draft_checks_its_lines(desk: Desk) -> None:
    identity = _booked(desk, Status="DRAFT", LineItems=[{"Description": "x", "Quantity": 1, "UnitAmount": 5}])[
        "InvoiceID"
    ]

    assert _refusal(desk, identity, Status="AUTHORISED") == ["Account code must be specified"]


def test_a_part_paid_invoice_is_locked(desk: Desk) -> None:
    identity = _booked(desk)["InvoiceID"]
    desk.change(f"pay:{identity}:25")
    words = ["This document cannot be edited as it has a payment or credit note allocated to it."]

    assert _refusal(desk, identity, Status="VOIDED") == words
    assert _refusal(desk, identity, Date="2026-11-21") == words
    assert _post(desk, identity, Reference="still allowed")[0] == 200


def test_a_paid_bill_may_have_its_texts_changed_and_a_paid_invoice_not(desk: Desk) -> None:
    (paid_bill,) = desk.create(bill(desk.contact()))
    paid_invoice = _booked(desk, Contact={"Name": "Bea"})
    desk.change(f"pay:{paid_bill['InvoiceID']}")
    desk.change(f"pay:{paid_invoice['InvoiceID']}")

    assert _post(desk, paid_bill["InvoiceID"], Reference="x")[0] == 200
    assert _refusal(desk, paid_invoice["InvoiceID"], Reference="x") == ["Invoice not of valid status for modification"]


def test_a_number_cannot_be_changed_to_one_that_is_taken(desk: Desk) -> None:
    ann = desk.contact()
    desk.create(invoice(ann, "A"))
    (second,) = desk.create(invoice(ann, "B"))

    assert _refusal(desk, second["InvoiceID"], InvoiceNumber="A") == ["Invoice # must be unique."]


def test_a_document_in_a_closed_period_can_be_neither_voided_nor_moved_out_of_it(desk: Desk) -> None:
    identity = _booked(desk)["InvoiceID"]
    desk.change("lock-period:2026-11-30")

    assert "period lock date" in _refusal(desk, identity, Status="VOIDED")[0]
    assert "period lock date" in _refusal(desk, identity, Date="2026-12-01")[0]
    assert _post(desk, identity, Reference="texts are no bookings")[0] == 200


def test_an_unknown_id_is_not_found(desk: Desk) -> None:
    nobody = "11111111-1111-1111-1111-111111111111"

    for method in ("GET", "POST"):
        answer = desk.send(method, f"/Invoices/{nobody}", {"Invoices": [{"Reference": "x"}]})
        assert answer.status_code == 404
        assert answer.headers["Content-Type"].startswith("text/html")
        assert answer.text == "The resource you're looking for cannot be found"


def test_the_history_tells_what_happened(desk: Desk) -> None:
    identity = _booked(desk, Status="DRAFT")["InvoiceID"]
    _post(desk, identity, Status="AUTHORISED")

    noted = desk.send("PUT", f"/Invoices/{identity}/History", {"HistoryRecords": [{"Details": "Sent by tieout"}]})

    assert noted.status_code == 200
    records = desk.get(f"/Invoices/{identity}/History")["HistoryRecords"]
    assert [one["Changes"] for one in records] == ["Note", "Approved", "Created"]
    assert records[0]["Details"] == "Sent by tieout"
