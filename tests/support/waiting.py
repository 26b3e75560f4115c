"""When a transaction waits for a row that another one holds. PostgreSQL only."""

from time import monotonic

from sqlalchemy import text
from sqlalchemy.orm import Session

PATIENCE = 20.0

_WAITS = text(
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid), pg_sleep(0.01) "
    "WHERE NOT granted AND datname = current_database()"
)


def wait_until_one_waits(watching: Session) -> None:
    """Return once some transaction of the database waits for a lock; `watching` is one that does not."""
    ends = monotonic() + PATIENCE
    while not watching.scalar(_WAITS):
        assert monotonic() < ends, "nobody waited"
