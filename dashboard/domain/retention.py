"""Retention: which audit entries and which bodies of attempts have had their time, and deleting some of them.

Whatever an export that is still open needs stays. When and how many at a time is jobs/tasks/retention.py.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from dashboard.db import changed
from dashboard.domain import audit, audit_counts
from dashboard.domain.audit_filters import midnight
from dashboard.domain.counts import quarter
from dashboard.domain.resync_warnings import MENDING_ALL
from dashboard.models import Attempt, AuditCount, AuditEntry, Export, Tenant
from dashboard.models.export import AttachmentState, AttemptState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.plans import Keeping, Terms
from dashboard.vocabulary.statuses import Status


@dataclass(frozen=True)
class Place:
    """How far a look for what may go has come: everything up to this time and id was looked at."""

    at: datetime
    id: int


@dataclass(frozen=True)
class Found:
    """Rows that may go, by id, the oldest first; and where to go on, None when there is nothing more."""

    ids: Sequence[int]
    place: Place | None


def keeping(tenant: Tenant, terms: Terms) -> Keeping:
    lowered = tenant.plan_lowered_at
    return Keeping(terms, tenant.plan, tenant.plan_before, lowered.astimezone(tenant.zone).date() if lowered else None)


def kept_since(tenant: Tenant, terms: Terms, now: datetime) -> datetime | None:
    """The first instant of which everything is kept, aware; None when nothing is ever deleted."""
    day = keeping(tenant, terms).first_kept(now.astimezone(tenant.zone).date())
    return None if day is None else midnight(day, tenant.zone)


def oldest_entry(session: Session, tenant_id: int) -> datetime | None:
    """When the oldest entry was written that is still there."""
    return session.scalar(select(func.min(AuditEntry.at)).where(AuditEntry.tenant_id == tenant_id))


def old_entries(session: Session, tenant_id: int, before: datetime, place: Place | None, limit: int) -> Found:
    """Entries from before the instant that nobody needs; only reads."""
    query = (
        select(AuditEntry.at, AuditEntry.id)
        .where(AuditEntry.tenant_id == tenant_id, AuditEntry.at < before, ~_is_needed())
        .order_by(AuditEntry.at, AuditEntry.id)
    )
    if place is not None:
        query = query.where(tuple_(AuditEntry.at, AuditEntry.id) > tuple_(place.at, place.id))
    return _found(session.execute(query.limit(limit)).all(), limit)


def whole_attempts(session: Session, tenant_id: int, before: datetime, place: Place | None, limit: int) -> Found:
    """Attempts from before the instant whose bodies are there and that nobody needs; only reads."""
    query = (
        select(Attempt.begun_at, Attempt.id)
        .where(Attempt.tenant_id == tenant_id, Attempt.begun_at < before, *_may_be_trimmed())
        .order_by(Attempt.begun_at, Attempt.id)
    )
    if place is not None:
        query = query.where(tuple_(Attempt.begun_at, Attempt.id) > tuple_(place.at, place.id))
    return _found(session.execute(query.limit(limit)).all(), limit)


def delete_entries(session: Session, tenant_id: int, ids: Sequence[int]) -> Counter[Act]:
    """Delete those of the entries that still nobody needs, and take them off the counts; how many, by act."""
    gone = session.execute(
        delete(AuditEntry)
        .where(*_these(AuditEntry, tenant_id, ids), ~_is_needed())
        .returning(AuditEntry.at, AuditEntry.status, AuditEntry.act),
        execution_options={"synchronize_session": False},
    ).all()
    counted = Counter((quarter(at), audit_counts.status_of(act, status)) for at, status, act in gone)
    for (number, status), n in counted.items():
        audit_counts.add(session, tenant_id, number, status, -n)
    return Counter(act for _, _, act in gone)


def trim(session: Session, tenant_id: int, ids: Sequence[int], now: datetime) -> int:
    """Delete request and response of those attempts that still nobody needs; how many. All else of them stays."""
    mine = update(Attempt).where(*_these(Attempt, tenant_id, ids), *_may_be_trimmed())
    return changed(session, mine.values(request="", response="", trimmed_at=now))


def note(session: Session, tenant: Tenant, before: datetime, entries: int, bodies: int, now: datetime) -> None:
    """Tell in the organisation's own log what was deleted; drop the counts that have come to nothing."""
    gone = (AuditCount.tenant_id == tenant.id, AuditCount.quarter < quarter(before), AuditCount.n == 0)
    changed(session, delete(AuditCount).where(*gone))
    day = before.astimezone(tenant.zone).date()
    log = f"{entries:,} {'entry' if entries == 1 else 'entries'} of this log"
    tries = f"what was sent and answered in {bodies:,} {'try' if bodies == 1 else 'tries'}"
    audit.note_act(
        session,
        tenant.id,
        Act.ENTRIES_DELETED,
        now,
        words=f"From before {day}: {log}, and {tries}",
        details={"entries": entries, "bodies": bodies, "before": day.isoformat()},
    )


def _found(rows: Sequence[tuple[datetime, int]], limit: int) -> Found:
    ids = [row_id for _, row_id in rows]
    return Found(ids, Place(*rows[-1]) if len(rows) == limit else None)


def _these(
    rows: type[AuditEntry] | type[Attempt], tenant_id: int, ids: Sequence[int]
) -> tuple[ColumnElement[bool], ...]:
    """The tenant's rows of these ids, found by id alone: SQLite would rather walk through all rows of the tenant, and
    let every writer wait meanwhile."""
    return rows.id.in_(ids), rows.tenant_id + 0 == tenant_id


def _is_open() -> ColumnElement[bool]:
    """The export is not settled yet, or somebody has to look at it."""
    settled = and_(
        Export.status.in_((Status.SYNCED, Status.RESOLVED)),
        Export.alarm == "",
        Export.attachment != AttachmentState.DUE,
    )
    return ~settled


def _is_needed() -> ColumnElement[bool]:
    """An open export of its record, or a failure that what it tells of may have mended, still needs the entry."""
    history = exists().where(Export.record_id == AuditEntry.record_id, _is_open())
    mending = exists().where(
        Export.tenant_id == AuditEntry.tenant_id,
        Export.connection_id == AuditEntry.connection_id,
        Export.status == Status.FAILED,
        Export.failed_at <= AuditEntry.at,
    )
    return or_(history, and_(AuditEntry.act.in_(MENDING_ALL), mending))


def _may_be_trimmed() -> tuple[ColumnElement[bool], ...]:
    return (
        Attempt.trimmed_at.is_(None),
        Attempt.state != AttemptState.BEGUN,
        ~exists().where(Export.id == Attempt.export_id, _is_open()),
    )
