"""Grants (one consent's tokens), the connections standing on them, and the budgets that pace their calls."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db import Base, Id, UTCDateTime, closed_set
from dashboard.vocabulary.postings import PostAs
from dashboard.vocabulary.providers import Provider


class ConnectionState(StrEnum):
    CONNECTED = "connected"
    ERROR = "error"
    DISCONNECTED = "disconnected"

    @property
    def label(self) -> str:
        return {
            "connected": "Connected",
            "error": "Needs reconnecting",
            "disconnected": "Disconnected",
        }[self.value]


class Grant(Base):
    """Tokens are sealed and bound to this row; `previous` is the pair before, kept until the newer one has worked."""

    __tablename__ = "grant_token"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"), index=True)
    provider: Mapped[Provider] = mapped_column(closed_set(Provider))
    tokens: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    previous: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    is_broken: Mapped[bool] = mapped_column(default=False)
    refresh_lock: Mapped[str] = mapped_column(String(40), default="")
    refresh_lock_until: Mapped[float] = mapped_column(default=0.0)
    consented_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Connection(Base):
    """One company of one provider. The lease columns say which runner holds it, by the database's clock in seconds.

    `broken_at` is when it last stopped being connected; a reconnection, made when its grant was, leaves it standing.
    `changes_asked_at` is up to when it is known what changed in the ledger.
    """

    __tablename__ = "connection"
    __table_args__ = (
        UniqueConstraint("tenant_id", "provider", "external_id"),
        Index("ix_connection_lease", "lease_until"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("grant_token.id"), index=True)
    provider: Mapped[Provider] = mapped_column(closed_set(Provider))
    external_id: Mapped[str] = mapped_column(String(100))
    link_id: Mapped[str] = mapped_column(String(100), default="")
    company_name: Mapped[str] = mapped_column(String(200))
    short_code: Mapped[str] = mapped_column(String(20), default="")
    state: Mapped[ConnectionState] = mapped_column(closed_set(ConnectionState), default=ConnectionState.CONNECTED)
    error_code: Mapped[str] = mapped_column(String(40), default="")
    error_words: Mapped[str] = mapped_column(Text, default="")
    broken_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    export_on_approval: Mapped[bool] = mapped_column(default=True)
    attach_original: Mapped[bool] = mapped_column(default=True)
    sales_post_as: Mapped[PostAs] = mapped_column(closed_set(PostAs), default=PostAs.APPROVED)
    purchases_post_as: Mapped[PostAs] = mapped_column(closed_set(PostAs), default=PostAs.DRAFT)
    start_date: Mapped[date | None]
    not_before: Mapped[datetime | None] = mapped_column(UTCDateTime)
    waiting_for: Mapped[str] = mapped_column(String(300), default="")
    changes_asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lease_holder: Mapped[str] = mapped_column(String(60), default="")
    lease_epoch: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[float] = mapped_column(default=0.0)
    last_drained: Mapped[float] = mapped_column(default=0.0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CallBudget(Base):
    """The times of recent calls against one ceiling, as JSON numbers of seconds, newest last."""

    __tablename__ = "call_budget"

    ceiling: Mapped[str] = mapped_column(String(200), primary_key=True)
    calls: Mapped[str] = mapped_column(Text, default="[]")
