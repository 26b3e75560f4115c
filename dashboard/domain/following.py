"""Following: what became of documents in their ledger after they arrived: approved, paid, voided, deleted, changed.

An export stays Synced whatever becomes of its document; nothing is sent. What is asked of the ledger is a task's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from dashboard.db import changed
from dashboard.domain import audit, stored_postings
from dashboard.domain.amounts import in_words
from dashboard.models import Attempt, Connection, Export, Record
from dashboard.vocabulary import agreement
from dashboard.vocabulary.agreement import Aspect
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.postings import DocumentPosting, LedgerObject, LedgerState
from dashboard.vocabulary.records import Payment
from dashboard.vocabulary.statuses import Status


@dataclass(frozen=True)
class Change:
    """What is to be stored of one document: its export's id and record's, and what is different there."""

    export_id: int
    record_id: int
    state: LedgerState
    drift: str
    payment: Payment
    words: str


def begins(session: Session, connection: Connection) -> datetime | None:
    """From when on changes are to be read (aware UTC); None while nothing of ours is in the ledger."""
    if connection.changes_asked_at is not None:
        return connection.changes_asked_at
    first = select(func.min(Export.status_since)).where(
        Export.tenant_id == connection.tenant_id,
        Export.connection_id == connection.id,
        Export.status == Status.SYNCED,
    )
    return session.scalar(first)


def differing(session: Session, connection: Connection, objects: Sequence[LedgerObject]) -> list[Change]:
    """Of these documents those that are ours and not as they are known here. Only reads."""
    by_id = {found.ledger_id: found for found in objects}
    rows = session.execute(
        select(Export, Record, Attempt.posting)
        .join(Record, Record.id == Export.record_id)
        .outerjoin(Attempt, Attempt.id == Export.attempt_id)
        .where(
            Export.connection_id == connection.id,
            # Said for its own sake too: the index of documents holds no empty ids.
            Export.ledger_id != "",
            Export.ledger_id.in_(by_id),
        )
        .order_by(Export.record_id, Export.id)
        .execution_options(populate_existing=True)
    )
    changes = []
    for export, record, posting in rows:
        found = by_id[export.ledger_id]
        drift = _drift(stored_postings.restored(posting), found) if posting else ""
        payment = _payment(found, record)
        if (found.state, drift, payment) != (export.ledger_state, export.drift, record.payment):
            words = _words(export, record, found, drift, payment, connection.provider.label)
            changes.append(Change(export.id, record.id, found.state, drift, payment, words))
    return changes


def store(session: Session, changes: Sequence[Change], now: datetime) -> None:
    """Keep what changed, with an entry in the log for each. Records first, as by everybody who holds both."""
    for each in changes:
        paid = update(Record).where(Record.id == each.record_id, Record.payment != each.payment)
        changed(session, paid.values(payment=each.payment))
    for each in sorted(changes, key=lambda change: change.export_id):
        export = session.get_one(Export, each.export_id, with_for_update=True, populate_existing=True)
        export.ledger_state, export.drift = each.state, each.drift
        session.flush()
        reference = session.scalar(select(Record.number).where(Record.id == each.record_id)) or ""
        audit.note_export(session, export, reference, Act.EXPORT_FOLLOWED, now, words=each.words)


def _payment(found: LedgerObject, record: Record) -> Payment:
    """What is paid by the ledger, and no less than the source says: what was paid before it was sent is known there
    alone, since nobody enters it in the ledger as a payment."""
    return _paid_there(found, record.payment).at_least(Payment.stated(record.total, record.prepaid))


def _paid_there(found: LedgerObject, known: Payment) -> Payment:
    if found.state is LedgerState.PAID:
        return Payment.PAID
    if found.state.is_gone or found.due is None:
        return Payment.UNPAID if found.state.is_gone else known
    return Payment.PART_PAID if 0 < found.due < found.total else Payment.UNPAID


def _drift(sent: DocumentPosting, found: LedgerObject) -> str:
    """In what the document is no longer as it was sent, for a person; "" when it is, or when it is gone altogether."""
    if found.state.is_gone:
        return ""
    is_same_contact = sent.contact_id.lower() == found.contact_id.lower()
    words = {
        Aspect.NUMBER: f"number {found.number or 'empty'} instead of {sent.number}",
        Aspect.CONTACT: f"contact {found.contact_name or 'another one'}",
        Aspect.DATE: f"date {found.date} instead of {sent.date}",
        Aspect.CURRENCY: f"currency {found.currency or 'empty'} instead of {sent.currency}",
        Aspect.TAX: f"tax {in_words(found.tax, found.currency)} instead of {in_words(sent.tax, sent.currency)}",
        Aspect.TOTAL: f"total {in_words(found.total, found.currency)} instead of {in_words(sent.total, sent.currency)}",
    }
    differs = agreement.differing(sent, found, is_same_contact=is_same_contact)
    said = [words[aspect] for aspect in differs if aspect in words]
    return f"Not as it was sent any more: {', '.join(said)}" if said else ""


def _words(export: Export, record: Record, found: LedgerObject, drift: str, payment: Payment, label: str) -> str:
    said = []
    if found.state is not export.ledger_state:
        said.append(f"{found.state.label} in {label}")
    if payment is not record.payment and payment is not Payment.PAID:
        is_open = payment is Payment.PART_PAID and found.due is not None
        owed = f", {in_words(found.due or Decimal(0), found.currency)} still open" if is_open else ""
        said.append(f"{payment.label}{owed}")
    if drift != export.drift:
        said.append(drift or "As it was sent again")
    return "; ".join(said) or payment.label
