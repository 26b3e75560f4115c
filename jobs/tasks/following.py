"""Following: ask the ledgers once an hour what changed, and keep what is about documents of ours."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from sqlalchemy import delete, or_, select

from dashboard.db import changed, writing
from dashboard.domain import counts, following, lookups
from dashboard.domain.actors import MACHINE
from dashboard.models import Connection, Lookup
from dashboard.models.connection import ConnectionState
from dashboard.models.lookup import LookupKind
from dashboard.vocabulary.postings import LedgerObject
from dashboard.vocabulary.statuses import Status
from jobs.tasks.holding import Holding
from jobs.tasks.office import Office

EVERY = timedelta(hours=1)
"""Two calls each time: 48 a day, of the thousand that the smallest plan of a ledger allows."""

AT_ONCE = 200


def run(office: Office) -> int:
    """Leave the question for every connection that has something in its ledger; how many were asked."""
    now = office.clock()
    due = (
        Connection.state == ConnectionState.CONNECTED,
        or_(Connection.not_before.is_(None), Connection.not_before <= now),
        or_(Connection.changes_asked_at.is_(None), Connection.changes_asked_at <= now - EVERY),
    )
    asked = 0
    with office.session() as session:
        for connection in session.scalars(select(Connection).where(*due).order_by(Connection.id)).all():
            if not counts.by_status(session, connection.tenant_id, [connection.id])[Status.SYNCED]:
                continue
            with writing(session):
                lookups.ask(session, connection, LookupKind.CHANGES, {}, MACHINE, now)
            asked += 1
    return asked


def read(holding: Holding) -> dict[str, int]:
    """Read what changed since it was asked last; how many documents came, and how many of ours changed.

    Raises ProviderError, and then all is asked again later. The answer to it is the only one that is kept.
    """
    session, connection = holding.session, holding.connection
    since, asked_at = following.begins(session, connection) or holding.clock(), holding.clock()
    read = stored = 0
    session.commit()
    for some in _in_parts(holding.connector.changes(since)):
        read += len(some)
        changes = following.differing(session, connection, some)
        session.commit()
        if changes:
            with writing(session):
                following.store(session, changes, holding.clock())
            stored += len(changes)
    with writing(session):
        current = session.get_one(Connection, connection.id, populate_existing=True)
        current.changes_asked_at = asked_at
        former = (Lookup.connection_id == connection.id, Lookup.kind == LookupKind.CHANGES)
        changed(session, delete(Lookup).where(*former, Lookup.state.not_in(lookups.OPEN)))
    return {"read": read, "changed": stored}


def _in_parts(found: Iterator[LedgerObject]) -> Iterator[list[LedgerObject]]:
    while some := list(islice(found, AT_ONCE)):
        yield some
