"""The outer forms of answers: XML, media types, addresses in any case, and the ways of being turned away."""

import xml.etree.ElementTree as ElementTree

from tests.sandbox.client import API, Desk, invoice


def test_without_json_in_accept_the_answer_is_xml(desk: Desk) -> None:
    desk.create(invoice(desk.contact("Ann & Co"), Status="DRAFT"))

    answer = desk.send("GET", "/Invoices?page=1", headers={"Accept": "*/*"})

    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    root = ElementTree.fromstring(answer.text)  # noqa: S314 - our own server's answer
    assert root.tag == "Response"
    assert root.findtext("Status") == "OK"
    assert root.findtext("Invoices/Invoice/Contact/Name") == "Ann & Co"
    assert root.findtext("Invoices/Invoice/Date") == "2026-11-20T00:00:00"
    assert root.findtext("Invoices/Invoice/LineItems/LineItem/AccountCode") == "200"
    assert root.find("Invoices/Invoice/DateString") is None


def test_a_refusal_in_xml_lists_its_elements(desk: Desk) -> None:
    document = invoice(desk.contact(), CurrencyCode="NZD")

    answer = desk.send("PUT", "/Invoices", {"Invoices": [document]}, {"Accept": "application/xml"})

    assert answer.status_code == 400
    root = ElementTree.fromstring(answer.text)  # noqa: S314 - our own server's answer
    assert (root.tag, root.findtext("ErrorNumber"), root.findtext("Type")) == (
        "ApiException",
        "10",
        "ValidationException",
    )
    element = root.find("Elements/DataContractBase")
    assert element is not None
    assert element.get("{http://www.w3.org/2001/XMLSchema-instance}type") == "Invoice"
    assert element.findtext("ValidationErrors/ValidationError/Message") == (
        "Users Organisation is not subscribed to currency NZD"
    )


def test_the_envelope_has_its_four_members_and_the_id_is_the_correlation(desk: Desk) -> None:
    answer = desk.send("GET", "/Organisation")

    body = answer.json()
    assert list(body) == ["Id", "Status", "ProviderName", "DateTimeUTC", "Organisations"]
    assert answer.headers["Xero-Correlation-Id"] == body["Id"]
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["Cache-Control"] == "max-age=0, no-cache, no-store"


def test_addresses_are_matched_in_any_case(desk: Desk) -> None:
    headers = {"Authorization": f"Bearer {desk.token}", "xero-tenant-id": desk.company, "Accept": "application/json"}

    assert desk.send("GET", "/oRGANISATION").status_code == 200
    assert desk.http.get("/xero/API.XRO/2.0/invoices/", headers=headers).status_code == 200
    assert desk.http.get("/xero/CONNECTIONS", headers=headers).status_code == 200


def test_a_body_of_another_kind_is_not_supported(desk: Desk) -> None:
    answer = desk.send("PUT", "/Invoices", content=b"<Invoices/>", headers={"Content-Type": "text/xml"})

    assert answer.status_code == 415


def test_an_unknown_address_is_not_found(desk: Desk) -> None:
    answer = desk.send("GET", "/Nonsense")

    assert (answer.status_code, answer.text) == (404, "The resource you're looking for cannot be found")
    assert desk.http.get("/xero/nonsense").status_code == 404


def test_a_verb_an_address_does_not_have_is_not_implemented_in_xml(desk: Desk) -> None:
    answer = desk.send("DELETE", "/Invoices")

    root = ElementTree.fromstring(answer.text)  # noqa: S314 - our own server's answer
    assert (answer.status_code, root.findtext("ErrorNumber")) == (501, "20")
    assert root.findtext("Type") == "ApiMethodNotImplementedException"


def test_a_call_without_a_token_or_an_organisation_is_turned_away(desk: Desk) -> None:
    bearer = {"Authorization": f"Bearer {desk.token}"}

    assert desk.http.get(API + "/Organisation").status_code == 401
    assert desk.http.get(API + "/Organisation", headers=bearer).status_code == 403
    assert desk.http.get("/xero/connections").status_code == 401


def test_the_organisation_tells_its_locks_and_currency(desk: Desk) -> None:
    desk.change("lock-period:2025-12-31")
    desk.change("lock-year:2024-12-31")

    (organisation,) = desk.get("/Organisation")["Organisations"]

    assert organisation["PeriodLockDate"] == "/Date(1767139200000+0000)/"
    assert organisation["EndOfYearLockDate"] == "/Date(1735603200000+0000)/"
    assert (organisation["BaseCurrency"], organisation["CountryCode"]) == ("SEK", "SE")
    actions = {one["Name"]: one["Status"] for one in desk.get("/Organisation/Actions")["Actions"]}
    assert actions["CreateApprovedInvoice"] == actions["UseMulticurrency"] == "ALLOWED"
    currencies = {one["Code"] for one in desk.get("/Currencies")["Currencies"]}
    assert currencies == {"SEK", "EUR", "GBP", "USD", "NOK", "DKK"}
