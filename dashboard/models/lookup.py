"""Lookups: what a page needs to ask a provider. The holder of the connection answers; the page polls."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db import Base, Id, UTCDateTime, closed_set


class LookupKind(StrEnum):
    COMPANIES = "companies"
    LISTS = "lists"
    FIND = "find"
    CREATE_CONTACT = "create-contact"
    DISCONNECT = "disconnect"
    CHANGES = "changes"


class LookupState(StrEnum):
    WAITING = "waiting"
    BEGUN = "begun"
    ANSWERED = "answered"
    USED = "used"
    FAILED = "failed"

    @property
    def is_open(self) -> bool:
        return self in (LookupState.WAITING, LookupState.BEGUN)


class Lookup(Base):
    """`question` and `answer` are JSON of the kind's own shape (domain/lookups.py); companies hang on a grant alone.

    A consent is used once: its answered lookup becomes USED by the act that it led to.
    """

    __tablename__ = "lookup"
    __table_args__ = (
        Index("ix_lookup_open", "state", "connection_id", "id"),
        Index("ix_lookup_newest", "connection_id", "kind", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("grant_token.id"))
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("connection.id"))
    kind: Mapped[LookupKind] = mapped_column(closed_set(LookupKind))
    state: Mapped[LookupState] = mapped_column(closed_set(LookupState), default=LookupState.WAITING)
    question: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    answer: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    error: Mapped[str] = mapped_column(Text, default="")
    actor_id: Mapped[int | None] = mapped_column(Id)
    actor: Mapped[str] = mapped_column(String(200), default="")
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
