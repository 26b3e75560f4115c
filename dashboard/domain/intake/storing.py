"""Adding many records with their lines and taxes in a handful of statements."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from dashboard.db import Base
from dashboard.models import Record


def add_records(session: Session, tenant_id: int, records: Sequence[Record]) -> None:
    """Insert what `record_from` made and give each its id. The objects stay outside the session.

    The caller holds the tenant, so nobody else adds records to it meanwhile. A flush is not used: SQLite tells the ids
    of added rows in no order, so it would add them one by one.
    """
    if not records:
        return
    before = session.scalar(select(func.max(Record.id)).where(Record.tenant_id == tenant_id)) or 0
    _insert(session, records)
    added = select(Record.id).where(Record.tenant_id == tenant_id, Record.id > before).order_by(Record.id)
    for record, number in zip(records, session.scalars(added), strict=True):
        record.id = number
        for line in record.lines:
            line.record_id = number
        for tax in record.taxes:
            tax.record_id = number
    _insert(session, [line for record in records for line in record.lines])
    _insert(session, [tax for record in records for tax in record.taxes])


def mark_possible_duplicates(session: Session, pairs: Sequence[tuple[Record, Record]]) -> None:
    """Let each first record of a pair wait until somebody decides whether it is the second one."""
    if pairs:
        session.execute(
            update(Record),
            [{"id": record.id, "is_possible_duplicate": True, "duplicate_of_id": first.id} for record, first in pairs],
        )


def _insert(session: Session, rows: Sequence[Base]) -> None:
    """One statement for all: what is set on the objects, and the columns' defaults for the rest."""
    if rows:
        table: Any = rows[0].__table__
        values = [{name: value for name, value in vars(row).items() if name in table.columns} for row in rows]
        session.execute(insert(table), values)
