"""Mappings: what a value of the source becomes in one ledger. Every change is kept with who, when, before and after."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from dashboard.domain import audit, spellings
from dashboard.domain.actors import Actor
from dashboard.domain.references import Ledger
from dashboard.models import Connection, Mapping, MappingChange, Record
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.mappings import DEFAULT_ACCOUNTS, MappingKind, is_mappable, is_usable, tax_label
from dashboard.vocabulary.references import LONGEST_NAME, ReferenceItem


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
class Edit:
    """One row of a form: `seen` is the target that was mapped when the form was made, `target_id` the one chosen."""

    source_value: str
    seen: str
    target_id: str


class NotSaved(Exception):
    """Nothing of a form was saved; `problems` has a sentence for each source value that stood in the way."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


def load(session: Session, connection_id: int, contact_keys: Collection[str] | None = None) -> Mapped:
    """Every mapping of the connection by kind and source value; with `contact_keys`, of the contacts only these: there
    may be tens of thousands."""
    if contact_keys is None:
        return _load(session, connection_id, *MappingKind)
    others = (kind for kind in MappingKind if kind is not MappingKind.CONTACT)
    return _load(session, connection_id, *others) | contacts(session, connection_id, contact_keys)


def contacts(session: Session, connection_id: int, keys: Collection[str]) -> Mapped:
    """The mappings of these contacts; one that is not mapped is absent."""
    return _load(session, connection_id, MappingKind.CONTACT, values=keys) if keys else {}


def _load(session: Session, connection_id: int, *kinds: MappingKind, values: Collection[str] | None = None) -> Mapped:
    query = select(
        Mapping.kind,
        Mapping.source_value,
        Mapping.target_id,
        Mapping.target_label,
        Mapping.version,
        Mapping.changed_at,
    ).where(Mapping.connection_id == connection_id, Mapping.kind.in_(kinds))
    if values is not None:
        query = query.where(Mapping.source_value.in_(values))
    return {
        (kind, value): Target(target_id, label, version, changed_at)
        for kind, value, target_id, label, version, changed_at in session.execute(query)
    }


def of_values(
    session: Session, connection: Connection, kind: MappingKind, values: Collection[str]
) -> dict[str, Mapping]:
    """The mappings of these values, by value; one that is not mapped is absent."""
    query = select(Mapping).where(
        Mapping.tenant_id == connection.tenant_id,
        Mapping.connection_id == connection.id,
        Mapping.kind == kind,
        Mapping.source_value.in_(values),
    )
    return {each.source_value: each for each in session.scalars(query)}


def listed(
    session: Session, connection: Connection, kind: MappingKind, *, words: str = "", after: int = 0, limit: int = 20
) -> list[Mapping]:
    """Mappings by label, those that contain the words, from behind the mapping of id `after`; up to limit + 1."""
    query = select(Mapping).where(
        Mapping.tenant_id == connection.tenant_id, Mapping.connection_id == connection.id, Mapping.kind == kind
    )
    if words:
        columns = (Mapping.source_label, Mapping.source_value, Mapping.target_label)
        query = query.where(spellings.holds(columns, words))
    last = session.scalars(query.where(Mapping.id == after)).one_or_none() if after else None
    if last is not None:
        query = query.where(tuple_(Mapping.source_label, Mapping.id) > (last.source_label, last.id))
    return list(session.scalars(query.order_by(Mapping.source_label, Mapping.id).limit(limit + 1)))


def history(session: Session, connection: Connection, kind: MappingKind, limit: int = 50) -> list[MappingChange]:
    """The newest changes first."""
    query = select(MappingChange).where(
        MappingChange.tenant_id == connection.tenant_id,
        MappingChange.connection_id == connection.id,
        MappingChange.kind == kind,
    )
    return list(session.scalars(query.order_by(MappingChange.id.desc()).limit(limit)))


def save_form(
    session: Session,
    connection: Connection,
    kind: MappingKind,
    edits: Sequence[Edit],
    ledger: Ledger,
    actor: Actor,
    now: datetime,
) -> int:
    """Save the rows that were changed in a form, all or none; returns how many. Raises NotSaved.

    A row that somebody else changed since the form was made is a problem, not overwritten.
    """
    _hold(session, connection)
    mapped = load(session, connection.id)
    changes = [edit for edit in edits if edit.target_id != edit.seen]
    problems = {edit.source_value: _problem(kind, edit, mapped, ledger) for edit in changes}
    found = {value: problem for value, problem in problems.items() if problem}
    if found:
        raise NotSaved(found)
    names = contact_names(session, connection.tenant_id, [edit.source_value for edit in changes])
    return sum(
        save(
            session,
            connection,
            kind,
            edit.source_value,
            edit.target_id,
            ledger,
            actor,
            now,
            label=names.get(edit.source_value, "") if kind is MappingKind.CONTACT else "",
        )
        for edit in changes
    )


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
    _hold(session, connection)
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


def tax_id_of(source_value: str) -> str:
    """The tax id that a contact's value stands for; "" for one that has none, and for what is no contact."""
    of, _, said = source_value.partition(":")
    return said if of == "tax" else ""


def _target(kind: MappingKind, target_id: str, ledger: Ledger) -> ReferenceItem:
    item = ledger.of(kind.reference_kind).get(target_id)
    if item is None or not item.is_active:
        raise BadTarget(f"Choose one of the ledger's active {kind.label.lower()}; “{target_id}” is not one of them.")
    return item


def _problem(kind: MappingKind, edit: Edit, mapped: Mapped, ledger: Ledger) -> str:
    """Why the row cannot be saved, as a sentence; "" when it can."""
    if not is_mappable(kind, edit.source_value):
        return "This is not a value that can be mapped."
    current = mapped.get((kind, edit.source_value))
    target_id = current.target_id if current else ""
    if target_id not in (edit.seen, edit.target_id):
        return (
            f"Somebody changed this meanwhile, to {current.label if current else 'not mapped'}. Look again, then save."
        )
    if not edit.target_id:
        return ""
    try:
        item = _target(kind, edit.target_id, ledger)
    except BadTarget as refused:
        return str(refused)
    if not is_usable(kind, edit.source_value, item):
        return f"{_label(item)} cannot be used for this in the ledger; choose another."
    return ""


def _hold(session: Session, connection: Connection) -> None:
    """One change of a connection's mappings at a time: two of one value would else both be its first."""
    session.execute(select(Connection.id).where(Connection.id == connection.id).with_for_update(key_share=True))


def contact_names(session: Session, tenant_id: int, keys: list[str]) -> dict[str, str]:
    """How the organisation's records call these contacts, by contact key."""
    query = (
        select(Record.contact_key, func.max(Record.contact_name))
        .where(Record.tenant_id == tenant_id, Record.contact_key.in_(keys))
        .group_by(Record.contact_key)
    )
    return dict(session.execute(query).all())


def _label(item: ReferenceItem) -> str:
    return f"{item.code} {item.name}".strip()[:LONGEST_NAME] if item.code else item.name


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
