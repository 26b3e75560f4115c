"""Distrusting: the command after a restored backup, before any runner starts again."""

from datetime import datetime

from dashboard.db import writing
from dashboard.domain import distrust
from dashboard.domain.actors import Actor
from dashboard.domain.distrust import Distrusted
from jobs.tasks.office import Office

COMMAND_LINE = Actor(None, "command line")


def run(office: Office, moment: datetime) -> Distrusted:
    """Mark what may have been sent after `moment` (aware). Raises ValueError when that is still to come."""
    timings = {provider: settings.timing for provider, settings in office.config.providers.items()}
    with office.session() as session, writing(session):
        return distrust.since(session, moment, timings, COMMAND_LINE, office.clock())
