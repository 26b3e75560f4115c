"""The sandbox as tests see it: its control API, asked over HTTP like anybody would."""

import json
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

from dashboard.domain.grants import Tokens

NORDLYS = "Nordlys AB"


class Ledger:
    """One running sandbox. `url` is its root; `xero` what TIEOUT_XERO_BASE_URL is set to."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.xero = f"{url}/xero"

    def reset(self) -> None:
        self._post("reset", {})

    def consent(self, company: str = NORDLYS) -> tuple[Tokens, str]:
        """Tokens as if somebody had consented, and the company's id."""
        granted = self._post("grant", {"provider": "xero", "company": company})
        tokens = Tokens(granted["access_token"], granted["refresh_token"], int(granted["expires_in"]))
        company_id = granted["company"]
        return tokens, company_id if isinstance(company_id, str) else company_id["id"]

    def holds(self, kind: str, company: str = NORDLYS) -> list[dict[str, Any]]:
        """What the ledger holds: kind is invoices, bills, credit-notes or bill-credits."""
        found: list[dict[str, Any]] = self._get(f"ledger/xero/{quote(company)}/{kind}")
        return found

    def fault(self, fault: str, times: int = 1, **where: str) -> None:
        self._post("faults", {"provider": "xero", "fault": fault, "times": times, **where})

    def forget_faults(self) -> None:
        request = Request(f"{self.url}/_control/faults?provider=xero", method="DELETE")  # noqa: S310 - loopback only
        with urlopen(request, timeout=30):  # noqa: S310
            pass

    def change(self, change: str, company: str = NORDLYS) -> None:
        self._post("state", {"provider": "xero", "company": company, "change": change})

    def seed(self, company: str = NORDLYS, **objects: list[dict[str, Any]]) -> Any:
        return self._post("seed", {"provider": "xero", "company": company, **objects})

    def limits(self, **limits: int) -> None:
        self._post("limits", {"provider": "xero", **limits})

    def calls(self) -> list[dict[str, Any]]:
        found: Any = self._get("calls?provider=xero")
        return list(found["calls"] if isinstance(found, dict) else found)

    def writes(self) -> list[dict[str, Any]]:
        """Calls that create or change documents."""
        return [call for call in self.calls() if call["method"] in ("PUT", "POST") and "api.xro" in call["path"]]

    def _post(self, name: str, body: dict[str, Any]) -> Any:
        request = Request(  # noqa: S310 - loopback only
            f"{self.url}/_control/{name}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.loads(answer.read() or b"null")

    def _get(self, name: str) -> Any:
        with urlopen(f"{self.url}/_control/{name}", timeout=30) as answer:  # noqa: S310
            return json.loads(answer.read())
