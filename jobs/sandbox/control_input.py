"""Reading the JSON of control calls: typed fields, and a refusal that names the one that is wrong."""

import re
from datetime import UTC, date, datetime
from typing import Any

from werkzeug.wrappers import Request


class BadInput(Exception):
    """A control call that cannot be carried out: which field, and why."""

    def __init__(self, field: str, why: str, status: int = 400, **more: Any) -> None:
        super().__init__(why)
        self.status = status
        self.body = {"error": why, "field": field, **more}


class Fields:
    """The JSON object of a control call, read with its types."""

    def __init__(self, request: Request) -> None:
        data = request.get_json(silent=True) if request.get_data() else {}
        if not isinstance(data, dict):
            raise BadInput("body", "the body must be a JSON object")
        self.data: dict[str, Any] = data

    def only(self, *names: str) -> None:
        """Refuse a field that is none of these: a misspelt one would otherwise be passed over in silence."""
        for name in self.data.keys() - {"provider", *names}:
            raise BadInput(name, f"no field {name} here; known are {', '.join(sorted(names)) or 'none'}")

    def text(self, name: str) -> str | None:
        """A text, None where absent."""
        value = self.data.get(name)
        if value is not None and not isinstance(value, str):
            raise BadInput(name, f"{name} must be a text")
        return value

    def needed(self, name: str) -> str:
        """A text that has to be there."""
        value = self.text(name)
        if not value:
            raise BadInput(name, f"{name} is missing")
        return value

    def whole(self, name: str, otherwise: int | None) -> int | None:
        """A whole number of at least 0."""
        value = self.data.get(name, otherwise)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            raise BadInput(name, f"{name} must be a whole number")
        return value

    def number(self, name: str, otherwise: float) -> float:
        """Any number."""
        value = self.data.get(name, otherwise)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadInput(name, f"{name} must be a number")
        return float(value)

    def moment(self, name: str) -> datetime | None:
        """A moment in ISO form; without a zone it is UTC."""
        text = self.text(name)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise BadInput(name, f"{name} must be a moment in ISO form") from error
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)

    def day(self, name: str) -> date | None:
        """A day as YYYY-MM-DD."""
        text = self.text(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError as error:
            raise BadInput(name, f"{name} must be a day as YYYY-MM-DD") from error

    def pattern(self, name: str) -> str | None:
        """A text that is a regular expression when it begins with ^."""
        text = self.text(name)
        try:
            if text and text.startswith("^"):
                re.compile(text)
        except re.error as error:
            raise BadInput(name, f"{name} is no regular expression: {error}") from error
        return text
