"""The sandbox's ledger for these tests: what tests/support/ledger.py does, and its clock, switches and papers."""

from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

from tests.support.ledger import NORDLYS, Ledger


class Books(Ledger):
    def advance(self, seconds: float) -> None:
        """Move the ledger's time on: its tokens, limits and idempotency keys grow older by that."""
        self._post("clock", {"advance": seconds})

    def calm(self) -> None:
        """No more faults."""
        request = Request(f"{self.url}/_control/faults?provider=xero", method="DELETE")  # noqa: S310 - loopback only
        with urlopen(request, timeout=30):  # noqa: S310
            pass

    def switch(self, **settings: Any) -> None:
        """Change how the provider behaves where its documentation is silent, or make one of its times short."""
        self._post("settings", {"provider": "xero", **settings})

    def consent_to(self, *scopes: str) -> str:
        """Consent anew with fewer rights; the access token."""
        granted = self._post("grant", {"provider": "xero", "company": NORDLYS, "scope": " ".join(scopes)})
        return str(granted["access_token"])

    def document(self, number: str, kind: str = "invoices") -> dict[str, Any]:
        """The one document of that number."""
        (found,) = [row for row in self.holds(kind) if row["number"] == number]
        return found

    def numbers(self, kind: str = "invoices") -> list[str]:
        """The numbers the ledger holds, in their order."""
        return sorted(row["number"] for row in self.holds(kind))

    def attachments(self, number: str, kind: str = "invoices") -> list[dict[str, Any]]:
        own = self.document(number, kind)["id"]
        return [row for row in self.holds("attachments") if row["document"] == own]

    def contacts(self) -> list[dict[str, Any]]:
        return self.holds("contacts")

    def asked(self, path: str, method: str = "") -> list[dict[str, Any]]:
        """The calls whose path contains `path`, in any case."""
        found = self._get(f"calls?provider=xero&path={quote(path)}" + (f"&method={method}" if method else ""))
        return list(found)

    def document_writes(self) -> list[dict[str, Any]]:
        """Calls that create documents; attachments are not among them."""
        return [call for call in self.writes() if "/attachments/" not in call["path"].lower()]
