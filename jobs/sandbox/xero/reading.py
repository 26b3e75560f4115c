"""Reading the fields of a sent element. A value of the wrong kind refuses the whole call, as Xero's JSON reader
does.
"""

from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from jobs.sandbox.xero.call import ApiCall, Element
from jobs.sandbox.xero.dates import read_day
from jobs.sandbox.xero.errors import ApiError

E = TypeVar("E", bound=StrEnum)
LARGEST = Decimal("9999999999.99")


def text(element: Element, name: str) -> str | None:
    """A text; numbers are taken as they are written."""
    value = element.get(name)
    return None if value is None else str(value)


def flag(element: Element, name: str) -> bool | None:
    """A boolean, or its name in any case."""
    value = element.get(name)
    if value is None or isinstance(value, bool):
        return value
    return str(value).lower() == "true"


def amount(call: ApiCall, element: Element, name: str) -> Decimal | None:
    """A number, or one written as text."""
    value = element.get(name)
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise _cannot_convert(call, value, "System.Decimal", name) from error
    if isinstance(value, bool) or not number.is_finite():
        raise _cannot_convert(call, value, "System.Decimal", name)
    return number


def day(call: ApiCall, element: Element, name: str) -> date | None:
    """A date in either of the two forms; its String twin is read where it stands alone."""
    value = element.get(name) or element.get(name + "String")
    if value is None or value == "":
        return None
    try:
        return read_day(value)
    except ValueError as error:
        raise call.bad_data(f"The string '{value}' is not a valid AllXsd value.") from error


def choice(call: ApiCall, element: Element, name: str, kind: type[E], wire_name: str) -> E | None:
    """A word of a closed set, in any case."""
    value = element.get(name)
    if value is None or value == "":
        return None
    for member in kind:
        if str(value).lower() == member.value.lower():
            return member
    raise _cannot_convert(call, value, f"Xero.API.Library..{wire_name}", name)


def part(call: ApiCall, element: Element, name: str) -> Element:
    """A nested object, empty where it is absent."""
    value = element.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _cannot_convert(call, value, name, name)
    return value


def parts(call: ApiCall, element: Element, name: str) -> list[Element]:
    """A list of nested objects, empty where it is absent."""
    value = element.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise _cannot_convert(call, value, name, name)
    return value


def _cannot_convert(call: ApiCall, value: object, kind: str, path: str) -> ApiError:
    return call.bad_data(f"Error converting value \"{value}\" to type '{kind}'. Path '{path}'.")
