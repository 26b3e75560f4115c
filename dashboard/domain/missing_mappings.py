"""Missing mappings: what failed exports still need mapped, and which of them lack nothing any more."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.domain import mappings
from dashboard.models import Connection, Export, Mapping, Record
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.mappings import MappingKind
from dashboard.vocabulary.statuses import Status

AT_MOST = 20_000

Need = tuple[MappingKind, str]
"""A kind and a value of records."""


@dataclass(frozen=True)
class MissingValue:
    """A value whose mapping would mend failed exports; `exports` says how many. `tax_id` is a contact's, or empty."""

    kind: MappingKind
    source_value: str
    label: str
    exports: int
    tax_id: str = ""


@dataclass(frozen=True)
class Missing:
    """`values` with the most wanted first; `mended` are the failed exports, by id, that were failing for want of
    mappings alone, all of which exist now.
    """

    values: tuple[MissingValue, ...]
    mended: tuple[int, ...]

    def of(self, kind: MappingKind) -> list[MissingValue]:
        return [value for value in self.values if value.kind is kind]


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


def of(session: Session, connection: Connection) -> Missing:
    """Read from the newest failures of the connection; at most AT_MOST of them are looked at."""
    rows = session.execute(
        select(Export.id, Export.faults, Export.failed_at, Record.contact_name, Record.contact_tax_id)
        .join(Record, Record.id == Export.record_id)
        .where(
            Export.tenant_id == connection.tenant_id,
            Export.connection_id == connection.id,
            Export.status == Status.FAILED,
        )
        .order_by(Export.id.desc())
        .limit(AT_MOST)
    )
    mapped = mappings.load(session, connection.id)
    known: dict[Need, tuple[str, str]] = {}
    wanted: Counter[Need] = Counter()
    mended: list[int] = []
    for export_id, faults, failed_at, contact_name, tax_id in rows:
        needs = _needs(faults)
        lacking = _lacking(needs, mapped, failed_at)
        wanted.update(lacking)
        for kind, value in lacking:
            is_contact = kind is MappingKind.CONTACT
            label = contact_name if is_contact else mappings.source_label(kind, value)
            known.setdefault((kind, value), (label, tax_id if is_contact else ""))
        if _is_mended(faults, needs, lacking):
            mended.append(export_id)
    values = [
        MissingValue(kind, value, known[kind, value][0], n, known[kind, value][1])
        for (kind, value), n in wanted.items()
    ]
    return Missing(tuple(sorted(values, key=lambda each: (-each.exports, each.kind, each.label))), tuple(mended))


def mended(session: Session, connection: Connection) -> frozenset[int]:
    """`mended` alone, for a page that asks with every refresh: what failed after the newest change of a mapping, or for
    something else, is not read.
    """
    newest = session.scalar(select(func.max(Mapping.changed_at)).where(Mapping.connection_id == connection.id))
    if newest is None:
        return frozenset()
    rows = session.execute(
        select(Export.id, Export.faults, Export.failed_at)
        .where(
            Export.tenant_id == connection.tenant_id,
            Export.connection_id == connection.id,
            Export.status == Status.FAILED,
            Export.failed_at <= newest,
            Export.alarm == "",
            Export.error_code.in_([code.value for code in _KINDS]),
        )
        .order_by(Export.id.desc())
        .limit(AT_MOST)
    ).all()
    mapped = mappings.load(session, connection.id) if rows else {}
    return frozenset(
        export_id
        for export_id, faults, failed_at in rows
        if _is_mended(faults, needs := _needs(faults), _lacking(needs, mapped, failed_at))
    )


def is_mended(session: Session, export: Export) -> bool:
    """Whether this failed export was failing for want of mappings alone, all of which exist now."""
    needs = _needs(export.faults)
    if not needs or export.alarm:
        return False
    return _is_mended(
        export.faults, needs, _lacking(needs, mappings.load(session, export.connection_id), export.failed_at)
    )


def still_open(session: Session, exports: Collection[Export]) -> dict[int, list[dict[str, str]]]:
    """What each of these failed exports is still failing for, by its id and in the order of its faults: all but those
    for which a mapping was made since. A single fault is always there: whether it is mended, `mended` tells.
    """
    several = [export for export in exports if len(export.faults) > 1 and _needs(export.faults)]
    mapped = {each: mappings.load(session, each) for each in {export.connection_id for export in several}}
    found = {export.id: list(export.faults) for export in exports}
    for export in several:
        needs = _needs(export.faults)
        done = needs - _lacking(needs, mapped[export.connection_id], export.failed_at)
        found[export.id] = [fault for fault in export.faults if not _needs([fault]) & done]
    return found


def _lacking(needs: set[Need], mapped: mappings.Mapped, failed_at: datetime | None) -> set[Need]:
    """Those without a mapping, or with one that is as it was when the export failed."""
    return {need for need in needs if need not in mapped or (failed_at and mapped[need].changed_at < failed_at)}


def _is_mended(faults: Iterable[dict[str, str]], needs: set[Need], lacking: set[Need]) -> bool:
    return bool(needs) and not lacking and all(_kind_of(fault) for fault in faults)


def _needs(faults: Iterable[dict[str, str]]) -> set[Need]:
    """The values whose mapping would mend these faults, each once."""
    return {
        (kind, fault["source_value"]) for fault in faults if (kind := _kind_of(fault)) and fault.get("source_value")
    }


def _kind_of(fault: dict[str, str]) -> MappingKind | None:
    return next((kind for code, kind in _KINDS.items() if code.value == fault["code"]), None)
