"""Writing the audit log: entries are only ever added. Reading them is audit_log.py, deleting old ones retention.py."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from dashboard.domain import audit_counts
from dashboard.domain.actors import MACHINE, Actor
from dashboard.domain.counts import quarter
from dashboard.models import AuditEntry, Export, Record
from dashboard.vocabulary.audit import Act, EntryKind
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.records import RecordKind


def note_act(
    session: Session,
    tenant_id: int,
    act: Act,
    now: datetime,
    *,
    actor: Actor = MACHINE,
    reference: str = "",
    words: str = "",
    entity_type: RecordKind | None = None,
    record_id: int | None = None,
    connection_id: int | None = None,
    operation: str = "",
    error_code: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add what somebody did (or what befell a connection); an act of an export goes through note_export."""
    session.execute(
        insert(AuditEntry).values(
            tenant_id=tenant_id,
            at=now,
            kind=EntryKind.ACT,
            act=act,
            actor_id=actor.id,
            actor=actor.name,
            entity_type=entity_type,
            record_id=record_id,
            connection_id=connection_id,
            reference=reference,
            words=words,
            operation=operation,
            error_code=error_code,
            details=dict(details or {}),
        )
    )
    audit_counts.add(session, tenant_id, quarter(now), None)


def note_records(session: Session, acts: Sequence[tuple[Record, Act, str]], actor: Actor, now: datetime) -> None:
    """Add one act with its words for each of many records, in the order given and in one go."""
    session.execute(
        insert(AuditEntry),
        [
            {
                "tenant_id": record.tenant_id,
                "at": now,
                "kind": EntryKind.ACT,
                "act": act,
                "actor_id": actor.id,
                "actor": actor.name,
                "entity_type": record.kind,
                "record_id": record.id,
                "reference": record.number,
                "words": words,
            }
            for record, act, words in acts
        ],
    )
    for record, _, _ in acts:
        audit_counts.add(session, record.tenant_id, quarter(now), None)


def note_export(
    session: Session,
    export: Export,
    reference: str,
    act: Act,
    now: datetime,
    *,
    actor: Actor = MACHINE,
    words: str = "",
    attempt_id: int | None = None,
    operation: str = "",
    error_code: ErrorCode | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add an outcome or act of one export, carrying its status and error as they are on the row now."""
    is_failed = export.status.value == "failed"
    outcome = act in (Act.EXPORT_OUTCOME, Act.ATTACHMENT_OUTCOME)
    session.execute(
        insert(AuditEntry).values(
            tenant_id=export.tenant_id,
            at=now,
            kind=EntryKind.EXPORT if outcome else EntryKind.ACT,
            act=act,
            actor_id=actor.id,
            actor=actor.name,
            entity_type=export.kind,
            record_id=export.record_id,
            export_id=export.id,
            attempt_id=attempt_id,
            connection_id=export.connection_id,
            reference=reference,
            status=export.status,
            error_code=error_code or (export.error_code if is_failed else ""),
            error_subject=export.error_subject if is_failed else "",
            words=words or (export.error_words if is_failed else ""),
            operation=operation,
            details=dict(details or {}),
        )
    )
    audit_counts.add(session, export.tenant_id, quarter(now), audit_counts.status_of(act, export.status))
