"""Heartbeats: a part of tieout that works by itself says that it is at work, and pages see when it last was."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.db import upsert
from dashboard.models import Heartbeat

RUNNER = "runner"

MISSED_AFTER = timedelta(minutes=2)
"""A part that was not seen for so long is taken to have stopped."""


def beat(session: Session, part: str, now: datetime) -> None:
    """The part is at work. Needs a writing transaction."""
    statement = upsert(session, Heartbeat.__table__).values(part=part, at=now)
    session.execute(statement.on_conflict_do_update(index_elements=["part"], set_={"at": statement.excluded.at}))


def last(session: Session, part: str) -> datetime | None:
    """When the part was last at work; None when it never was."""
    return session.scalar(select(Heartbeat.at).where(Heartbeat.part == part))
