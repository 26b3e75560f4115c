"""Beating: the runner says that it is at work, so that pages can tell when nobody is."""

from dashboard.db import writing
from dashboard.domain import heartbeats
from jobs.tasks.office import Office


def run(office: Office) -> None:
    with office.session() as session, writing(session):
        heartbeats.beat(session, heartbeats.RUNNER, office.clock())
