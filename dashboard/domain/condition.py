"""Condition: how a connection is doing, for the page that shows all of them. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, select
from sqlalchemy.orm import Session

from dashboard.domain import connections, counts, lookups, references
from dashboard.models import Connection, Export, Grant, Lookup, Mapping
from dashboard.models.connection import ConnectionState
from dashboard.models.lookup import LookupKind
from dashboard.vocabulary.references import ReferenceKind
from dashboard.vocabulary.statuses import IN_FLIGHT, Status


@dataclass(frozen=True)
class Condition:
    """`since` is when its state began; `lists_read` when the oldest of its lists was read, None while one was not.

    `refresh` is the newest order to read the lists, `leaving` the open order to disconnect. `failed_meanwhile` is
    how many exports failed during the last outage and still do.
    """

    connection: Connection
    since: datetime | None
    waiting: int
    failed: int
    lists_read: datetime | None
    refresh: Lookup | None
    leaving: Lookup | None
    is_mapped: bool
    failed_meanwhile: int

    @property
    def is_changing(self) -> bool:
        """Whether an order is under way, so that a page may watch it."""
        return self.leaving is not None or (self.refresh is not None and self.refresh.state.is_open)


def listed(session: Session, tenant_id: int) -> list[Condition]:
    """Every connection the organisation ever had."""
    return [of(session, connection) for connection in connections.listed(session, tenant_id)]


def of(session: Session, connection: Connection) -> Condition:
    by_status = counts.by_status(session, connection.tenant_id, [connection.id])
    grant = session.get(Grant, connection.grant_id) if connection.grant_id else None
    is_connected = connection.state is ConnectionState.CONNECTED
    read = references.asked_at(session, connection.id)
    pending = lookups.open_of_connection(session, connection.id)
    return Condition(
        connection=connection,
        since=grant.created_at if is_connected and grant else connection.broken_at,
        waiting=sum(by_status[status] for status in IN_FLIGHT),
        failed=by_status[Status.FAILED],
        lists_read=min(read.values()) if len(read) == len(ReferenceKind) else None,
        refresh=lookups.newest(session, connection.id, LookupKind.LISTS),
        leaving=next((each for each in pending if each.kind is LookupKind.DISCONNECT), None),
        is_mapped=session.scalar(select(Mapping.id).where(Mapping.connection_id == connection.id).limit(1)) is not None,
        failed_meanwhile=_failed_meanwhile(session, connection, grant) if is_connected and grant else 0,
    )


def failed_meanwhile(connection: Connection) -> ColumnElement[bool]:
    """The condition of exports that failed between the last outage's begin and the consent that ended it; those of a
    connection that had none, or was not reconnected, do not meet it.
    """
    if connection.broken_at is None:
        return false()
    ended = select(Grant.created_at).where(Grant.id == connection.grant_id).scalar_subquery()
    return and_(Export.failed_at >= connection.broken_at, Export.failed_at <= ended)


def _failed_meanwhile(session: Session, connection: Connection, grant: Grant) -> int:
    if connection.broken_at is None or connection.broken_at > grant.created_at:
        return 0
    query = select(func.count()).where(
        Export.tenant_id == connection.tenant_id,
        Export.connection_id == connection.id,
        Export.status == Status.FAILED,
        failed_meanwhile(connection),
    )
    return session.scalar(query) or 0
