"""Reference items: copies of a ledger's own objects, and when each list was last read."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db import Base, Id, UTCDateTime, closed_set
from dashboard.vocabulary.references import ReferenceKind


class ReferenceRow(Base):
    """One object. `details` is the rest of vocabulary.references.ReferenceItem; dates ISO, decimals as text."""

    __tablename__ = "reference_item"
    __table_args__ = (
        UniqueConstraint("connection_id", "kind", "external_id"),
        Index("ix_reference_item_code", "connection_id", "kind", "code"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"))
    kind: Mapped[ReferenceKind] = mapped_column(closed_set(ReferenceKind))
    external_id: Mapped[str] = mapped_column(String(100))
    code: Mapped[str] = mapped_column(String(100), default="")
    name: Mapped[str] = mapped_column(String(300), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    read_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ReferenceList(Base):
    """One list of one connection. `asked_at` is set before the call, so that nothing changed meanwhile is missed."""

    __tablename__ = "reference_list"

    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"), primary_key=True)
    kind: Mapped[ReferenceKind] = mapped_column(closed_set(ReferenceKind), primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
