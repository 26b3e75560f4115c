"""Several elements in one call: each is booked for itself, and the refused ones are reported in one of two ways."""

from tests.sandbox.client import Desk, invoice, messages

NIL = "00000000-0000-0000-0000-000000000000"


def test_without_summaries_every_element_is_answered_in_order(desk: Desk) -> None:
    ann = desk.contact()
    batch = [invoice(ann, f"N-{number}") for number in range(10)]
    batch[4]["CurrencyCode"] = "NZD"

    answer = desk.send("PUT", "/Invoices?summarizeErrors=False", {"Invoices": batch})

    assert answer.status_code == 200
    elements = answer.json()["Invoices"]
    assert [one["InvoiceNumber"] for one in elements] == [f"N-{number}" for number in range(10)]
    assert [one["StatusAttributeString"] for one in elements].count("OK") == 9
    assert (elements[4]["StatusAttributeString"], elements[4]["InvoiceID"]) == ("ERROR", NIL)
    assert len(desk.ledger("invoices")) == 9


def test_with_summaries_one_bad_element_turns_the_answer_into_a_400_though_the_others_are_booked(desk: Desk) -> None:
    ann = desk.contact()
    batch = [invoice(ann, "GOOD-1"), invoice(ann, "BAD", CurrencyCode="NZD"), invoice(ann, "GOOD-2")]

    answer = desk.send("PUT", "/Invoices", {"Invoices": batch})

    assert answer.status_code == 400
    body = answer.json()
    assert {name: body[name] for name in ("ErrorNumber", "Type", "Message")} == {
        "ErrorNumber": 10,
        "Type": "ValidationException",
        "Message": "A validation exception occurred",
    }
    assert [one["InvoiceNumber"] for one in body["Elements"]] == ["BAD"]
    assert body["Elements"][0]["InvoiceID"] == NIL
    assert messages(body["Elements"][0]) == ["Users Organisation is not subscribed to currency NZD"]
    assert [row["number"] for row in desk.ledger("invoices")] == ["GOOD-1", "GOOD-2"]


def test_a_good_call_has_no_status_words_unless_asked(desk: Desk) -> None:
    ann = desk.contact()

    (plain,) = desk.create(invoice(ann, "A"), query="")
    (asked,) = desk.create(invoice(ann, "B"), query="?summarizeErrors=false")

    assert "StatusAttributeString" not in plain
    assert asked["StatusAttributeString"] == "OK"


def test_a_refused_element_is_shown_as_it_was_sent(desk: Desk) -> None:
    ann = desk.contact()
    sent = invoice(ann, Reference="Order 1", Url="https://tieout.example/k/1", CurrencyCode="NZD")

    (refused,) = desk.create(sent)

    for name in ("Type", "InvoiceNumber", "Reference", "Url", "Status", "CurrencyCode"):
        assert refused[name] == sent[name]
    assert refused["Date"] == "/Date(1795132800000+0000)/"
    assert refused["Contact"]["ContactID"] == ann
    assert refused["LineItems"][0]["AccountCode"] == "200"


def test_an_empty_or_broken_body_is_bad_data(desk: Desk) -> None:
    for body in (b"", b"{", b"[]", b"3", b'{"Invoices":[]}', b'{"Invoices":["x"]}'):
        answer = desk.send("PUT", "/Invoices", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["Type"]) == (400, "PostDataInvalidException"), body


def test_contacts_report_the_same_two_ways(desk: Desk) -> None:
    desk.contact("Ann")
    batch = {"Contacts": [{"Name": "Ann"}, {"Name": "Bea"}, {"Name": "Cy", "EmailAddress": "nowhere"}]}

    quiet = desk.send("PUT", "/Contacts?summarizeErrors=false", batch)

    assert quiet.status_code == 200
    assert [one.get("StatusAttributeString") for one in quiet.json()["Contacts"]] == ["ERROR", "OK", "ERROR"]
    assert quiet.json()["Contacts"][0]["HasValidationErrors"] is True
    loud = desk.send("PUT", "/Contacts", {"Contacts": [{"Name": "Bea"}]})
    assert loud.status_code == 400
    (words,) = messages(loud.json()["Elements"][0])
    assert words == (
        "The contact name Bea is already assigned to another contact."
        " The contact name must be unique across all active contacts."
    )
