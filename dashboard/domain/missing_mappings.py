"""Missing mappings: what failed exports still need mapped, and which of them lack nothing any more."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.domain import mappings
from dashboard.models import Connection, Export, Record
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.mappings import MappingKind
from dashboard.vocabulary.statuses import Status

AT_MOST = 20_000


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
    ErrorCode.ACCOUNT_NOT_USABLE: MappingKind.ACCOUNT,
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
    known: dict[tuple[MappingKind, str], tuple[str, str]] = {}
    wanted: Counter[tuple[MappingKind, str]] = Counter()
    mended: list[int] = []
    for export_id, faults, failed_at, contact_name, tax_id in rows:
        needs = _needs(faults)
        lacking = {need for need in needs if need not in mapped or (failed_at and mapped[need].changed_at < failed_at)}
        wanted.update(lacking)
        for kind, value in lacking:
            is_contact = kind is MappingKind.CONTACT
            label = contact_name if is_contact else mappings.source_label(kind, value)
            known.setdefault((kind, value), (label, tax_id if is_contact else ""))
        if needs and not lacking and all(_kind_of(fault) for fault in faults):
            mended.append(export_id)
    values = [
        MissingValue(kind, value, known[kind, value][0], n, known[kind, value][1])
        for (kind, value), n in wanted.items()
    ]
    return Missing(tuple(sorted(values, key=lambda each: (-each.exports, each.kind, each.label))), tuple(mended))


def _needs(faults: Iterable[dict[str, str]]) -> set[tuple[MappingKind, str]]:
    """The values whose mapping would mend these faults, each once."""
    return {
        (kind, fault["source_value"]) for fault in faults if (kind := _kind_of(fault)) and fault.get("source_value")
    }


def _kind_of(fault: dict[str, str]) -> MappingKind | None:
    return next((kind for code, kind in _KINDS.items() if code.value == fault["code"]), None)
