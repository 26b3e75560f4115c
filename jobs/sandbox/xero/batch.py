"""Booking several elements in one call: each for itself, with the refused ones reported in either of Xero's two
ways.
"""

from collections.abc import Callable
from dataclasses import dataclass

from jobs.sandbox.xero.call import ApiCall, Element, Reply
from jobs.sandbox.xero.errors import NIL_ID, Refused, validation_failed


@dataclass(frozen=True)
class Kind:
    """How elements of a noun are named on the wire, and with which members they say whether they were accepted."""

    plural: str
    name: str
    id_field: str
    error_flag: str | None = None
    has_status: bool = True


def book(call: ApiCall, kind: Kind, elements: list[Element], one: Callable[[Element], Element]) -> Reply:
    """Book every element with `one`. What was accepted stays booked, whatever happens to the others.

    Raises ApiError listing only the refused ones, unless the call says summarizeErrors=false.
    """
    done: list[Element] = []
    refused: list[Element] = []
    for element in elements:
        try:
            booked = one(element)
        except Refused as error:
            echo = {kind.id_field: NIL_ID, **error.element, "ValidationErrors": error.validation_errors()}
            refused.append(echo)
            flag = {kind.error_flag: True} if kind.error_flag else {}
            done.append({**echo, **flag, **_status(call, kind, "ERROR")})
        else:
            done.append({**booked, **_status(call, kind, "OK")})
    if refused and call.summarizes_errors:
        raise validation_failed(refused, kind.name)
    return Reply(kind.plural, done, element_type=kind.name)


def _status(call: ApiCall, kind: Kind, word: str) -> Element:
    return {"StatusAttributeString": word} if kind.has_status and not call.summarizes_errors else {}
