"""Exports, their attempts, and the counts kept beside them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    case,
    func,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db import Base, Id, UTCDateTime, closed_set
from dashboard.vocabulary.postings import LedgerState
from dashboard.vocabulary.records import RecordKind, Trigger
from dashboard.vocabulary.statuses import Status


class AttachmentState(StrEnum):
    NONE = "none"
    DUE = "due"
    DONE = "done"
    REFUSED = "refused"


class AttemptState(StrEnum):
    BEGUN = "begun"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    TOLD_TO_WAIT = "told-to-wait"
    UNANSWERED = "unanswered"
    NOT_SENT = "not-sent"


class Step(StrEnum):
    DOCUMENT = "document"
    ATTACHMENT = "attachment"


class Export(Base):
    """One record on its way to one connection. Only domain/lifecycle.py changes `status` and what hangs on it.

    `faults` lists every cause of the newest failure: [{"code", "subject", "words", "source_value"}], the first also
    in columns; `need_set_id` says which mappings they lacked. `ordered_at` is when a person ordered to send it: one On
    Hold that has it waited for so long that somebody is asked whether it is still to be sent. `distrusted_at` is when a
    backup was restored after which it may have been sent: it is looked up first. `beside` lists ids of the ledger's
    documents that a person knows to be other ones. `drift` says in what the ledger's document is no longer as it was
    sent. `alarm` says that it may be in the ledger twice, and stays until a person looked. `operation` marks the newest
    set move that the row was part of.

    A set move writes every index of its rows anew on PostgreSQL, be it changed or not: each one here has to be worth
    that. `resync_id` is written by set statements too and is without a foreign key, whose check costs as much again;
    resyncs are never deleted.
    """

    __tablename__ = "export"
    __table_args__ = (
        UniqueConstraint("record_id", "connection_id"),
        CheckConstraint(
            "status <> 'failed' OR (error_code <> '' AND error_words <> '')",
            name="failed_has_a_reason",
        ),
        Index("ix_export_list", "tenant_id", "connection_id", "status", "id"),
        Index(
            "ix_export_later",
            "connection_id",
            "status",
            "next_try_at",
            "id",
            sqlite_where=text("next_try_at IS NOT NULL"),
            postgresql_where=text("next_try_at IS NOT NULL"),
        ),
        Index(
            "ix_export_urgent",
            "connection_id",
            "id",
            sqlite_where=text("status = 'pending' AND is_urgent"),
            postgresql_where=text("status = 'pending' AND is_urgent"),
        ),
        Index(
            "ix_export_asked",
            "connection_id",
            "ordered_at",
            sqlite_where=text("status = 'on-hold' AND ordered_at IS NOT NULL"),
            postgresql_where=text("status = 'on-hold' AND ordered_at IS NOT NULL"),
        ),
        Index(
            "ix_export_alarm",
            "tenant_id",
            sqlite_where=text("alarm <> ''"),
            postgresql_where=text("alarm <> ''"),
        ),
        Index(
            "uq_export_ledger_document",
            "connection_id",
            "ledger_id",
            unique=True,
            sqlite_where=text("ledger_id <> ''"),
            postgresql_where=text("ledger_id <> ''"),
        ),
        Index(
            "ix_export_needs",
            "need_set_id",
            "alarm",
            "failed_at",
            sqlite_where=text("status = 'failed' AND need_set_id IS NOT NULL"),
            postgresql_where=text("status = 'failed' AND need_set_id IS NOT NULL"),
        ),
        Index(
            "ix_export_attachment",
            "connection_id",
            "attachment_not_before",
            sqlite_where=text("attachment = 'due'"),
            postgresql_where=text("attachment = 'due'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"))
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"))
    kind: Mapped[RecordKind] = mapped_column(closed_set(RecordKind))
    status: Mapped[Status] = mapped_column(closed_set(Status), default=Status.READY)
    status_since: Mapped[datetime] = mapped_column(UTCDateTime)
    trigger: Mapped[Trigger] = mapped_column(closed_set(Trigger), default=Trigger.AUTOMATIC)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    ordered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    distrusted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    beside: Mapped[list[str]] = mapped_column(JSON, default=list)
    booking_date: Mapped[date | None]
    booking_reason: Mapped[str] = mapped_column(String(500), default="")
    tries: Mapped[int] = mapped_column(default=0)
    answers: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    check_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    absences: Mapped[int] = mapped_column(default=0)
    attempt_id: Mapped[int | None] = mapped_column(Id)
    error_code: Mapped[str] = mapped_column(String(40), default="")
    error_subject: Mapped[str] = mapped_column(String(255), default="")
    error_words: Mapped[str] = mapped_column(Text, default="")
    faults: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    need_set_id: Mapped[int | None] = mapped_column(ForeignKey("need_set.id"))
    failed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    found: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    ledger_id: Mapped[str] = mapped_column(String(100), default="")
    ledger_url: Mapped[str] = mapped_column(String(500), default="")
    ledger_state: Mapped[LedgerState | None] = mapped_column(closed_set(LedgerState))
    drift: Mapped[str] = mapped_column(Text, default="")
    warning: Mapped[str] = mapped_column(Text, default="")
    alarm: Mapped[str] = mapped_column(Text, default="")
    attachment: Mapped[AttachmentState] = mapped_column(closed_set(AttachmentState), default=AttachmentState.NONE)
    attachment_tries: Mapped[int] = mapped_column(default=0)
    attachment_not_before: Mapped[datetime | None] = mapped_column(UTCDateTime)
    resolution: Mapped[str] = mapped_column(String(40), default="")
    resolution_note: Mapped[str] = mapped_column(Text, default="")
    resync_id: Mapped[int | None] = mapped_column(Id)
    is_urgent: Mapped[bool] = mapped_column(default=False)
    operation: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @hybrid_property
    def stands_since(self) -> datetime:
        """Since when it stands where it stands; one that was queued and taken back failed when it failed."""
        return (self.failed_at if self.status is Status.FAILED else None) or self.status_since

    @stands_since.inplace.expression
    @classmethod
    def _stands_since(cls) -> ColumnElement[datetime]:
        failed_at = func.coalesce(cls.failed_at, cls.status_since)
        return case((cls.status == Status.FAILED, failed_at), else_=cls.status_since)

    @property
    def is_gone(self) -> bool:
        """Whether its document was voided or deleted in the ledger since, and books nothing any more."""
        return self.ledger_state is not None and self.ledger_state.is_gone


class Attempt(Base):
    """One try of one step. `posting` is as resolved and sent, `request` and `response` as exchanged, redacted.

    `trimmed_at` is when the two were deleted, the rest being kept.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        Index("ix_attempt_open", "state", "export_id"),
        Index(
            "ix_attempt_whole",
            "tenant_id",
            "begun_at",
            "id",
            sqlite_where=text("trimmed_at IS NULL"),
            postgresql_where=text("trimmed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    export_id: Mapped[int] = mapped_column(ForeignKey("export.id"), index=True)
    step: Mapped[Step] = mapped_column(closed_set(Step))
    state: Mapped[AttemptState] = mapped_column(closed_set(AttemptState), default=AttemptState.BEGUN)
    trigger: Mapped[Trigger] = mapped_column(closed_set(Trigger))
    epoch: Mapped[int]
    posting: Mapped[dict[str, Any]] = mapped_column(JSON)
    mapping_versions: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    method: Mapped[str] = mapped_column(String(10), default="")
    address: Mapped[str] = mapped_column(String(1000), default="")
    request: Mapped[str] = mapped_column(Text, default="")
    response: Mapped[str] = mapped_column(Text, default="")
    http_status: Mapped[int | None]
    request_id: Mapped[str] = mapped_column(String(100), default="")
    error_code: Mapped[str] = mapped_column(String(40), default="")
    error_words: Mapped[str] = mapped_column(Text, default="")
    finding: Mapped[str] = mapped_column(Text, default="")
    trimmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class StatusCount(Base):
    """How many exports have a status, kept in the transaction of every move."""

    __tablename__ = "status_count"

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"), primary_key=True)
    kind: Mapped[RecordKind] = mapped_column(closed_set(RecordKind), primary_key=True)
    status: Mapped[Status] = mapped_column(closed_set(Status), primary_key=True)
    n: Mapped[int] = mapped_column(default=0)


class OutcomeCount(Base):
    """How many exports a runner found synced or failed in a quarter of an hour, kept in the transaction of the outcome.

    `quarter` is the number of quarters since 1970 began: every zone's days begin at one of them.
    """

    __tablename__ = "outcome_count"

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    quarter: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[Status] = mapped_column(closed_set(Status), primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"), primary_key=True)
    kind: Mapped[RecordKind] = mapped_column(closed_set(RecordKind), primary_key=True)
    n: Mapped[int] = mapped_column(default=0)
