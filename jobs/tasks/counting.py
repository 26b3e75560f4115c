"""Counting: compare the kept counts with the rows, and make them agree."""

import structlog

from dashboard.db import one_snapshot, writing
from dashboard.domain import counts
from jobs.tasks.office import Office

log = structlog.get_logger(__name__)


def run(office: Office) -> int:
    """How many counts were wrong; each is logged, since a wrong one is a fault of ours, then mended.

    All rows are read without holding anybody up; only what differs then is counted again under a lock.
    """
    mended = 0
    with office.session() as session:
        with one_snapshot(session):
            suspects = [key for key, _, _ in counts.differences(session)]
        for key in suspects:
            with writing(session):
                wrong = counts.mend(session, key)
            if wrong is not None:
                kept, rows = wrong
                log.error("count differs", connection=key.connection_id, status=key.status.value, kept=kept, rows=rows)
                mended += 1
    return mended
