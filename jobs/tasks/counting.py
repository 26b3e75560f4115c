"""Counting: compare the kept counts with the rows, and make them agree."""

import structlog

from dashboard.db import writing
from dashboard.domain import counts
from jobs.tasks.office import Office

log = structlog.get_logger(__name__)


def run(office: Office) -> int:
    """How many counts were wrong; each is logged, since a wrong one is a fault of ours, then mended."""
    with office.session() as session, writing(session):
        wrong = counts.differences(session)
        for key, kept, rows in wrong:
            log.error("count differs", connection=key.connection_id, status=key.status.value, kept=kept, rows=rows)
        if wrong:
            counts.recount(session)
    return len(wrong)
