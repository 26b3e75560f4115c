"""What must hold when everything is over, read from the ledger and from the database: the tests' only opinion."""

from collections import Counter
from decimal import Decimal
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.domain import counts
from dashboard.models import Attempt, AuditEntry, Connection, Export, Record
from dashboard.models.export import AttachmentState, AttemptState, Step
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.statuses import MOVES, Cause, Status
from tests.support.ledger import Ledger

KINDS = {
    RecordKind.INVOICE: "invoices",
    RecordKind.BILL: "bills",
    RecordKind.CREDIT_NOTE: "credit-notes",
    RecordKind.BILL_CREDIT: "bill-credits",
}
WITH_A_KEY = (RecordKind.INVOICE, RecordKind.BILL)

Booked = tuple[str, str, str, Decimal, str]
"""Kind, number, contact, total, and the export key where the ledger has a place for it."""


def booked(ledger: Ledger) -> Counter[Booked]:
    """Every document in the ledger, however often."""
    return Counter(
        (kind, row["number"], row["contact"], Decimal(row["total"]), (row["key"] or "").rpartition("/")[2])
        for kind in KINDS.values()
        for row in ledger.holds(kind)
        if row["status"] not in ("VOIDED", "DELETED")
    )


def meant(session: Session) -> Counter[Booked]:
    """What the ledger has to hold: every exported record once."""
    session.rollback()
    rows = session.execute(select(Record, Export.key).join(Export, Export.record_id == Record.id))
    return Counter(
        (
            KINDS[record.kind],
            record.number,
            record.contact_name,
            record.total.quantize(Decimal("0.01")),
            key if record.kind in WITH_A_KEY else "",
        )
        for record, key in rows
    )


def standing(session: Session) -> Counter[Status]:
    session.rollback()
    return Counter(session.scalars(select(Export.status)))


def is_settled(session: Session) -> bool:
    """Nothing is under way any more, attachments included."""
    under_way = {Status.READY, Status.PENDING, Status.SENDING, Status.CHECKING}
    if any(status in under_way for status in standing(session)):
        return False
    return session.scalar(select(Export.id).where(Export.attachment == AttachmentState.DUE).limit(1)) is None


def assert_nothing_lost_and_nothing_twice(session: Session, ledger: Ledger) -> None:
    """All of it: the ledger to the cent, statuses, attempts, counts and the log."""
    assert_in_the_ledger_once(session, ledger)
    failed = session.execute(
        select(Record.number, Export.error_code, Export.error_words)
        .join(Export, Export.record_id == Record.id)
        .where(Export.status != Status.SYNCED)
    ).all()
    assert failed == [], "nothing here is for a person to decide"
    assert session.scalars(select(Export.alarm).where(Export.alarm != "")).all() == []
    assert_each_stands_for_its_own_document(session, ledger)
    assert_every_attempt_has_an_outcome(session)
    assert_the_log_explains_where_everything_stands(session)
    assert_counts_equal_rows(session)


def assert_in_the_ledger_once(session: Session, ledger: Ledger) -> None:
    """Every exported record, by kind, number, contact, total and key, and nothing else."""
    wanted, found = meant(session), booked(ledger)
    assert {"missing": wanted - found, "too many": found - wanted} == {"missing": Counter(), "too many": Counter()}


def assert_counts_equal_rows(session: Session) -> None:
    session.rollback()
    assert counts.differences(session) == []


def assert_each_stands_for_its_own_document(session: Session, ledger: Ledger) -> None:
    """An export's ledger id leads to the document of its number and total, and to nobody else's."""
    held = {row["id"]: row for kind in KINDS.values() for row in ledger.holds(kind)}
    rows = session.execute(
        select(Export.ledger_id, Record.number, Record.total).join(Record, Record.id == Export.record_id)
    ).all()
    assert max(Counter(ledger_id for ledger_id, _, _ in rows).values()) == 1
    wrong = [
        (ledger_id, number)
        for ledger_id, number, total in rows
        if (held[ledger_id]["number"], Decimal(held[ledger_id]["total"])) != (number, total)
    ]
    assert wrong == []


def assert_every_attempt_has_an_outcome(session: Session) -> None:
    """Each was ended, and the log has an entry about it."""
    left = session.execute(
        select(Attempt.id, Attempt.step).where((Attempt.state == AttemptState.BEGUN) | Attempt.ended_at.is_(None))
    ).all()
    assert left == []
    logged = set(session.scalars(select(AuditEntry.attempt_id).where(AuditEntry.attempt_id.is_not(None))))
    silent = session.execute(select(Attempt.id, Attempt.step, Attempt.state).where(Attempt.id.not_in(logged))).all()
    assert silent == [], "attempts without an entry in the log"
    accepted = Counter(
        session.scalars(
            select(Attempt.export_id).where(Attempt.step == Step.DOCUMENT, Attempt.state == AttemptState.ACCEPTED)
        )
    )
    assert [export for export, n in accepted.items() if n > 1] == [], "accepted twice"


def assert_the_log_explains_where_everything_stands(session: Session) -> None:
    """An export's entries, read in order, are moves that are allowed, for causes that are allowed, to where it is."""
    entries: dict[int, list[tuple[Status, Cause]]] = {}
    rows = session.execute(
        select(AuditEntry.export_id, AuditEntry.status, AuditEntry.details)
        .where(AuditEntry.export_id.is_not(None), AuditEntry.act != Act.ATTACHMENT_OUTCOME)
        .order_by(AuditEntry.id)
    )
    for export_id, status, details in rows:
        entries.setdefault(export_id, []).append((status, Cause(details["cause"])))
    untold = []
    for export_id, status in session.execute(select(Export.id, Export.status)):
        story = [(Status.READY, Cause.PUBLISHED), *entries.get(export_id, [])]
        steps = pairwise(story)
        if story[-1][0] is not status or not all(_follows(before[0], *after) for before, after in steps):
            untold.append((export_id, status, story))
    assert untold == []


def _follows(before: Status, after: Status, cause: Cause) -> bool:
    """Being taken is no entry of its own, so a move out of Pending may have led through Sending."""
    if cause in MOVES.get((before, after), ()):
        return True
    return before is Status.PENDING and cause in MOVES.get((Status.SENDING, after), ())


def told(session: Session) -> str:
    """How bad it was: how the documents' attempts ended, and what looks into the ledger found."""
    session.rollback()
    states = Counter(session.scalars(select(Attempt.state).where(Attempt.step == Step.DOCUMENT)))
    findings = Counter(session.scalars(select(Attempt.finding).where(Attempt.finding != "")))
    return f"attempts {dict(states)}, found {dict(findings)}"


def held_connections(session: Session) -> list[int]:
    """Connections that somebody still holds."""
    session.rollback()
    return list(session.scalars(select(Connection.id).where(Connection.lease_until > 0)))
