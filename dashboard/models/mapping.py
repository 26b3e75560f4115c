"""Mappings as they stand, and every change of them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db import Base, Id, UTCDateTime, closed_set
from dashboard.vocabulary.mappings import MappingKind


class Mapping(Base):
    """A value of the tenant's records and the ledger object it becomes (Xero: account code, tax type, ContactID)."""

    __tablename__ = "mapping"
    __table_args__ = (UniqueConstraint("connection_id", "kind", "source_value"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"), index=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"))
    kind: Mapped[MappingKind] = mapped_column(closed_set(MappingKind))
    source_value: Mapped[str] = mapped_column(String(300))
    source_label: Mapped[str] = mapped_column(String(300), default="")
    target_id: Mapped[str] = mapped_column(String(100))
    target_label: Mapped[str] = mapped_column(String(300))
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class MappingChange(Base):
    """Who changed what; an empty `before` means it was mapped for the first time, an empty `after` removed."""

    __tablename__ = "mapping_change"
    __table_args__ = (
        Index(
            "ix_mapping_change_mapping",
            "connection_id",
            "kind",
            "source_value",
            "version",
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"))
    kind: Mapped[MappingKind] = mapped_column(closed_set(MappingKind))
    source_value: Mapped[str] = mapped_column(String(300))
    version: Mapped[int]
    before: Mapped[str] = mapped_column(String(300), default="")
    after: Mapped[str] = mapped_column(String(300), default="")
    actor_id: Mapped[int | None] = mapped_column(Id)
    actor: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
