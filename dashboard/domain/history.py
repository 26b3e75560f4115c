"""What happened to one record, newest first: every act and outcome of the log, with what its attempt exchanged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.domain.mappings import source_label
from dashboard.models import Attempt, AuditEntry, Connection, Record
from dashboard.models.export import AttemptState, Step
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.mappings import MappingKind

LONGEST = 100


@dataclass(frozen=True)
class Happening:
    """One entry of the log. `attempt` stands with the first entry about it, where what it exchanged is shown."""

    entry: AuditEntry
    connection: Connection | None
    attempt: Attempt | None

    @property
    def title(self) -> str:
        label = self.connection.provider.label if self.connection else ""
        status = self.entry.status.label if self.entry.status else ""
        if self.entry.act is Act.ATTACHMENT_OUTCOME:
            return f"Original to {label}"
        if self.entry.act is not Act.EXPORT_OUTCOME:
            return self.entry.act.label
        if self.entry.details.get("cause") == "preflight":
            return f"Checked before sending to {label}: {status}"
        return f"Export to {label}: {status}"

    @property
    def mappings_used(self) -> list[tuple[str, int]]:
        """Each mapping that the attempt used, as (label, version)."""
        versions = self.attempt.mapping_versions if self.attempt else {}
        named = [(key.partition(":"), version) for key, version in versions.items()]
        return [(source_label(MappingKind(kind), value), version) for (kind, _, value), version in named]


def of(session: Session, record: Record) -> list[Happening]:
    """The newest entries about the record, at most LONGEST. The plan's window is the audit log's, not a record's."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.tenant_id == record.tenant_id, AuditEntry.record_id == record.id)
        .order_by(AuditEntry.id.desc())
        .limit(LONGEST)
    )
    entries = list(session.scalars(query))
    tried = session.scalars(select(Attempt).where(Attempt.id.in_({entry.attempt_id for entry in entries})))
    attempts = {attempt.id: attempt for attempt in tried}
    concerned = select(Connection).where(Connection.id.in_({entry.connection_id for entry in entries}))
    connections = {connection.id: connection for connection in session.scalars(concerned)}
    happenings = []
    for entry in reversed(entries):
        attempt = attempts.pop(entry.attempt_id, None) if entry.attempt_id else None
        connection = connections.get(entry.connection_id) if entry.connection_id else None
        happenings.append(Happening(entry, connection, attempt))
    return happenings[::-1]


def is_cut(record: Record, happenings: Sequence[Happening], kept_since: datetime | None) -> bool:
    """Whether what happened first may have been deleted: the record is older than what is kept, and the history does
    not begin with its being taken in."""
    if kept_since is None or record.created_at >= kept_since:
        return False
    return not happenings or happenings[-1].entry.act is not Act.RECORD_TAKEN_IN


def under_way(session: Session, export_ids: list[int]) -> list[Attempt]:
    """Attempts to send that have no outcome yet."""
    query = select(Attempt).where(
        Attempt.export_id.in_(export_ids), Attempt.state == AttemptState.BEGUN, Attempt.step == Step.DOCUMENT
    )
    return list(session.scalars(query.order_by(Attempt.id.desc())))
