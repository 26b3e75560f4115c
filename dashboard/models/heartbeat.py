"""Heartbeats: when a part of tieout that works by itself was last seen at work."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db import Base, UTCDateTime


class Heartbeat(Base):
    """One row per part, whichever process stands for it; `at` is the newest sign of any of them."""

    __tablename__ = "heartbeat"

    part: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
