"""The whole of what a filter of the audit log shows, a chunk at a time: for files, not for pages."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from dashboard.db import reading
from dashboard.domain import audit, audit_log
from dashboard.domain.actors import Actor
from dashboard.domain.audit_filters import Choices, Filters
from dashboard.domain.audit_log import Cursor, Window
from dashboard.models import AuditEntry
from dashboard.vocabulary.audit import Act

CHUNK = 2_000

Line = Row[Any]
"""What a file tells of an entry."""

_entry = AuditEntry.__table__.c
_columns = (
    _entry.id,
    _entry.at,
    _entry.kind,
    _entry.act,
    _entry.entity_type,
    _entry.record_id,
    _entry.connection_id,
    _entry.reference,
    _entry.status,
    _entry.actor,
    _entry.error_code,
    _entry.error_subject,
    _entry.words,
    _entry.operation,
)


def begin(session: Session, tenant_id: int, filters: Filters, choices: Choices, actor: Actor, now: datetime) -> None:
    """Note in the log itself that somebody takes this away."""
    asked = "; ".join(words for _, words in filters.in_words(choices))
    words = f"Every entry shown, as CSV. {asked}" if asked else "Every entry shown, as CSV"
    audit.note_act(session, tenant_id, Act.LOG_DOWNLOADED, now, actor=actor, words=words)


def entries(session: Session, tenant_id: int, window: Window, filters: Filters, at: Cursor) -> Iterator[Line]:
    """Everything older than the place, the newest first.

    Each chunk is asked for by itself and begins where the last one ended: the database is let go while the file is
    read, however slowly, and no more than a chunk is in memory.
    """
    while chunk := audit_log.next_older(reading(session), tenant_id, window, filters, at, _columns, CHUNK):
        session.commit()
        yield from chunk
        at = Cursor(chunk[-1].at, chunk[-1].id)
