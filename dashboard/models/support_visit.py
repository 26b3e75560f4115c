"""Support visits: a member of staff looks into an organisation, for a reason and for a limited time."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db import Base, Id, UTCDateTime


class SupportVisit(Base):
    """`page` is what is looked at, in words, since `page_at`. It is over at `until`, whether or not that is noted."""

    __tablename__ = "support_visit"
    __table_args__ = (
        Index(
            "ix_support_visit_open",
            "tenant_id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_support_visit_staff",
            "staff_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    staff_name: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)
    until: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    page: Mapped[str] = mapped_column(String(300), default="")
    page_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
