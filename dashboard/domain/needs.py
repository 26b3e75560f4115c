"""Needs: which mappings a failure lacked, by its faults, and kept as rows so that the database can be asked."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from dashboard.db import upsert
from dashboard.models import Need, NeedSet
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.mappings import MappingKind
from dashboard.vocabulary.postings import Fault

Lacking = tuple[MappingKind, str]
"""A kind and a value of records."""

_KINDS = {
    ErrorCode.ACCOUNT_NOT_MAPPED: MappingKind.ACCOUNT,
    ErrorCode.ROUNDING_ACCOUNT_MISSING: MappingKind.ACCOUNT,
    ErrorCode.ACCOUNT_UNKNOWN: MappingKind.ACCOUNT,
    ErrorCode.ACCOUNT_INACTIVE: MappingKind.ACCOUNT,
    ErrorCode.TAX_NOT_MAPPED: MappingKind.TAX,
    ErrorCode.TAX_UNKNOWN: MappingKind.TAX,
    ErrorCode.CONTACT_NOT_MAPPED: MappingKind.CONTACT,
    ErrorCode.CONTACT_ARCHIVED: MappingKind.CONTACT,
}
_ABOUT_THE_DOCUMENT = ErrorCode.ROUNDING_ACCOUNT_MISSING
"""Its subject is the document's own number: with it every document would have a set of its own."""


def of_faults(faults: Iterable[Mapping[str, str]]) -> set[Lacking]:
    """The values whose mapping would mend these faults, as an export keeps them, each once."""
    return {(kind, fault["source_value"]) for fault in faults if (kind := _kind(fault)) and fault.get("source_value")}


def are_all(faults: Iterable[Mapping[str, str]]) -> bool:
    """Whether mappings alone would mend these faults."""
    return all(_kind(fault) for fault in faults)


def keep(session: Session, connection_id: int, faults: Sequence[Fault]) -> int | None:
    """The id of the set of what these faults lack, written down when they are the first that lack just that; None where
    no mapping is lacking.
    """
    wanted = sorted({(kind, fault.source_value) for fault in faults if (kind := _KINDS.get(fault.code))})
    wanted = [(kind, value) for kind, value in wanted if value]
    if not wanted:
        return None
    code = faults[0].code
    subject = "" if code is _ABOUT_THE_DOCUMENT else faults[0].subject
    is_all = all(fault.code in _KINDS for fault in faults)
    digest = hashlib.sha256(json.dumps([code, subject, is_all, wanted]).encode()).hexdigest()
    same = select(NeedSet.id).where(NeedSet.connection_id == connection_id, NeedSet.digest == digest)
    known = session.scalar(same)
    if known is not None:
        return known
    made = session.scalar(
        upsert(session, NeedSet)
        .values(
            connection_id=connection_id,
            digest=digest,
            error_code=code.value,
            error_subject=subject,
            is_all=is_all,
            size=len(wanted),
        )
        .on_conflict_do_nothing()
        .returning(NeedSet.id)
    )
    if made is None:
        return session.scalars(same).one()
    rows = [{"need_set_id": made, "kind": kind, "source_value": value} for kind, value in wanted]
    session.execute(insert(Need), rows)
    return int(made)


def _kind(fault: Mapping[str, str]) -> MappingKind | None:
    return next((kind for code, kind in _KINDS.items() if code.value == fault["code"]), None)
