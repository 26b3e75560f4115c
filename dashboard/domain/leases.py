"""Leases: which runner holds a connection while it drains it, by the database's own clock. Calls nothing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, literal_column, or_, select, update
from sqlalchemy.orm import Session

from dashboard.db import changed, database_clock
from dashboard.domain import lookups
from dashboard.domain.lifecycle import Fence
from dashboard.models import Connection, Export, Lookup
from dashboard.models.connection import ConnectionState
from dashboard.models.export import AttachmentState
from dashboard.models.lookup import LookupKind
from dashboard.vocabulary.statuses import Status


class LeaseLost(Exception):
    """Another runner holds the connection now, or the lease ran out: nothing more may be sent under it."""


@dataclass(frozen=True)
class Lease:
    """One holding of one connection. `epoch` grows with every holder; `seconds` is how long it lasts unrenewed."""

    tenant_id: int
    connection_id: int
    holder: str
    epoch: int
    seconds: float

    @property
    def fence(self) -> Fence:
        return Fence(self.connection_id, self.epoch)


def is_work_waiting(session: Session, now: datetime) -> bool:
    """Whether a free connection has work at `now`; only reads."""
    free = select(Connection.id).where(Connection.lease_until < database_clock(), has_work(now))
    return session.scalar(free.limit(1)) is not None


def take(session: Session, holder: str, seconds: float, now: datetime) -> Lease | None:
    """Hold the free connection with work that has waited longest for its turn; None when there is none."""
    free = (
        select(Connection.id)
        .where(Connection.lease_until < database_clock(), has_work(now))
        .order_by(Connection.last_drained, Connection.id)
        .limit(1)
        # Not a full lock: a connection that an export is being added to would be passed over.
        .with_for_update(skip_locked=True, key_share=True)
        .scalar_subquery()
    )
    taken = session.execute(
        update(Connection)
        .where(Connection.id == free)
        .values(lease_holder=holder, lease_epoch=Connection.lease_epoch + 1, lease_until=database_clock() + seconds)
        .returning(Connection.tenant_id, Connection.id, Connection.lease_epoch),
        execution_options={"synchronize_session": False},
    ).one_or_none()
    return None if taken is None else Lease(taken[0], taken[1], holder, taken[2], seconds)


def renew(session: Session, lease: Lease) -> None:
    """Hold on for another `lease.seconds`; raises LeaseLost when it ran out or another epoch began."""
    still_held = update(Connection).where(*_is_held(lease), Connection.lease_until >= database_clock())
    if changed(session, still_held.values(lease_until=database_clock() + lease.seconds)) != 1:
        raise LeaseLost(f"connection {lease.connection_id}, epoch {lease.epoch}")


def release(session: Session, lease: Lease) -> None:
    """Let go; the connection goes to the back of the queue. Nothing happens when it was lost already."""
    changed(session, update(Connection).where(*_is_held(lease)).values(lease_until=0.0, last_drained=database_clock()))


def take_over(session: Session, process: str) -> list[Lease]:
    """Hold instead of every holder whose name begins with `process:`, under a next epoch; what they had is stranded."""
    theirs = (
        Connection.lease_holder.startswith(f"{process}:", autoescape=True),
        Connection.lease_until >= database_clock(),
    )
    taken = session.execute(
        update(Connection)
        .where(*theirs)
        .values(lease_holder=process, lease_epoch=Connection.lease_epoch + 1)
        .returning(Connection.tenant_id, Connection.id, Connection.lease_epoch),
        execution_options={"synchronize_session": False},
    )
    return [Lease(tenant_id, connection_id, process, epoch, 0.0) for tenant_id, connection_id, epoch in taken.all()]


def has_work(now: datetime) -> ColumnElement[bool]:
    """The connection has something to do at `now`: a question, an export left Sending, a wait to end, exports due."""
    goes_on = or_(Connection.not_before.is_(None), Connection.not_before <= now)
    is_open = and_(Connection.state == ConnectionState.CONNECTED, goes_on)
    asked = (Lookup.connection_id == Connection.id, Lookup.state.in_(lookups.OPEN))
    return or_(
        # While the connection waits its questions wait too; for a long wait they are refused with the reason.
        and_(or_(Connection.state != ConnectionState.CONNECTED, goes_on), exists().where(*asked)),
        and_(
            Connection.not_before > now + lookups.OUTLASTS,
            exists().where(*asked, Lookup.kind != LookupKind.DISCONNECT),
        ),
        exists().where(*_exports_that_are(Status.SENDING)),
        # A wait that is over is ended though nothing is to be sent: its reason is on the page.
        and_(is_open, Connection.not_before.is_not(None)),
        and_(is_open, or_(*_is_any_due(now))),
    )


def _is_any_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    at_once_or_by_now = or_(Export.next_try_at.is_(None), Export.next_try_at <= now)
    # Without the organisation where an index is of few exports alone: SQLite would take that by status with it, and
    # read all that ever failed or arrived.
    mine = Export.connection_id == Connection.id
    return (
        exists().where(*_exports_that_are(Status.PENDING), at_once_or_by_now),
        exists().where(*_exports_that_are(Status.CHECKING), Export.check_at <= now),
        # What was refused as taken is compared with what the ledger holds: see comparing.py.
        exists().where(mine, Export.status == Status.FAILED, Export.next_try_at <= now),
        exists().where(mine, *attachment_due(now)),
    )


def _exports_that_are(status: Status) -> tuple[ColumnElement[bool], ...]:
    """Those of the row of Connection, by the columns of the index of exports by status."""
    return (
        Export.tenant_id == Connection.tenant_id,
        Export.connection_id == Connection.id,
        Export.status == status,
    )


def attachment_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Export.status == Status.SYNCED,
        # Written out, not bound: SQLite takes a partial index only where the text of the query implies it.
        Export.attachment == literal_column(f"'{AttachmentState.DUE.value}'"),
        or_(Export.attachment_not_before.is_(None), Export.attachment_not_before <= now),
    )


def _is_held(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return (
        Connection.id == lease.connection_id,
        Connection.lease_holder == lease.holder,
        Connection.lease_epoch == lease.epoch,
    )
