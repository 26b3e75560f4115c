"""Frozen dataclasses to JSON and back, exactly: decimals and times as text. Knows types, no providers."""

import json
import types
from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_bytes(item: Any) -> bytes:
    """A dataclass as JSON text."""
    return json.dumps(_plain(item), ensure_ascii=False, separators=(",", ":")).encode()


def from_bytes(kind: type[T], body: bytes) -> T:
    """The dataclass `kind` that `to_bytes` made the text of. A field unknown to the text keeps its default."""
    reader: Callable[[Any], T] = _reader(cast(Hashable, kind))
    return reader(json.loads(body))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list | frozenset):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return value


@cache
def _reader(kind: Hashable) -> Callable[[Any], Any]:
    """How to read one type; asked once per type, since restarts read thousands of documents."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        inner = _reader(next(part for part in arguments if part is not types.NoneType))
        return lambda value: None if value is None else inner(value)
    if origin is tuple or origin is frozenset:
        part = _reader(arguments[0])
        return lambda value: origin(part(one) for one in value)
    if origin is dict:
        part = _reader(arguments[1])
        return lambda value: {key: part(one) for key, one in value.items()}
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}
        return lambda value: kind(**{name: readers[name](part) for name, part in value.items() if name in readers})
    if kind is datetime or kind is date:
        parse: Callable[[Any], Any] = kind.fromisoformat
        return parse
    if kind is Decimal or (isinstance(kind, type) and issubclass(kind, Enum)):
        return lambda value: kind(value)
    return lambda value: value
