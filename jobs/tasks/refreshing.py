"""Refreshing: lists that grew old though nothing was sent, so that drop-downs and lock dates are never days behind."""

from sqlalchemy import or_, select

from dashboard.db import writing
from dashboard.domain import lookups, references
from dashboard.domain.actors import MACHINE
from dashboard.models import Connection
from dashboard.models.connection import ConnectionState
from dashboard.models.lookup import LookupKind
from dashboard.vocabulary.references import ReferenceKind
from jobs.tasks.office import Office
from jobs.tasks.reading_lists import STALE_AFTER


def run(office: Office) -> int:
    """Leave the question for every connection that can be asked and has an old list; how many were asked.

    The holder reads them, as it does whatever a person asks for.
    """
    now = office.clock()
    can_be_asked = (
        Connection.state == ConnectionState.CONNECTED,
        or_(Connection.not_before.is_(None), Connection.not_before <= now),
    )
    asked = 0
    with office.session() as session:
        for connection in session.scalars(select(Connection).where(*can_be_asked).order_by(Connection.id)).all():
            read = references.asked_at(session, connection.id)
            if all(kind in read and now - read[kind] <= STALE_AFTER for kind in ReferenceKind):
                continue
            with writing(session):
                lookups.ask(session, connection, LookupKind.LISTS, {}, MACHINE, now)
            asked += 1
    return asked
