"""A call to the accounting API as its handlers see it, and what they give back. Free of sockets, so it can also
be run later.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from jobs.sandbox.xero.company import Company
from jobs.sandbox.xero.errors import ApiError
from jobs.sandbox.xero.settings import Settings

Element = dict[str, Any]


@dataclass(frozen=True)
class ApiCall:
    """An authorised call. Query names are in lower case; `at` is set where the reader is to see an older ledger."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base_url: str
    company: Company
    settings: Settings
    app: str
    user: str
    at: datetime | None = None

    def flag(self, name: str) -> bool | None:
        """A boolean of the query in any case, None where it is absent."""
        value = self.query.get(name.lower())
        return None if value is None else value.strip().lower() in ("true", "1")

    @property
    def summarizes_errors(self) -> bool:
        """Whether one bad element turns the whole answer into a 400."""
        return self.flag("summarizeErrors") is not False

    @property
    def decimals(self) -> int:
        """How many decimals unit amounts have in this call."""
        return 4 if self.query.get("unitdp") == "4" else 2

    def elements(self, plural: str) -> list[Element]:
        """The elements sent: under their plural name, as a list, or a bare one. Raises ApiError for anything else."""
        try:
            data = json.loads(self.body or b"null", parse_float=Decimal, parse_int=Decimal)
        except ValueError as error:
            raise self.bad_data(f"The request body is not valid JSON: {error}") from error
        if isinstance(data, dict):
            data = data.get(plural, data)
        if isinstance(data, dict):
            data = [data]
        if not isinstance(data, list) or not all(isinstance(element, dict) for element in data):
            raise self.bad_data(f"The request body does not hold {plural}")
        if not data or data == [{}]:
            raise self.bad_data(f"No {plural} were found in the request body")
        return data

    def bad_data(self, message: str) -> ApiError:
        """The refusal of a body that cannot be read."""
        return ApiError(self.settings.bad_json_number, "PostDataInvalidException", message)


@dataclass(frozen=True)
class Reply:
    """Elements under their plural name, to be put into Xero's envelope."""

    plural: str
    elements: list[Element]
    pagination: Element | None = None
    status: int = 200
    element_type: str = field(default="")
