"""One-time links: what a person without a password, or without the right one, comes in by."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db import Base, Id, UTCDateTime, closed_set
from dashboard.vocabulary.roles import Role


class Purpose(StrEnum):
    INVITATION = "invitation"
    PASSWORD_RESET = "password-reset"  # noqa: S105 - it is a word, not a password


class OneTimeLink(Base):
    """`digest` is the SHA-256 of the key in the link; the key itself is nowhere. None until the link is handed out.

    An invitation names organisation and role, a password reset the person, once it is known who has that e-mail,
    and where it was handed over by somebody of an organisation, that too.
    `mail_due_at` is when the runner is to make and send the link; None when nothing is to be sent (any more).
    """

    __tablename__ = "one_time_link"
    __table_args__ = (
        Index("ix_one_time_link_email", "email", "purpose"),
        Index("ix_one_time_link_mail", "mail_due_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(closed_set(Purpose))
    email: Mapped[str] = mapped_column(String(254))
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenant.id"), index=True)
    role: Mapped[Role | None] = mapped_column(closed_set(Role))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    mail_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    mail_tries: Mapped[int] = mapped_column(default=0)
    mailed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    mail_trouble: Mapped[str] = mapped_column(Text, default="")
