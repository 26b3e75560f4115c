"""Files at documents: raw bytes in, the same bytes out."""

import pytest

from tests.sandbox.client import Desk, Json, bill, invoice

PDF = b"%PDF-1.7 original"


def _attach(desk: Desk, identity: str, name: str, content: bytes = PDF, **params: str) -> tuple[int, Json]:
    answer = desk.send(
        "PUT",
        f"/Invoices/{identity}/Attachments/{name}",
        content=content,
        params=params,
        headers={"Content-Type": "application/octet-stream"},
    )
    return answer.status_code, answer.json()


def test_a_file_comes_back_as_it_was_sent(desk: Desk) -> None:
    (booked,) = desk.create(bill(desk.contact()))
    identity = booked["InvoiceID"]

    status, body = _attach(desk, identity, "a b.pdf", IncludeOnline="True")

    assert status == 200
    (file,) = body["Attachments"]
    assert (file["FileName"], file["MimeType"], file["ContentLength"]) == ("a b.pdf", "application/pdf", len(PDF))
    assert file["IncludeOnline"] is True
    assert desk.get(f"/Invoices/{identity}/Attachments")["Attachments"] == [file]
    for name in ("a b.pdf", file["AttachmentID"]):
        answer = desk.send("GET", f"/Invoices/{identity}/Attachments/{name}", headers={"Accept": "application/pdf"})
        assert (answer.content, answer.headers["Content-Type"]) == (PDF, "application/pdf")
    assert desk.ledger("bills")[0]["has_attachments"] is True


def test_a_known_name_is_replaced(desk: Desk) -> None:
    identity = desk.create(invoice(desk.contact()))[0]["InvoiceID"]
    _attach(desk, identity, "a.pdf")
    _attach(desk, identity, "A.pdf", b"second")

    (row,) = desk.ledger("attachments")
    assert (row["name"], row["length"]) == ("A.pdf", 6)


def test_an_eleventh_file_is_refused(desk: Desk) -> None:
    identity = desk.create(invoice(desk.contact()))[0]["InvoiceID"]

    codes = [_attach(desk, identity, f"{number}.pdf")[0] for number in range(11)]

    assert codes == [200] * 10 + [400]
    assert _attach(desk, identity, "3.pdf")[0] == 200


@pytest.mark.parametrize("name", ["a+b.pdf", "a%3Ab.pdf", "a%7Cb.pdf", "a%2Ab.pdf"])
def test_a_forbidden_name_is_refused(desk: Desk, name: str) -> None:
    identity = desk.create(invoice(desk.contact()))[0]["InvoiceID"]

    assert _attach(desk, identity, name)[0] == 400


def test_a_file_of_more_than_ten_megabytes_is_refused(desk: Desk) -> None:
    identity = desk.create(invoice(desk.contact()))[0]["InvoiceID"]

    assert _attach(desk, identity, "big.pdf", b"x" * (10 * 1024 * 1024))[0] == 200
    assert _attach(desk, identity, "bigger.pdf", b"x" * (10 * 1024 * 1024 + 1))[0] == 400
    assert _attach(desk, identity, "empty.pdf", b"")[0] == 400


def test_a_file_of_an_unknown_document_is_not_found(desk: Desk) -> None:
    nobody = "11111111-1111-1111-1111-111111111111"
    identity = desk.create(invoice(desk.contact()))[0]["InvoiceID"]

    assert desk.send("GET", f"/Invoices/{nobody}/Attachments").status_code == 404
    assert desk.send("GET", f"/CreditNotes/{identity}/Attachments").status_code == 404
    assert desk.send("GET", f"/Invoices/{identity}/Attachments/none.pdf").status_code == 404
