"""Resyncs: take every open one its next step further, and close those that nobody confirmed."""

from datetime import datetime

from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import resync


def run(session: Session, now: datetime) -> None:
    open_ones = resync.open_ones(session)
    session.commit()
    for each in open_ones:
        with writing(session):
            resync.advance(session, each, now)


def lapse(session: Session, now: datetime) -> None:
    with writing(session):
        resync.lapse(session, now)
