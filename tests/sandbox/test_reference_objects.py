"""Contacts, accounts, tax rates and items: making and changing them through the API."""

from tests.sandbox.client import Desk, Json, messages


def _post(desk: Desk, address: str, body: Json) -> Json:
    answer = desk.send("POST", address, body)
    assert answer.status_code == 200, answer.text
    answered: Json = answer.json()
    return answered


def test_posting_a_known_contact_changes_it_and_only_what_was_sent(desk: Desk) -> None:
    ann = desk.contact("Ann", TaxNumber="SE1", EmailAddress="ann@shop.example")

    by_name = _post(desk, "/Contacts", {"Contacts": [{"Name": "ann", "AccountNumber": "7"}]})["Contacts"][0]
    by_id = _post(desk, f"/Contacts/{ann}", {"Contacts": [{"Name": "Ann Ltd"}]})["Contacts"][0]

    assert by_name["ContactID"] == by_id["ContactID"] == ann
    assert (by_id["Name"], by_id["TaxNumber"], by_id["AccountNumber"]) == ("Ann Ltd", "SE1", "7")
    assert by_id["EmailAddress"] == "ann@shop.example"


def test_addresses_phones_and_persons_come_back(desk: Desk) -> None:
    sent = {
        "Name": "Ann",
        "Addresses": [{"AddressType": "STREET", "AddressLine1": "1 Road", "City": "Umeå", "Country": "Sweden"}],
        "Phones": [{"PhoneType": "MOBILE", "PhoneNumber": "070"}],
        "ContactPersons": [{"FirstName": "Bo", "EmailAddress": "bo@shop.example", "IncludeInEmails": True}],
    }

    ann = _post(desk, "/Contacts", {"Contacts": [sent]})["Contacts"][0]

    (street,) = [one for one in ann["Addresses"] if one["AddressType"] == "STREET"]
    assert (street["AddressLine1"], street["City"], street["PostalCode"]) == ("1 Road", "Umeå", "")
    (mobile,) = [one for one in ann["Phones"] if one["PhoneType"] == "MOBILE"]
    assert mobile["PhoneNumber"] == "070"
    assert ann["ContactPersons"][0]["IncludeInEmails"] is True


def test_a_contact_archived_through_the_api_frees_its_name(desk: Desk) -> None:
    ann = desk.contact("Ann")
    _post(desk, f"/Contacts/{ann}", {"ContactStatus": "ARCHIVED"})

    assert desk.contact("Ann") != ann


def test_an_account_is_made_changed_archived_and_deleted(desk: Desk) -> None:
    made = desk.send("PUT", "/Accounts", {"Code": "4010", "Name": "Gifts", "Type": "EXPENSE", "TaxType": "INPUT"})
    account = made.json()["Accounts"][0]

    renamed = _post(desk, f"/Accounts/{account['AccountID']}", {"Accounts": [{"Name": "Presents"}]})["Accounts"][0]
    archived = _post(desk, f"/Accounts/{account['AccountID']}", {"Status": "ARCHIVED"})["Accounts"][0]
    deleted = desk.send("DELETE", f"/Accounts/{account['AccountID']}").json()["Accounts"][0]

    assert (account["Class"], account["TaxType"], account["Status"]) == ("EXPENSE", "INPUT", "ACTIVE")
    assert (renamed["Name"], renamed["Code"]) == ("Presents", "4010")
    assert (archived["Status"], deleted["Status"]) == ("ARCHIVED", "DELETED")


def test_accounts_need_a_code_and_a_name_of_their_own(desk: Desk) -> None:
    answer = desk.send("PUT", "/Accounts", {"Code": "200", "Name": "Sales", "Type": "REVENUE"})

    assert answer.status_code == 400
    assert messages(answer.json()["Elements"][0]) == ["Please enter a unique Code.", "Please enter a unique Name."]
    two = {"Accounts": [{"Code": "1", "Name": "a", "Type": "EXPENSE"}, {"Code": "2", "Name": "b", "Type": "EXPENSE"}]}
    assert desk.send("PUT", "/Accounts", two).json()["Type"] == "PostDataInvalidException"


def test_a_system_account_stays(desk: Desk) -> None:
    debtors = next(row["id"] for row in desk.ledger("accounts") if row["code"] == "610")

    assert desk.send("DELETE", f"/Accounts/{debtors}").status_code == 400
    assert desk.send("POST", f"/Accounts/{debtors}", {"Status": "ARCHIVED"}).status_code == 400


def test_a_tax_rate_is_made_with_a_code_of_its_own_and_can_be_deleted(desk: Desk) -> None:
    sent = {
        "Name": "Half",
        "ReportTaxType": "OUTPUT",
        "TaxComponents": [{"Name": "A", "Rate": 10}, {"Name": "B", "Rate": 10, "IsCompound": True}],
    }

    made = desk.send("PUT", "/TaxRates", {"TaxRates": [sent]}).json()["TaxRates"][0]
    again = desk.send("PUT", "/TaxRates", {"TaxRates": [sent]})
    gone = _post(desk, "/TaxRates", {"TaxRates": [{"Name": "Half", "Status": "DELETED"}]})["TaxRates"][0]

    assert (made["EffectiveRate"], made["CanApplyToRevenue"], made["CanApplyToExpenses"]) == (21.0, True, False)
    assert made["TaxType"].startswith("TAX0")
    assert again.status_code == 400
    assert gone["Status"] == "DELETED"
    assert desk.get(f"/TaxRates/{made['TaxType']}")["TaxRates"][0]["Status"] == "DELETED"


def test_an_item_is_made_changed_and_deleted(desk: Desk) -> None:
    sent = {"Code": "BOOK", "Name": "Book", "SalesDetails": {"UnitPrice": 12.5, "AccountCode": "200"}}

    made = desk.send("PUT", "/Items", {"Items": [sent]}).json()["Items"][0]
    changed = _post(desk, "/Items", {"Items": [{"Code": "BOOK", "Name": "Good book"}]})["Items"][0]
    twice = desk.send("PUT", "/Items?summarizeErrors=false", {"Items": [sent]})

    assert made["SalesDetails"] == {"UnitPrice": 12.5, "AccountCode": "200"}
    assert (changed["ItemID"], changed["Name"]) == (made["ItemID"], "Good book")
    assert twice.json()["Items"][0]["StatusAttributeString"] == "ERROR"
    assert desk.send("DELETE", f"/Items/{made['ItemID']}").status_code == 204
    assert desk.send("GET", "/Items/BOOK").status_code == 404
