"""Claims: a document of a ledger stands for one export of its connection and for no other; the database forbids it."""

from sqlalchemy import false, select
from sqlalchemy.orm import Session

from dashboard.models import Export, Record
from dashboard.vocabulary.postings import LedgerObject


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


def owner(session: Session, export: Export, found: LedgerObject) -> Record | None:
    """The other record of the organisation that the document stands for, or whose link it carries."""
    is_claimed = (Export.ledger_id != "") & (Export.ledger_id == found.ledger_id)
    is_its_document = (Export.connection_id == export.connection_id) & is_claimed
    carries_its_link = (Export.key == found.key) if found.key else false()
    whose = (
        select(Record)
        .join(Export, Export.record_id == Record.id)
        .where(Export.tenant_id == export.tenant_id, Export.id != export.id, is_its_document | carries_its_link)
        .order_by(Export.id)
    )
    return session.scalar(whose.limit(1))
