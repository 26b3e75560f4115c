"""Audit entries: one per attempt outcome and per act, never changed; and how many there are."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db import Base, Id, UTCDateTime, closed_set
from dashboard.vocabulary.audit import Act, EntryKind
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.statuses import Status

Reference = String(255).with_variant(String(255, collation="C"), "postgresql")
"""Ordered by code points everywhere, so that "begins with" is a range of the index; SQLite orders so by itself."""


class AuditEntry(Base):
    """`status` is the resulting status; `actor` the person's name as it was then, "tieout" for the machine.

    `operation` is shared by the entries of one click. A reader by export names its record too, which has the index.
    No foreign keys: entries are written out of the rows that they name, by hundreds of thousands.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        CheckConstraint(
            "status IS NULL OR status <> 'failed' OR (error_code <> '' AND words <> '')",
            name="failed_has_a_reason",
        ),
        Index("ix_audit_entry_time", "tenant_id", "at", "id"),
        Index("ix_audit_entry_status", "tenant_id", "status", "at", "id"),
        Index("ix_audit_entry_reference", "tenant_id", "reference", "at", "id"),
        Index("ix_audit_entry_destination", "tenant_id", "connection_id", "at", "id"),
        Index("ix_audit_entry_actor", "tenant_id", "actor_id", "at", "id"),
        Index(
            "ix_audit_entry_code",
            "tenant_id",
            "error_code",
            "at",
            "id",
            sqlite_where=text("error_code <> ''"),
            postgresql_where=text("error_code <> ''"),
        ),
        Index("ix_audit_entry_record", "record_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    kind: Mapped[EntryKind] = mapped_column(closed_set(EntryKind))
    act: Mapped[Act] = mapped_column(closed_set(Act))
    actor_id: Mapped[int | None] = mapped_column(Id)
    actor: Mapped[str] = mapped_column(String(200))
    entity_type: Mapped[RecordKind | None] = mapped_column(closed_set(RecordKind))
    record_id: Mapped[int | None] = mapped_column(Id)
    export_id: Mapped[int | None] = mapped_column(Id)
    attempt_id: Mapped[int | None] = mapped_column(Id)
    connection_id: Mapped[int | None] = mapped_column(Id)
    reference: Mapped[str] = mapped_column(Reference, default="")
    status: Mapped[Status | None] = mapped_column(closed_set(Status))
    error_code: Mapped[str] = mapped_column(String(40), default="")
    error_subject: Mapped[str] = mapped_column(String(255), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    operation: Mapped[str] = mapped_column(String(40), default="")


class AuditCount(Base):
    """How many entries a quarter of an hour has with a status ("" for none), kept in the transaction that adds them.

    `quarter` is the number of quarters since 1970 began: every zone's days begin at one of them.
    """

    __tablename__ = "audit_count"
    __table_args__ = ({"sqlite_with_rowid": False},)

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    quarter: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(String(40), primary_key=True)
    n: Mapped[int] = mapped_column(default=0)
