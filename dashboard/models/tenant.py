"""Organisations and people: tenants, users, who belongs where, and the sign-in throttle."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db import Base, Id, UTCDateTime, closed_set
from dashboard.vocabulary.plans import Plan
from dashboard.vocabulary.roles import Role


class Tenant(Base):
    """`closing_day` is the day of a month on which the books of the month before are locked; None: on no fixed day.

    `plan_before` is the largest plan that the plan was lowered from, `plan_lowered_at` when it last was.
    """

    __tablename__ = "tenant"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    slug: Mapped[str] = mapped_column(String(63), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    plan: Mapped[Plan] = mapped_column(closed_set(Plan), default=Plan.FREE)
    plan_before: Mapped[Plan | None] = mapped_column(closed_set(Plan))
    plan_lowered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    base_currency: Mapped[str] = mapped_column(String(3), default="EUR")
    tax_id: Mapped[str] = mapped_column(String(64), default="")
    closing_day: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class User(Base):
    """A person. `session_mark` is part of every session; changing it ends them all."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    password_hash: Mapped[str] = mapped_column(String(200))
    is_staff: Mapped[bool] = mapped_column(default=False)
    session_mark: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Membership(Base):
    """`looked_at` is when the person last looked at the overview, `looked_before` when the visit before that ended."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("tenant_id", "user_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    role: Mapped[Role] = mapped_column(closed_set(Role))
    looked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    looked_before: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SignInThrottle(Base):
    """Tries of a subject ("email:…", "email:… from …", "address:…") since `since` that did not sign in, or not yet."""

    __tablename__ = "sign_in_throttle"

    subject: Mapped[str] = mapped_column(String(300), primary_key=True)
    failures: Mapped[int]
    since: Mapped[datetime] = mapped_column(UTCDateTime)
