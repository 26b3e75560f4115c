"""What the demo asks of the sandbox behind the product's back: consent, what people do in the ledger, limits, time."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

from dashboard.domain.grants import Tokens
from dashboard.vocabulary.postings import Company


class SandboxControl:
    """The control API of a sandbox at `url`, see `python -m jobs sandbox`."""

    def __init__(self, url: str) -> None:
        self.url = url

    def consent(self, company: str) -> tuple[Tokens, Company, str, str]:
        """Tokens as if somebody had consented, the company, and the client's id and secret."""
        granted = self._post("grant", {"company": company})
        tokens = Tokens(granted["access_token"], granted["refresh_token"], int(granted["expires_in"]))
        return (
            tokens,
            Company(granted["company"], granted["company_name"]),
            granted["client_id"],
            granted["client_secret"],
        )

    def change(self, company: str, change: str) -> None:
        self._post("state", {"company": company, "change": change})

    def seed(self, company: str, **objects: list[dict[str, Any]]) -> None:
        self._post("seed", {"company": company, **objects})

    def fault(self, fault: str, **where: str | int) -> None:
        self._post("faults", {"fault": fault, **where})

    def set_clock(self, moment: datetime) -> None:
        """The ledgers' clock runs on from that moment."""
        self._post("clock", {"now": moment.isoformat()})

    def release_clock(self) -> None:
        self._post("clock", {"reset": True})

    def unpaid(self, company: str, kind: str) -> list[dict[str, str]]:
        """Issued documents of a kind ("invoices" or "bills") on which something is due: id, number, date, due."""
        place = quote(f"xero/{company}/{kind}")
        with urlopen(f"{self.url}/_control/ledger/{place}", timeout=30) as answer:  # noqa: S310
            held: list[dict[str, str]] = json.loads(answer.read())
        return [each for each in held if each["status"] == "AUTHORISED" and Decimal(each["due"]) > 0]

    def lift_limits(self) -> None:
        self._post("limits", {"concurrent": None, "per_minute": None, "per_day": None, "app_per_minute": None})

    def restore_limits(self) -> None:
        self._post("limits", {})

    def _post(self, call: str, body: dict[str, Any]) -> Any:
        request = Request(  # noqa: S310 - the address is the sandbox's own
            f"{self.url}/_control/{call}",
            json.dumps({"provider": "xero", **body}).encode(),
            {"Content-Type": "application/json"},
        )
        with urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.loads(answer.read())
