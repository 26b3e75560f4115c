"""The control API: what it does, and how it says that a call makes no sense."""

import httpx2
import pytest

from tests.sandbox.client import Desk, bill, invoice
from tests.sandbox.conftest import open_desk


@pytest.mark.parametrize(
    ("noun", "body", "field"),
    [
        ("grant", {}, "provider"),
        ("grant", {"provider": 3}, "provider"),
        ("grant", {"provider": "xero", "company": "Nobody"}, "company"),
        ("grant", {"provider": "xero", "scope": "everything"}, "scope"),
        ("faults", {"provider": "xero"}, "fault"),
        ("faults", {"provider": "xero", "fault": "explode"}, "fault"),
        ("faults", {"provider": "xero", "fault": "slow"}, "fault"),
        ("faults", {"provider": "xero", "fault": "503:5"}, "fault"),
        ("faults", {"provider": "xero", "fault": "503", "times": -1}, "times"),
        ("faults", {"provider": "xero", "fault": "503", "times": "2"}, "times"),
        ("faults", {"provider": "xero", "fault": "503", "chance": 0}, "chance"),
        ("faults", {"provider": "xero", "fault": "503", "company": "Nobody"}, "company"),
        ("faults", {"provider": "xero", "fault": "503", "path": "^("}, "path"),
        ("faults", {"provider": "xero", "fault": "503", "company_id": "x"}, "company_id"),
        ("state", {"provider": "xero"}, "change"),
        ("state", {"provider": "xero", "change": "explode"}, "change"),
        ("state", {"provider": "xero", "change": "void:nothing"}, "change"),
        ("state", {"provider": "xero", "change": "lock-period:soon"}, "change"),
        ("state", {"provider": "xero", "change": "deactivate-account:1"}, "change"),
        ("limits", {"provider": "xero", "per_hour": 1}, "per_hour"),
        ("limits", {"provider": "xero", "per_minute": "1"}, "per_minute"),
        ("settings", {"provider": "xero", "nonsense": 1}, "nonsense"),
        ("settings", {"provider": "xero", "broad_scopes": "yes"}, "broad_scopes"),
        ("settings", {"provider": "xero", "numbers_free_after": "VOIDED"}, "numbers_free_after"),
        ("clock", {"now": "soon"}, "now"),
        ("clock", {"today": "soon"}, "today"),
        ("clock", {"advance": "1"}, "advance"),
        ("seed", {"provider": "xero", "ships": [{}]}, "ships"),
        ("seed", {"provider": "xero", "contacts": {}}, "contacts"),
        ("seed", {"provider": "xero", "contacts": [{"Name": ""}]}, "contacts"),
        ("reset", ["xero"], "body"),
    ],
)
def test_input_that_makes_no_sense_is_a_400_that_names_the_field(
    http: httpx2.Client, noun: str, body: object, field: str
) -> None:
    answer = http.post(f"/_control/{noun}", json=body)

    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert answer.json()["error"]


def test_an_unknown_provider_is_a_404_that_names_it(http: httpx2.Client) -> None:
    for answer in (
        http.post("/_control/grant", json={"provider": "abacus"}),
        http.get("/_control/calls", params={"provider": "abacus"}),
        http.get("/_control/ledger/abacus/x/invoices"),
        http.post("/_control/reset", json={"provider": "abacus"}),
    ):
        assert (answer.status_code, answer.json()["provider"]) == (404, "abacus")
    assert http.get("/abacus/v1").status_code == 404
    assert http.get("/").json() == {"providers": ["xero"]}


def test_an_unknown_ledger_or_call_is_a_404(http: httpx2.Client) -> None:
    assert http.get("/_control/ledger/xero/Nobody/invoices").json()["field"] == "company"
    assert http.get("/_control/ledger/xero/Nordlys AB/ships").json()["field"] == "kind"
    assert http.get("/_control/nonsense").status_code == 404
    assert http.get("/_control/grant").status_code == 404


def test_a_company_goes_by_id_or_by_name_in_any_case(http: httpx2.Client) -> None:
    by_name = http.post("/_control/grant", json={"provider": "xero", "company": "maple & FINCH"}).json()
    by_id = http.post("/_control/grant", json={"provider": "xero", "company": by_name["company"]}).json()

    assert (by_id["company_name"], by_id["company"]) == ("Maple & Finch", by_name["company"])
    listed = http.get("/_control/companies", params={"provider": "xero"}).json()
    assert [one["name"] for one in listed] == ["Nordlys AB", "Nordlys Norge AS", "Maple & Finch"]


def test_default_ids_are_the_same_after_every_reset(desk: Desk) -> None:
    before = desk.ledger("accounts")
    desk.control("reset")

    assert desk.ledger("accounts") == before


def test_a_reset_empties_everything(desk: Desk) -> None:
    desk.create(invoice(desk.contact()))
    desk.control("faults", fault="503", times=0)
    desk.control("settings", app_name="other")
    desk.control("clock", advance=10_000)
    desk.change("rename-org:Other AB")

    desk.control("reset")

    assert desk.ledger("invoices") == desk.ledger("contacts") == desk.calls() == []
    assert desk.send("GET", "/Organisation").status_code == 401
    fresh = open_desk(desk.http)
    assert fresh.get("/Organisation")["Organisations"][0]["Name"] == "Nordlys AB"
    assert fresh.get("/Organisation")["ProviderName"] == "tieout sandbox"
    assert desk.control("limits")["per_minute"] == 60


def test_what_a_person_does_in_the_ledger_is_seen_there(desk: Desk) -> None:
    ann = desk.contact("Ann")
    sale, purchase = desk.create(invoice(ann, "A"), bill(ann, "B"))

    desk.change(f"edit:{sale['InvoiceID']}:200")
    desk.change(f"renumber:{sale['InvoiceID']}:A-9")
    desk.change(f"pay:{purchase['InvoiceID']}")
    desk.change(f"rename-contact:{ann}:Ann Ltd")
    desk.change("rename-org:Nordlys Group AB")
    desk.change("rename-account:200:Turnover")
    desk.change("add-contact:Bea:SE222222222201")

    (row,) = desk.ledger("invoices")
    assert (row["number"], row["total"], row["total_tax"], row["contact"]) == ("A-9", "200.00", "40.00", "Ann Ltd")
    (shown,) = desk.get(f"/Invoices/{sale['InvoiceID']}")["Invoices"]
    assert (shown["SubTotal"], shown["LineItems"][0]["LineAmount"]) == (160.0, 160.0)
    assert desk.ledger("bills")[0]["status"] == "PAID"
    assert desk.get("/Organisation")["Organisations"][0]["Name"] == "Nordlys Group AB"
    assert desk.get("/Accounts", where='Code=="200"')["Accounts"][0]["Name"] == "Turnover"
    assert [row["tax_number"] for row in desk.ledger("contacts")] == [None, "SE222222222201"]


def test_an_edit_keeps_amounts_that_contain_the_tax(desk: Desk) -> None:
    (sale,) = desk.create(invoice(desk.contact(), LineAmountTypes="Inclusive"))

    desk.change(f"edit:{sale['InvoiceID']}:200")

    (shown,) = desk.get(f"/Invoices/{sale['InvoiceID']}")["Invoices"]
    assert (shown["SubTotal"], shown["TotalTax"], shown["Total"]) == (160.0, 40.0, 200.0)
    assert shown["LineItems"][0]["LineAmount"] == 200.0


def test_a_removed_document_was_never_there(desk: Desk) -> None:
    ann = desk.contact()
    (sale,) = desk.create(invoice(ann))

    desk.change(f"remove:{sale['InvoiceID']}")

    assert desk.ledger("invoices") == []
    assert desk.send("GET", f"/Invoices/{sale['InvoiceID']}").status_code == 404
    assert desk.create(invoice(ann))[0]["StatusAttributeString"] == "OK"


def test_seeding_books_by_the_ordinary_rules(desk: Desk) -> None:
    ann = desk.contact("Ann", EmailAddress="ann@shop.example")
    booked = desk.control(
        "seed",
        company=desk.company,
        accounts=[
            {"Code": "4010", "Name": "Gifts", "Type": "EXPENSE"},
            {"Code": "4011", "Name": "B", "Type": "EXPENSE"},
        ],
        invoices=[invoice(ann, "A"), invoice(ann, "B")],
    )

    assert [one["InvoiceNumber"] for one in booked["invoices"]] == ["A", "B"]
    assert len(booked["accounts"]) == 2
    assert len(desk.ledger("invoices")) == 2


def test_the_clock_moves_stops_and_goes_on(desk: Desk) -> None:
    assert desk.control("clock", now="2026-02-03T04:05:06Z", frozen=True)["now"] == "2026-02-03T04:05:06+00:00"
    assert desk.http.get("/_control/clock").json()["now"] == "2026-02-03T04:05:06+00:00"
    assert desk.control("clock", today="2026-12-31")["now"] == "2026-12-31T04:05:06+00:00"
    assert desk.control("clock", advance=1.5)["now"] == "2026-12-31T04:05:07.500000+00:00"

    assert desk.control("clock", frozen=False)["now"] >= "2026-12-31T04:05:07.5"
    assert desk.http.get("/_control/clock").json()["now"] > "2026-12-31T04:05:07.5"


def test_a_document_without_a_date_is_of_the_ledgers_today(desk: Desk) -> None:
    desk.control("clock", now="2030-01-02T03:00:00Z", frozen=True)
    desk = open_desk(desk.http)

    desk.create(invoice(desk.contact(), Date=None))

    assert desk.ledger("invoices")[0]["date"] == "2030-01-02"


def test_every_setting_says_what_it_is_and_why(desk: Desk) -> None:
    listed = desk.control("settings", app_name="Shop")

    assert listed["app_name"] == {"value": "Shop", "default": "tieout sandbox", "why": "ProviderName of the envelope."}
    assert all(one["why"] for one in listed.values())
    assert desk.get("/Organisation")["ProviderName"] == "Shop"
    assert desk.http.get("/_control/settings", params={"provider": "xero"}).json() == listed


def test_faults_that_wait_can_be_seen(desk: Desk) -> None:
    desk.control("faults", fault="slow:10", times=0, path="/Invoices")

    (waiting,) = desk.http.get("/_control/faults", params={"provider": "xero"}).json()

    assert (waiting["fault"], waiting["times"], waiting["path"]) == ("slow:10", 0, "/Invoices")


def test_the_default_companies_have_books_to_work_with(http: httpx2.Client) -> None:
    countries = {}
    for name in ("Nordlys AB", "Nordlys Norge AS", "Maple & Finch"):
        desk = open_desk(http, company=name)
        (organisation,) = desk.get("/Organisation")["Organisations"]
        countries[name] = (organisation["CountryCode"], organisation["BaseCurrency"])
        accounts = {one["Code"]: one for one in desk.get("/Accounts")["Accounts"]}
        assert len(accounts) >= 35
        assert accounts.keys() >= {"090", "200", "260", "400", "477"}
        assert {"DEBTORS", "CREDITORS"} <= {one.get("SystemAccount") for one in accounts.values()}
        rates = {one["TaxType"]: one for one in desk.get("/TaxRates")["TaxRates"]}
        for account in accounts.values():
            assert account["TaxType"] in rates
        assert desk.get("/Items")["Items"]
    assert countries == {"Nordlys AB": ("SE", "SEK"), "Nordlys Norge AS": ("NO", "NOK"), "Maple & Finch": ("GB", "GBP")}


def test_a_reverse_charge_adds_nothing_and_is_no_exemption(desk: Desk) -> None:
    (rate,) = desk.get("/TaxRates/TAX010")["TaxRates"]

    assert rate["EffectiveRate"] == 0.0
    assert [part["Rate"] for part in rate["TaxComponents"]] == [25.0, -25.0]
