"""Support visits whose time is over: their end is written into the organisation's log."""

from dashboard.db import writing
from dashboard.domain import support_visits
from jobs.tasks.office import Office


def run(office: Office) -> int:
    """How many ended."""
    with office.session() as session, writing(session):
        return support_visits.end_those_over(session, office.clock())
