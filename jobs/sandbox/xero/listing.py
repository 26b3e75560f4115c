"""What the list endpoints share: changed-since, where, order, pages. Each noun says which fields it has."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from jobs.sandbox.xero.call import ApiCall
from jobs.sandbox.xero.dates import read_since
from jobs.sandbox.xero.errors import ApiError, precondition_failed
from jobs.sandbox.xero.where import Filter, QueryError, parse_where

T = TypeVar("T")
PAGE_SIZE = 100
LARGEST_PAGE = 1000
ORDER = re.compile(r"^\s*([A-Za-z.]+)(?:\s+(ASC|DESC))?\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    """A part of a list, with Xero's pagination object where pages were asked for."""

    items: list[Any]
    pagination: dict[str, int] | None


def read_where(call: ApiCall, fields: Mapping[str, Callable[[T], Any]]) -> Filter | None:
    """The call's filter, if it has one. Raises ApiError where it cannot be read."""
    text = call.query.get("where", "").strip()
    if not text:
        return None
    try:
        return parse_where(text, frozenset(fields))
    except QueryError as error:
        raise _bad_query(call, str(error)) from error


def select(
    call: ApiCall, candidates: Sequence[T], fields: Mapping[str, Callable[[T], Any]], wanted: Filter | None
) -> list[T]:
    """Those changed since the header's moment that pass the filter, in the order asked for."""
    found = _changed_since(call, candidates, fields)
    if wanted is not None:
        try:
            found = [item for item in found if wanted.test(lambda path, item=item: fields[path](item))]  # type: ignore[misc]
        except QueryError as error:
            raise _bad_query(call, str(error)) from error
    return _ordered(call, found, fields)


def paged(call: ApiCall, items: list[Any]) -> Page:
    """One page where `page` or `pageSize` was given, else everything."""
    if "page" not in call.query and "pagesize" not in call.query:
        return Page(items, None)
    number = max(1, _whole(call.query.get("page"), 1))
    size = min(LARGEST_PAGE, max(1, _whole(call.query.get("pagesize"), PAGE_SIZE)))
    pagination = {
        "page": number,
        "pageSize": size,
        "pageCount": -(-len(items) // size),
        "itemCount": len(items),
    }
    return Page(items[(number - 1) * size : number * size], pagination)


def names(call: ApiCall, parameter: str) -> list[str]:
    """A comma-separated parameter as its parts."""
    return [part.strip() for part in call.query.get(parameter.lower(), "").split(",") if part.strip()]


def _changed_since(call: ApiCall, items: Sequence[T], fields: Mapping[str, Callable[[T], Any]]) -> list[T]:
    header = call.headers.get("if-modified-since", "").strip()
    updated = fields.get("updateddateutc")
    if not header or updated is None:
        return list(items)
    try:
        since = read_since(header)
    except (ValueError, TypeError) as error:
        raise precondition_failed() from error
    since = since.replace(microsecond=0)
    if not call.settings.modified_since_inclusive:
        since += timedelta(seconds=1)
    return [item for item in items if updated(item) >= since]


def _ordered(call: ApiCall, items: list[T], fields: Mapping[str, Callable[[T], Any]]) -> list[T]:
    text = call.query.get("order", "").strip()
    if not text:
        return items
    for part in reversed(text.split(",")):
        matched = ORDER.match(part)
        read = fields.get(matched[1].lower()) if matched else None
        if matched is None or read is None:
            raise _bad_query(call, f"No property or field '{part.strip()}' exists")
        items = sorted(items, key=lambda item: _sortable(read(item)), reverse=(matched[2] or "").upper() == "DESC")
    return items


def _sortable(value: Any) -> tuple[bool, Any]:
    if isinstance(value, datetime):
        return True, value.timestamp()
    if isinstance(value, date):
        return True, datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()
    if isinstance(value, Decimal | bool):
        return True, float(value)
    return value is not None, value or ""


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.strip().isdecimal() else otherwise


def _bad_query(call: ApiCall, message: str) -> ApiError:
    return ApiError(call.settings.bad_query_number, "QueryParseException", message)
