"""Reading Xero's JSON without trusting it: each function gives the type it names, or its empty value."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

Element = Mapping[str, Any]

_MS_DATE = re.compile(r"^/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/$")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST = Decimal(10) ** 15


def elements(holder: object, name: str) -> list[Element]:
    found = holder.get(name) if isinstance(holder, Mapping) else None
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def element(holder: object, name: str) -> Element:
    found = holder.get(name) if isinstance(holder, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def text(holder: Element, name: str) -> str:
    """A text or a number as text; "" for everything else."""
    found = holder.get(name)
    if isinstance(found, str):
        return storable(found)
    return str(found) if isinstance(found, (int, Decimal)) and not isinstance(found, bool) else ""


def storable(said: str) -> str:
    """Without what no database stores as text: NUL, and halves of characters that were cut in two."""
    return said.replace("\0", "").encode("utf-8", "replace").decode()


def word(holder: Element, name: str) -> str:
    """Like `text`, whatever the case of the name: Xero's gateway writes both "Detail" and "detail"."""
    return next((text(holder, key) for key in holder if key.lower() == name.lower()), "")


def flag(holder: Element, name: str) -> bool:
    return holder.get(name) is True


def amount(holder: Element, name: str) -> Decimal | None:
    found = holder.get(name)
    if isinstance(found, bool) or not isinstance(found, (int, Decimal)):
        return None
    value = Decimal(found)
    return value if abs(value) < _LARGEST else None


def identifier(holder: Element, name: str) -> str:
    """A uuid in lower case; "" for the zero uuid that stands for "not saved", and for anything that is no uuid."""
    try:
        found = UUID(text(holder, name))
    except ValueError:
        return ""
    return str(found) if found.int else ""


def day(holder: Element, name: str) -> date | None:
    """A date from `<name>String`, an ISO date or Xero's `/Date(ms+0000)/`, which is midnight UTC of that day."""
    stated = text(holder, name)
    try:
        if milliseconds := _MS_DATE.match(stated):
            return (_EPOCH + timedelta(milliseconds=int(milliseconds[1]))).date()
        return date.fromisoformat((text(holder, f"{name}String") or stated)[:10])
    except (ValueError, OverflowError):
        return None


def messages(holder: Element, name: str) -> tuple[str, ...]:
    """The texts of a `[{"Message": …}]` list, each once, in order."""
    return tuple(dict.fromkeys(said for item in elements(holder, name) if (said := text(item, "Message").strip())))
