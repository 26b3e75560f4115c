"""Mappings: what a value of the source becomes in one ledger. Every change is kept with who, when, before and after."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.domain import audit
from dashboard.domain.actors import Actor
from dashboard.domain.references import Ledger
from dashboard.models import Connection, Export, Mapping, MappingChange, Record
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.mappings import DEFAULT_ACCOUNTS, MappingKind, tax_label
from dashboard.vocabulary.references import ReferenceItem
from dashboard.vocabulary.statuses import Status


class BadTarget(Exception):
    """The chosen ledger object is not an active one of this connection's list; the message says so to a person."""


@dataclass(frozen=True)
class Target:
    """Where a value goes, with the version and time (aware UTC) of its last change."""

    target_id: str
    label: str
    version: int
    changed_at: datetime


Mapped = dict[tuple[MappingKind, str], Target]


@dataclass(frozen=True)
class OpenValue:
    """A value without a mapping that keeps exports from being sent. `exports` says how many."""

    kind: MappingKind
    source_value: str
    label: str
    exports: int


def load(session: Session, connection_id: int) -> Mapped:
    """Every mapping of the connection by kind and source value."""
    rows = session.scalars(select(Mapping).where(Mapping.connection_id == connection_id))
    return {
        (row.kind, row.source_value): Target(row.target_id, row.target_label, row.version, row.changed_at)
        for row in rows
    }


def listed(session: Session, connection: Connection, kind: MappingKind) -> list[Mapping]:
    query = select(Mapping).where(Mapping.connection_id == connection.id, Mapping.kind == kind)
    return list(session.scalars(query.order_by(Mapping.source_label, Mapping.source_value)))


def history(session: Session, connection: Connection, limit: int = 50) -> list[MappingChange]:
    """The newest changes first."""
    query = select(MappingChange).where(MappingChange.connection_id == connection.id)
    return list(session.scalars(query.order_by(MappingChange.id.desc()).limit(limit)))


def save(
    session: Session,
    connection: Connection,
    kind: MappingKind,
    source_value: str,
    target_id: str,
    ledger: Ledger,
    actor: Actor,
    now: datetime,
    *,
    label: str = "",
) -> bool:
    """Map the value; an empty target removes the mapping. Returns whether anything changed; raises BadTarget."""
    target = _target(kind, target_id, ledger) if target_id else None
    row = session.scalars(
        select(Mapping)
        .where(Mapping.connection_id == connection.id, Mapping.kind == kind, Mapping.source_value == source_value)
        .with_for_update()
    ).one_or_none()
    before = row.target_label if row else ""
    if (row.target_id if row else "") == (target_id or ""):
        return False
    after = _label(target) if target else ""
    version = _next_version(session, connection, kind, source_value)
    if target is None and row is not None:
        session.delete(row)
    elif row is not None:
        row.target_id, row.target_label, row.version, row.changed_at = target_id, after, version, now
    else:
        session.add(
            Mapping(
                tenant_id=connection.tenant_id,
                connection_id=connection.id,
                kind=kind,
                source_value=source_value,
                source_label=label or source_label(kind, source_value),
                target_id=target_id,
                target_label=after,
                version=version,
                changed_at=now,
            )
        )
    session.add(
        MappingChange(
            tenant_id=connection.tenant_id,
            connection_id=connection.id,
            kind=kind,
            source_value=source_value,
            version=version,
            before=before,
            after=after,
            actor_id=actor.id,
            actor=actor.name,
            at=now,
        )
    )
    session.flush()
    shown = label or (row.source_label if row else "") or source_label(kind, source_value)
    audit.note_act(
        session,
        connection.tenant_id,
        Act.MAPPING_CHANGED,
        now,
        actor=actor,
        connection_id=connection.id,
        reference=shown[:255],
        words=f"{shown}: {before or 'not mapped'} → {after or 'not mapped'}",
        details={"kind": kind.value, "source_value": source_value, "before": before, "after": after},
    )
    return True


def source_label(kind: MappingKind, source_value: str) -> str:
    """How a source value is shown to people."""
    if kind is MappingKind.TAX:
        return tax_label(source_value)
    if kind is MappingKind.ACCOUNT:
        return DEFAULT_ACCOUNTS.get(source_value, source_value)
    return source_value.partition(":")[2] or source_value


_OPEN = {
    ErrorCode.ACCOUNT_NOT_MAPPED: MappingKind.ACCOUNT,
    ErrorCode.ROUNDING_ACCOUNT_MISSING: MappingKind.ACCOUNT,
    ErrorCode.ACCOUNT_UNKNOWN: MappingKind.ACCOUNT,
    ErrorCode.ACCOUNT_INACTIVE: MappingKind.ACCOUNT,
    ErrorCode.TAX_NOT_MAPPED: MappingKind.TAX,
    ErrorCode.TAX_UNKNOWN: MappingKind.TAX,
    ErrorCode.CONTACT_NOT_MAPPED: MappingKind.CONTACT,
    ErrorCode.CONTACT_ARCHIVED: MappingKind.CONTACT,
}


def open_values(session: Session, connection: Connection) -> list[OpenValue]:
    """What failed exports still need mapped, the most wanted first. Reads at most 20,000 failed exports."""
    rows = session.execute(
        select(Export.faults, Export.failed_at, Record.contact_name)
        .join(Record, Record.id == Export.record_id)
        .where(
            Export.tenant_id == connection.tenant_id,
            Export.connection_id == connection.id,
            Export.status == Status.FAILED,
        )
        .limit(20_000)
    )
    found: dict[tuple[MappingKind, str], tuple[str, int]] = {}
    mapped = load(session, connection.id)
    for faults, failed_at, contact_name in rows:
        for kind, value in _wanted(faults):
            target = mapped.get((kind, value))
            if target is not None and failed_at is not None and target.changed_at >= failed_at:
                continue
            label = contact_name if kind is MappingKind.CONTACT else source_label(kind, value)
            found[(kind, value)] = (label, found.get((kind, value), (label, 0))[1] + 1)
    values = [OpenValue(kind, value, label, n) for (kind, value), (label, n) in found.items()]
    return sorted(values, key=lambda each: (-each.exports, each.kind, each.label))


def _wanted(faults: Iterable[dict[str, str]]) -> set[tuple[MappingKind, str]]:
    """The values whose mapping would mend these faults, each once."""
    wanted = set()
    for fault in faults:
        kind = next((kind for code, kind in _OPEN.items() if code.value == fault["code"]), None)
        if kind is not None and fault.get("source_value"):
            wanted.add((kind, fault["source_value"]))
    return wanted


def _target(kind: MappingKind, target_id: str, ledger: Ledger) -> ReferenceItem:
    item = ledger.of(kind.reference_kind).get(target_id)
    if item is None or not item.is_active:
        raise BadTarget(f"Choose one of the ledger's active {kind.label.lower()}; “{target_id}” is not one of them.")
    return item


def _label(item: ReferenceItem) -> str:
    return f"{item.code} {item.name}".strip() if item.code else item.name


def _next_version(session: Session, connection: Connection, kind: MappingKind, source_value: str) -> int:
    newest = session.scalar(
        select(MappingChange.version)
        .where(
            MappingChange.connection_id == connection.id,
            MappingChange.kind == kind,
            MappingChange.source_value == source_value,
        )
        .order_by(MappingChange.version.desc())
        .limit(1)
    )
    return (newest or 0) + 1
