"""The filter of the audit log as a database is asked it: equal shapes of filters are one statement, built once.

What a filter is, is audit_filters.py; the bounds of time and the order of rows are audit_log.py's.
"""

import re
from typing import Any

from sqlalchemy import ColumnElement, bindparam, literal_column, or_

from dashboard.domain import spellings
from dashboard.domain.audit_filters import MACHINE, Filters
from dashboard.models import AuditEntry
from dashboard.vocabulary.audit import WITHOUT_A_MOVE

Shape = tuple[str, ...]
"""The names of what a filter compares with, whatever it is compared with."""

_entry = AuditEntry.__table__.c
_EQUAL = {
    "status": _entry.status,
    "kind": _entry.kind,
    "type": _entry.entity_type,
    "destination": _entry.connection_id,
    "error": _entry.error_code,
    "person": _entry.actor_id,
}
_SEARCHED = (_entry.words, _entry.reference, _entry.error_subject, _entry.actor)


def compared(filters: Filters) -> dict[str, Any]:
    """What the conditions compare with, by the names of their parameters; the names alone are the filter's shape."""
    found = {name: getattr(filters, name) for name in _EQUAL}
    if filters.person == MACHINE:
        found |= {"person": None, "machine": True}
    values = {name: value for name, value in found.items() if value is not None}
    # As typed, or in capitals, as most numbers are written.
    for n, start in enumerate(
        dict.fromkeys((filters.reference, filters.reference.upper())) if filters.reference else ()
    ):
        values |= {f"begins:{n}": start, f"below:{n}": start[:-1] + chr(ord(start[-1]) + 1)}
    for n, word in enumerate(filters.text.split()):
        for spelled, each in enumerate(spellings.of(word)):
            values[f"word:{n}:{spelled}"] = "%" + re.sub("([%_!])", r"!\1", each) + "%"
    return values


def conditions(shape: Shape) -> list[ColumnElement[bool]]:
    """What a row of AuditEntry has to meet beside its tenant and its time."""
    found: list[ColumnElement[bool]] = [_EQUAL[name] == bindparam(name) for name in shape if name in _EQUAL]
    if "error" in shape:
        # Written out, not bound: a partial index is taken only where the text of the query implies it.
        found.append(_entry.error_code != literal_column("''"))
    if "status" in shape:
        # These carry the status that the export had, and did not bring it about.
        found += [_entry.act != act for act in sorted(WITHOUT_A_MOVE)]
    if "machine" in shape:
        found.append(_entry.actor_id.is_(None))
    starts = [_begins_with(name) for name in shape if name.startswith("begins:")]
    return [*found, *([or_(*starts)] if starts else []), *_holding(shape)]


def _begins_with(name: str) -> ColumnElement[bool]:
    """A range of the index instead of LIKE.

    The column is ordered by code points on every database, so what begins with "T-9" lies from "T-9" to below "T-:".
    """
    below = name.replace("begins", "below")
    return (_entry.reference >= bindparam(name)) & (_entry.reference < bindparam(below))


def _holding(shape: Shape) -> list[ColumnElement[bool]]:
    """For each word, whether it stands anywhere in what an entry says, in one of its spellings."""
    words: dict[str, list[str]] = {}
    for name in shape:
        if name.startswith("word:"):
            words.setdefault(name.rpartition(":")[0], []).append(name)
    return [
        or_(*(column.ilike(bindparam(name), escape="!") for column in _SEARCHED for name in names))
        for names in words.values()
    ]
