"""The sandbox's answers beside bodies that were recorded from Xero: the same members, of the same shapes."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.sandbox.client import Desk, Json, bill
from tests.sandbox.conftest import open_desk

RECORDED = Path(__file__).parents[2].parent / "shared" / "contracts" / "xero" / "recorded"

pytestmark = pytest.mark.skipif(not RECORDED.exists(), reason=f"no recorded bodies at {RECORDED}")


def _recorded(name: str, step: int | None = None) -> Any:
    data = json.loads((RECORDED / name).read_text(encoding="utf-8"))
    return data["body"] if step is None else data["interactions"][step]["response"]["body"]


def _shape(bodies: list[Any]) -> dict[str, set[str]]:
    """Every member's path with the JSON kinds it was seen with."""
    shape: dict[str, set[str]] = {}

    def walk(value: Any, path: str) -> None:
        kind = {"int": "number", "float": "number", "NoneType": "null"}.get(type(value).__name__, type(value).__name__)
        shape.setdefault(path, set()).add(kind)
        if isinstance(value, dict):
            for name, part in value.items():
                walk(part, f"{path}.{name}")
        if isinstance(value, list):
            for part in value:
                walk(part, f"{path}[]")

    for body in bodies:
        walk(body, "")
    return shape


def _differences(recorded: list[Any], ours: list[Any], only_ours: set[str], only_theirs: set[str]) -> dict[str, object]:
    """Members that one side has and the other has not, beyond those expected, and members of another kind."""
    theirs, mine = _shape(recorded), _shape(ours)

    def is_expected(path: str, expected: set[str]) -> bool:
        return any(path == one or path.startswith((one + ".", one + "[")) for one in expected)

    return {
        "missing": sorted(path for path in theirs.keys() - mine.keys() if not is_expected(path, only_theirs)),
        "added": sorted(path for path in mine.keys() - theirs.keys() if not is_expected(path, only_ours)),
        "other kind": sorted(path for path in theirs.keys() & mine.keys() if not mine[path] <= theirs[path]),
    }


NONE: dict[str, object] = {"missing": [], "added": [], "other kind": []}


def test_accounts_look_as_recorded(desk: Desk) -> None:
    recorded, ours = _recorded("fyle_get_all_accounts.json"), desk.get("/Accounts")

    assert _differences([recorded], [ours], set(), set()) == NONE
    assert {one["Class"] for one in ours["Accounts"]} == {one["Class"] for one in recorded["Accounts"]}


def test_tax_rates_look_as_recorded(desk: Desk) -> None:
    assert _differences([_recorded("fyle_get_all_tax_codes.json")], [desk.get("/TaxRates")], set(), set()) == NONE


def test_items_look_as_recorded_but_for_stock(desk: Desk) -> None:
    # Stock keeping is not imitated.
    stock = {
        ".Items[].InventoryAssetAccountCode",
        ".Items[].QuantityOnHand",
        ".Items[].TotalCostPool",
        ".Items[].PurchaseDetails.COGSAccountCode",
    }

    assert _differences([_recorded("fyle_get_all_items.json")], [desk.get("/Items")], set(), stock) == NONE


def test_contacts_look_as_recorded(desk: Desk) -> None:
    desk.create(bill(desk.contact("Ann", ContactNumber="C-1")))
    recorded = _recorded("fyle_contacts_first6.json")

    # Recorded at creation and inside documents, though not in this list.
    tracking = {".Contacts[].SalesTrackingCategories", ".Contacts[].PurchasesTrackingCategories"}
    assert _differences([recorded], [desk.get("/Contacts")], tracking, set()) == NONE


def test_a_created_contact_looks_as_recorded(desk: Desk) -> None:
    created = desk.send("PUT", "/Contacts", {"Contacts": [{"Name": "Ann"}]}).json()
    recorded = {"Contacts": _recorded("fyle_create_contact.json")["Contacts"]}

    assert _differences([recorded], [{"Contacts": created["Contacts"]}], set(), set()) == NONE


def test_organisations_look_as_recorded(desk: Desk) -> None:
    desk.change("lock-period:2025-12-31")
    recorded = _recorded("test_get_organisations.json", 0)

    assert _differences([recorded], [desk.get("/Organisation")], set(), set()) == NONE


def test_a_created_bill_looks_as_recorded(desk: Desk) -> None:
    created = desk.send("PUT", "/Invoices", {"Invoices": [bill(desk.contact())]}).json()
    recorded = _recorded("fyle_bill_object.json")

    # Recorded in lists of the same object, or announced for July 2026.
    elsewhere = {
        f".Invoices[].{name}" for name in ("Payments", "CreditNotes", "AmountCredited", "UpdatedDateUTCString")
    }
    assert _differences([recorded], [created], elsewhere, set()) == NONE


def test_a_page_of_invoices_looks_as_recorded(desk: Desk) -> None:
    (booked,) = desk.create(bill(desk.contact()))
    desk.change(f"pay:{booked['InvoiceID']}")
    recorded = _recorded("test_invoice_attachment_upload_and_download.json", 0)
    recorded["Invoices"] = [one for one in recorded["Invoices"] if isinstance(one, dict)]

    # The recording is of 2020; these came later and are in the bill recorded in 2022 or in today's document.
    later = {".pagination"} | {
        f".Invoices[].{name}"
        for name in ("SentToContact", "Attachments", "UpdatedDateUTCString", "LineItems[].ValidationErrors")
    }
    assert _differences([recorded], [desk.get("/Invoices", page="1")], later, set()) == NONE


def test_attachments_look_as_recorded(desk: Desk) -> None:
    (booked,) = desk.create(bill(desk.contact()))
    address = f"/Invoices/{booked['InvoiceID']}/Attachments"
    desk.send("PUT", f"{address}/inv-0032.pdf?IncludeOnline=True", content=b"%PDF")

    for step in (1, 2):
        recorded = _recorded("test_invoice_attachment_upload_and_download.json", step)
        assert _differences([recorded], [desk.get(address)], set(), set()) == NONE


def test_connections_look_as_recorded(http: httpx2.Client) -> None:
    headers = {"Authorization": f"Bearer {open_desk(http).token}"}
    recorded = json.loads((RECORDED / "fyle_get_all_tenants.json").read_text(encoding="utf-8"))["body"]

    ours = http.get("/xero/connections", headers=headers).json()

    assert _differences([recorded], [ours], set(), set()) == NONE
    assert len(ours[0]["createdDateUtc"]) == len(recorded[0]["createdDateUtc"])


def test_a_token_set_looks_as_recorded(http: httpx2.Client) -> None:
    desk = open_desk(http, scope="openid offline_access accounting.invoices")
    form = {
        "grant_type": "refresh_token",
        "refresh_token": desk.refresh_token,
        "client_id": desk.client_id,
        "client_secret": desk.client_secret,
    }

    ours = http.post("/xero/connect/token", data=form).json()

    assert _differences([_recorded("test_token_api_refresh_token.json", 0)], [ours], set(), set()) == NONE


def test_the_headers_of_an_answer_are_those_recorded(desk: Desk) -> None:
    data: Json = json.loads((RECORDED / "test_get_organisations.json").read_text(encoding="utf-8"))
    recorded = data["interactions"][0]["response"]["headers"]
    # What Xero's own network adds.
    network = {"connection", "expires", "pragma", "x-client-tls-ver"}

    ours = desk.send("GET", "/Organisation").headers

    assert {name.lower() for name in recorded} - network <= {name.lower() for name in ours}
    assert ours["Content-Type"] == recorded["Content-Type"]


def test_turning_away_looks_as_recorded(desk: Desk) -> None:
    expired = json.loads((RECORDED / "xeroizer_expired_oauth2_token.json").read_text(encoding="utf-8"))
    forbidden = json.loads((RECORDED / "xeroizer_invalid_tenant_header.json").read_text(encoding="utf-8"))
    closed = desk.send("GET", "/Organisation", headers={"xero-tenant-id": "none"}).json()
    desk.change("expire-access")

    # A later recording has these two members as well.
    assert _differences([expired], [desk.send("GET", "/Organisation").json()], {".Type", ".Extensions"}, set()) == NONE
    assert _differences([forbidden], [closed], set(), set()) == NONE
    assert closed["detail"] == forbidden["detail"]
