"""The ledger's own lists as last read: stored, and loaded as a snapshot that checks and drop-downs use."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.db import upsert
from dashboard.domain.intake.identity import are_names_apart, normalised_tax_id
from dashboard.models import Connection, ReferenceList, ReferenceRow
from dashboard.vocabulary.references import ReferenceItem, ReferenceKind

_COLUMNS = ("kind", "external_id", "code", "name", "is_active")


def store(
    session: Session,
    connection: Connection,
    kind: ReferenceKind,
    items: Iterable[ReferenceItem],
    asked_at: datetime,
    *,
    is_whole: bool,
) -> int:
    """Keep what the ledger said, a row per object; returns how many. Absent from a whole list means inactive.

    An object whose id cannot be kept is as if absent.
    """
    told = [item for item in items if item.is_keepable]
    rows = [
        {
            "tenant_id": connection.tenant_id,
            "connection_id": connection.id,
            "kind": kind,
            "external_id": item.external_id,
            "code": item.code,
            "name": item.name,
            "is_active": item.is_active,
            "details": _details(item),
            "read_at": asked_at,
        }
        for item in told
    ]
    if rows:
        # All in one go: a ledger has tens of thousands of contacts, and nobody else may write meanwhile.
        statement = upsert(session, ReferenceRow.__table__)
        said = {name: statement.excluded[name] for name in ("code", "name", "is_active", "details", "read_at")}
        session.execute(
            statement.on_conflict_do_update(index_elements=["connection_id", "kind", "external_id"], set_=said), rows
        )
    if kind is ReferenceKind.ORGANISATION:
        for item in told:
            connection.company_name = item.name[:200]
            connection.short_code = item.short_code
    if is_whole:
        session.execute(
            update(ReferenceRow)
            .where(
                ReferenceRow.connection_id == connection.id,
                ReferenceRow.kind == kind,
                ReferenceRow.read_at < asked_at,
            )
            .values(is_active=False),
            execution_options={"synchronize_session": False},
        )
    asked = upsert(session, ReferenceList.__table__).values(connection_id=connection.id, kind=kind, asked_at=asked_at)
    session.execute(asked.on_conflict_do_update(index_elements=["connection_id", "kind"], set_={"asked_at": asked_at}))
    return len(told)


def asked_at(session: Session, connection_id: int) -> dict[ReferenceKind, datetime]:
    """When each list was last read; a kind never read is absent."""
    found = session.execute(
        select(ReferenceList.kind, ReferenceList.asked_at).where(ReferenceList.connection_id == connection_id)
    )
    return {row.kind: row.asked_at for row in found}


def items(
    session: Session, connection_id: int, kind: ReferenceKind, *, only_active: bool = False
) -> list[ReferenceItem]:
    """The list in the order of code and name."""
    query = select(ReferenceRow).where(ReferenceRow.connection_id == connection_id, ReferenceRow.kind == kind)
    if only_active:
        query = query.where(ReferenceRow.is_active)
    return [_item(row) for row in session.scalars(query.order_by(ReferenceRow.code, ReferenceRow.name))]


@dataclass(frozen=True)
class Ledger:
    """One connection's lists, by the id that a mapping points at: account code, tax code, contact id; items by code."""

    accounts: dict[str, ReferenceItem]
    tax_rates: dict[str, ReferenceItem]
    contacts: dict[str, ReferenceItem]
    items: dict[str, ReferenceItem]
    organisation: ReferenceItem | None

    def contacts_with(self, tax_id: str, name: str) -> list[ReferenceItem]:
        """Active contacts that carry this tax id, but those of quite another name: somebody has it by mistake."""
        found = self._by_tax_id.get(normalised_tax_id(tax_id), ())
        return [contact for contact in found if not are_names_apart(name, contact.name)]

    @cached_property
    def _by_tax_id(self) -> dict[str, list[ReferenceItem]]:
        found: dict[str, list[ReferenceItem]] = {}
        for contact in self.contacts.values():
            for tax_id in {normalised_tax_id(each) for each in contact.tax_ids} - {""} if contact.is_active else ():
                found.setdefault(tax_id, []).append(contact)
        return found

    def of(self, kind: ReferenceKind) -> dict[str, ReferenceItem]:
        return {
            ReferenceKind.ACCOUNT: self.accounts,
            ReferenceKind.TAX_RATE: self.tax_rates,
            ReferenceKind.CONTACT: self.contacts,
        }[kind]


def ledger(session: Session, connection_id: int) -> Ledger:
    """Load the snapshot as it stands in the database."""
    return Ledger(
        accounts=_by_code(items(session, connection_id, ReferenceKind.ACCOUNT)),
        tax_rates=_by_code(items(session, connection_id, ReferenceKind.TAX_RATE)),
        items=_by_code(items(session, connection_id, ReferenceKind.ITEM)),
        contacts={item.external_id: item for item in items(session, connection_id, ReferenceKind.CONTACT)},
        organisation=organisation(session, connection_id),
    )


def organisation(session: Session, connection_id: int) -> ReferenceItem | None:
    """What the ledger says of itself; None where that was never read."""
    found = items(session, connection_id, ReferenceKind.ORGANISATION)
    return max(found, key=lambda each: each.is_active, default=None)


def _by_code(found: list[ReferenceItem]) -> dict[str, ReferenceItem]:
    """An archived object may have left its code to an active one; what has no code cannot be named on a line."""
    return {item.code: item for item in sorted(found, key=lambda each: each.is_active) if item.code}


def _details(item: ReferenceItem) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Decimal):
            return f"{value:f}"
        return list(value) if isinstance(value, tuple) else value

    return {name: plain(value) for name, value in asdict(item).items() if name not in _COLUMNS}


def _item(row: ReferenceRow) -> ReferenceItem:
    rest = dict(row.details)
    for name in ("locked_until", "year_locked_until"):
        rest[name] = date.fromisoformat(rest[name]) if rest.get(name) else None
    rest["rate"] = Decimal(rest["rate"]) if rest.get("rate") is not None else None
    for name in ("tax_ids", "currencies"):
        rest[name] = tuple(rest.get(name, ()))
    return ReferenceItem(
        kind=row.kind,
        external_id=row.external_id,
        code=row.code,
        name=row.name,
        is_active=row.is_active,
        **rest,
    )
