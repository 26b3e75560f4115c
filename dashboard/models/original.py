"""Originals: the files as they came, kept by hash, and which record each belongs to."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from dashboard.db import Base, Id, UTCDateTime


class Original(Base):
    """A file's bytes, once per tenant. `documents` is how many records it stated when it was taken in."""

    __tablename__ = "original"
    __table_args__ = (UniqueConstraint("tenant_id", "sha256"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    documents: Mapped[int]
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RecordOriginal(Base):
    __tablename__ = "record_original"
    __table_args__ = (UniqueConstraint("original_id", "place"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    original_id: Mapped[int] = mapped_column(ForeignKey("original.id"))
    place: Mapped[str] = mapped_column(String(200))
    file_name: Mapped[str] = mapped_column(String(255))
    attached_at: Mapped[datetime] = mapped_column(UTCDateTime)
