"""Drain: hold one connection with work, do what is due on it for a slice of time, let go."""

import socket
import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

import structlog
from sqlalchemy.orm import Session

from dashboard.config import Config
from dashboard.db import writing
from dashboard.domain import attempts, connections, leases, lookups
from dashboard.domain.leases import Lease, LeaseLost
from dashboard.models import Connection, Grant
from dashboard.models.connection import ConnectionState
from dashboard.vocabulary.errors import BREAKS_CONNECTION, ErrorCode
from dashboard.vocabulary.postings import ProviderError
from dashboard.vocabulary.providers import FACTS, endpoints
from jobs import tokens
from jobs.connectors.registry import Access, connect
from jobs.connectors.wire import Client
from jobs.gate import HolderGate
from jobs.tasks import answering, attaching, looking_up, reading_lists, sending
from jobs.tasks.holding import Holding

SLICE = 15.0
"""Seconds after which a drain lets another connection have its turn."""

UNSAID_WAIT = timedelta(seconds=60)
log = structlog.get_logger(__name__)


def holder_name() -> str:
    """A name for this holder that no other holder ever has."""
    return f"{socket.gethostname()[:30]}:{uuid.uuid4().hex[:16]}"


def run(
    session: Session, config: Config, client: Client, clock: Callable[[], datetime], stopping: threading.Event
) -> bool:
    """Drain the connection that has waited longest; False when none had work. Never leaves a connection held."""
    with writing(session):
        seconds = max(settings.timing.lease.total_seconds() for settings in config.providers.values())
        lease = leases.take(session, holder_name(), seconds, clock())
    if lease is None:
        return False
    try:
        _drain(session, config, client, lease, clock, stopping)
    except LeaseLost:
        log.warning("lease lost", connection=lease.connection_id, epoch=lease.epoch)
    finally:
        session.rollback()
        with writing(session):
            leases.release(session, lease)
    return True


def _drain(
    session: Session,
    config: Config,
    client: Client,
    lease: Lease,
    clock: Callable[[], datetime],
    stopping: threading.Event,
) -> None:
    connection = session.get_one(Connection, lease.connection_id, populate_existing=True)
    timing = config.providers[connection.provider].timing
    with writing(session):
        attempts.strand(session, lease, clock(), timing.settles_after)
    if connection.state is not ConnectionState.CONNECTED:
        with writing(session):
            _refuse_questions(session, connection, clock())
        return
    ends = monotonic() + SLICE
    renewed = False
    while not stopping.is_set() and monotonic() < ends:
        try:
            holding = _hold(session, config, client, lease, connection, clock, stopping)
            while not stopping.is_set() and monotonic() < ends:
                if not _step(holding):
                    return
                renewed = False
        except ProviderError as fault:
            session.rollback()
            # An access token may end before its time; one renewal tells that from an access that was withdrawn.
            if (
                fault.code is ErrorCode.ACCESS_EXPIRED
                and not renewed
                and _renewed(session, config, client, lease, clock)
            ):
                renewed = True
                continue
            _take_note(session, connection, fault, clock())
            return


def _step(holding: Holding) -> bool:
    """Do the most urgent thing that is due: people's questions, doubts, documents, then attachments."""
    return (
        answering.answer_next(holding)
        or reading_lists.read_if_stale(holding)
        or looking_up.look_up_due(holding)
        or sending.send_next(holding)
        or attaching.attach_next(holding)
    )


def _hold(
    session: Session,
    config: Config,
    client: Client,
    lease: Lease,
    connection: Connection,
    clock: Callable[[], datetime],
    stopping: threading.Event,
) -> Holding:
    settings = config.providers[connection.provider]
    gate = HolderGate(session, lease, connection.provider, connection.external_id, settings.pace, stopping)
    grant = session.get_one(Grant, connection.grant_id)
    token = tokens.ensure(session, config, client, grant, clock)
    access = Access(
        base_url=endpoints(connection.provider, settings.base_url).api,
        access_token=token,
        company_id=connection.external_id,
        link_id=connection.link_id,
        short_code=connection.short_code,
        gate=gate,
        deadline=settings.timing.call_deadline,
        client=client,
    )
    return Holding(
        session=session,
        config=config,
        lease=lease,
        connection=connection,
        connector=connect(connection.provider, access),
        gate=gate,
        clock=clock,
        stopping=stopping,
        limits=FACTS[connection.provider].limits,
    )


def _renewed(session: Session, config: Config, client: Client, lease: Lease, clock: Callable[[], datetime]) -> bool:
    connection = session.get_one(Connection, lease.connection_id, populate_existing=True)
    if connection.grant_id is None:
        return False
    grant = session.get_one(Grant, connection.grant_id)
    try:
        tokens.ensure(session, config, client, grant, clock, anew=True)
    except ProviderError:
        # What the renewal itself met stands on the connection already, or shows when it is drained next.
        session.rollback()
        return False
    return True


def _take_note(session: Session, connection: Connection, fault: ProviderError, now: datetime) -> None:
    """A connection that was refused waits for a person; one that was told to wait, or is out of reach, for its time."""
    label = connection.provider.label
    with writing(session):
        session.refresh(connection)
        if fault.code in BREAKS_CONNECTION or fault.code is ErrorCode.SCOPE_MISSING:
            connections.break_off(session, connection, fault.code, fault.words or f"{label} refused access", now)
            _refuse_questions(session, connection, now)
            return
        wait = UNSAID_WAIT if fault.retry_after is None else timedelta(seconds=fault.retry_after)
        reason = f"{label}'s limit" if fault.code is ErrorCode.RATE_LIMITED else f"{label} out of reach"
        connections.pause(session, connection, now + wait, reason)
    log.info("connection waits", connection=connection.id, code=fault.code.value, words=fault.words)


def _refuse_questions(session: Session, connection: Connection, now: datetime) -> None:
    """Nobody can ask a ledger that is not connected; the page that waits is told so."""
    for lookup in lookups.open_of_connection(session, connection.id):
        lookups.fail(session, lookup, f"{connection.provider.label} is not connected; reconnect it first.", now)
