"""Resyncs: a person's order to send a frozen set again, with one item per export."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, and_, case, literal
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db import Base, Id, UTCDateTime, closed_set


class ResyncState(StrEnum):
    FROZEN = "frozen"
    RUNNING = "running"
    CANCELLING = "cancelling"
    DONE = "done"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"

    @property
    def is_over(self) -> bool:
        return self in (ResyncState.DONE, ResyncState.CANCELLED, ResyncState.LAPSED)

    @property
    def label(self) -> str:
        return {"frozen": "To be confirmed", "running": "Under way"}.get(self.value, self.value.title())


class ItemState(StrEnum):
    """QUEUED is never stored: it is what is WAITING of a wave that has gone, see ResyncItem."""

    WAITING = "waiting"
    QUEUED = "queued"
    SYNCED = "synced"
    FAILED = "failed"
    SKIPPED = "skipped"
    LEFT = "left"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return {
            "waiting": "Waiting",
            "queued": "Sending",
            "synced": "Exported",
            "failed": "Still failing",
            "skipped": "Skipped",
            "left": "Not tried",
            "cancelled": "Cancelled",
        }[self.value]


class Resync(Base):
    """`sums` is {kind: {currency: amount as text}}; `scope` the filter it was frozen from, {} for ticked rows.

    `form_token` makes two presses of one form one job. `total` counts the items, those skipped when frozen included.
    """

    __tablename__ = "resync"
    __table_args__ = (
        UniqueConstraint("tenant_id", "form_token"),
        Index("ix_resync_state", "state"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"))
    state: Mapped[ResyncState] = mapped_column(closed_set(ResyncState), default=ResyncState.FROZEN)
    form_token: Mapped[str] = mapped_column(String(60))
    scope: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reason: Mapped[str] = mapped_column(String(500), default="")
    total: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)
    sums: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON, default=dict)
    wave: Mapped[int] = mapped_column(default=0)
    words: Mapped[str] = mapped_column(Text, default="")
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def label(self) -> str:
        """What pages and the log call it."""
        return f"Resync no. {self.id}"

    @property
    def why_left_out(self) -> str:
        """What is the matter with those that were `left_out`."""
        return "not failed any more" if "offer" in self.scope else "not among the exports of your organisation"


class ResyncItem(Base):
    """`cause` is "code|subject" of the failure when frozen, `failed_at` when it befell: a later one was not chosen.

    Items are written once when frozen and once when they end: that an item's wave went is kept by the resync, not by
    each of a hundred thousand rows. They are written by set statements out of the rows that they name, neither of
    which is ever deleted, and are without foreign keys: checking those costs PostgreSQL as much as writing the items.
    """

    __tablename__ = "resync_item"
    __table_args__ = (
        Index("ix_resync_item_state", "resync_id", "state", "wave"),
        {"sqlite_with_rowid": False},
    )

    resync_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    export_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    position: Mapped[int]
    wave: Mapped[int] = mapped_column(default=1)
    state: Mapped[ItemState] = mapped_column(closed_set(ItemState), default=ItemState.WAITING)
    cause: Mapped[str] = mapped_column(String(300), default="")
    failed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    words: Mapped[str] = mapped_column(Text, default="")
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @classmethod
    def waiting(cls, resync: Resync) -> ColumnElement[bool]:
        """Those of the resync that were not sent yet."""
        return and_(cls.resync_id == resync.id, cls.state == ItemState.WAITING, cls.wave > resync.wave)

    @classmethod
    def queued(cls, resync: Resync) -> ColumnElement[bool]:
        """Those of the resync that are on their way."""
        return and_(cls.resync_id == resync.id, cls.state == ItemState.WAITING, cls.wave <= resync.wave)

    @classmethod
    def state_in(cls, resync: Resync) -> ColumnElement[ItemState]:
        """The state of an item of the resync, QUEUED told from WAITING."""
        return case((cls.queued(resync), literal(ItemState.QUEUED, cls.state.type)), else_=cls.state)
