"""Claims: a document of a ledger stands for one export of its connection and for no other; the database forbids it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.models import Export, Record


def other_record(session: Session, export: Export, ledger_id: str) -> str | None:
    """The number of the record whose export stands for that document already; None when it is free or this one's."""
    taken = (
        select(Record.number)
        .join(Export, Export.record_id == Record.id)
        .where(
            Export.tenant_id == export.tenant_id,
            Export.connection_id == export.connection_id,
            Export.ledger_id != "",
            Export.ledger_id == ledger_id,
            Export.id != export.id,
        )
    )
    return session.scalar(taken.limit(1))
