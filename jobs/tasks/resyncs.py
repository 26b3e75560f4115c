"""Resyncs: take every open one its next step further, and close those that nobody confirmed."""

from dashboard.db import writing
from dashboard.domain import resync
from jobs.tasks.office import Office


def run(office: Office) -> None:
    with office.session() as session:
        open_ones = resync.open_ones(session)
        for each in open_ones:
            with writing(session):
                resync.advance(session, each, office.clock())


def lapse(office: Office) -> None:
    with office.session() as session, writing(session):
        resync.lapse(session, office.clock())
