"""A plain HTTP client of the sandbox, for tests that look at the wire itself. It knows addresses and nothing else."""

from dataclasses import dataclass
from typing import Any

import httpx2

API = "/xero/api.xro/2.0"
Json = dict[str, Any]


@dataclass
class Desk:
    """One person's way to the sandbox: control calls, and calls to Xero as an app that was granted one organisation."""

    http: httpx2.Client
    token: str
    refresh_token: str
    company: str
    client_id: str
    client_secret: str

    def control(self, noun: str, **fields: Any) -> Any:
        """A control call that has to work."""
        answer = self.http.post(f"/_control/{noun}", json={"provider": "xero", **fields})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def change(self, change: str) -> Any:
        """Somebody changes something in the ledger."""
        return self.control("state", company=self.company, change=change)

    def ledger(self, kind: str) -> list[Json]:
        """What the ledger holds."""
        rows: list[Json] = self.http.get(f"/_control/ledger/xero/{self.company}/{kind}").json()
        return rows

    def calls(self, **wanted: str) -> list[Json]:
        """The calls that arrived."""
        found: list[Json] = self.http.get("/_control/calls", params={"provider": "xero", **wanted}).json()
        return found

    def send(
        self, method: str, path: str, json: Any = None, headers: Json | None = None, **more: Any
    ) -> httpx2.Response:
        """A call to the accounting API."""
        known = {"Authorization": f"Bearer {self.token}", "xero-tenant-id": self.company, "Accept": "application/json"}
        return self.http.request(method, API + path, json=json, headers={**known, **(headers or {})}, **more)

    def get(self, path: str, **params: str) -> Json:
        """What a GET that works answers."""
        answer = self.send("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        body: Json = answer.json()
        return body

    def contact(self, name: str = "Ann", **fields: Any) -> str:
        """The id of a contact made for the test."""
        booked = self.control("seed", company=self.company, contacts=[{"Name": name, **fields}])
        identity: str = booked["contacts"][0]["ContactID"]
        return identity

    def create(self, *documents: Json, query: str = "?summarizeErrors=false") -> list[Json]:
        """Invoices put into the books in one call, as they were answered."""
        answer = self.send("PUT", f"/Invoices{query}", {"Invoices": list(documents)})
        assert answer.status_code == 200, answer.text
        booked: list[Json] = answer.json()["Invoices"]
        return booked


def invoice(contact: str, number: str = "INV-7", **fields: Any) -> Json:
    """A sales invoice of 100 and 25 % tax, approved unless said otherwise."""
    line = {"Description": "Lamp", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200", "TaxType": "OUTPUT"}
    return {
        "Type": "ACCREC",
        "Contact": {"ContactID": contact},
        "InvoiceNumber": number,
        "Date": "2026-11-20",
        "DueDate": "2026-12-20",
        "Status": "AUTHORISED",
        "LineItems": [line],
        **fields,
    }


def bill(contact: str, number: str = "B-1", **fields: Any) -> Json:
    """A bill of 100 and 25 % tax."""
    line = {"Description": "Rent", "Quantity": 1, "UnitAmount": 100, "AccountCode": "469", "TaxType": "INPUT"}
    return invoice(contact, number, **{"Type": "ACCPAY", "LineItems": [line], **fields})


def messages(element: Json) -> list[str]:
    """What an element was refused for."""
    return [error["Message"] for error in element.get("ValidationErrors", [])]
