"""Drain: hold one connection with work, do what is due on it for a slice of time, let go."""

import math
import os
import socket
import sys
import uuid
from datetime import datetime, timedelta
from time import monotonic

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from dashboard.db import is_lost_to_another, writing
from dashboard.domain import connections, leases, lookups, still_send, stranding
from dashboard.domain.leases import Lease, LeaseLost
from dashboard.domain.lifecycle import StaleMove
from dashboard.models import Connection, Grant
from dashboard.models.connection import ConnectionState
from dashboard.models.lookup import LookupKind
from dashboard.vocabulary.errors import BREAKS_CONNECTION, ErrorCode
from dashboard.vocabulary.postings import ProviderError
from dashboard.vocabulary.providers import FACTS, endpoints
from dashboard.vocabulary.references import ReferenceKind
from jobs import tokens
from jobs.connectors.registry import Access, connect
from jobs.gate import HolderGate
from jobs.tasks import answering, attaching, looking_up, reading_lists, sending
from jobs.tasks.holding import Holding
from jobs.tasks.office import Office

RESTS_AFTER_A_FAULT = 5
"""Minutes for which a connection rests on which a fault of our own showed."""

SLICE = 15.0
"""Seconds after which a drain lets another connection have its turn."""

log = structlog.get_logger(__name__)


PROCESS = f"{socket.gethostname()[:20]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
"""The beginning of the names of all holders in this process."""


def holder_name() -> str:
    """A name for this holder that no other holder ever has."""
    return f"{PROCESS}:{uuid.uuid4().hex[:8]}"


def run(office: Office) -> bool:
    """Drain connections until none has work; True when any had. Never leaves a connection held."""
    drained = False
    while not office.stopping.is_set():
        with office.session() as session:
            if not drain_one(office, session):
                break
        drained = True
    return drained


def drain_one(office: Office, session: Session) -> bool:
    """Drain the connection that has waited longest; False when none had work."""
    # Asked without the write lock first: idle runners ask every second, and writers must not wait for them.
    if not leases.is_work_waiting(session, office.clock()):
        return False
    with writing(session):
        seconds = max(settings.timing.lease.total_seconds() for settings in office.config.providers.values())
        lease = leases.take(session, holder_name(), seconds, office.clock())
    if lease is None:
        return False
    try:
        try:
            _drain(office, session, lease)
        except DBAPIError as lost:
            if not is_lost_to_another(lost):
                raise
            session.rollback()
            log.warning("slice begun anew", connection=lease.connection_id, words=str(lost.orig))
            _drain(office, session, lease)
    except (LeaseLost, StaleMove):
        log.warning("lease lost", connection=lease.connection_id, epoch=lease.epoch)
    finally:
        is_at_fault = isinstance(sys.exception(), Exception)
        session.rollback()
        with writing(session):
            if is_at_fault:
                # A fault of ours would meet the same again at once; the runner records it, and the connection rests.
                connection = session.get_one(Connection, lease.connection_id, populate_existing=True)
                timing = office.config.providers[connection.provider].timing
                rest = office.clock() + RESTS_AFTER_A_FAULT * timing.retry_minute
                connections.pause(session, connection, rest, "an error of tieout's own; it is tried again")
            leases.release(session, lease)
    return True


def hand_back(office: Office) -> None:
    """Give up what this process still holds although a call has not ended: that is in doubt, the rest is free."""
    with office.session() as session, writing(session):
        for lease in leases.take_over(session, PROCESS):
            connection = session.get_one(Connection, lease.connection_id)
            timing = office.config.providers[connection.provider].timing
            stranding.strand(session, lease, office.clock(), timing.settles_after)
            leases.release(session, lease)


def _drain(office: Office, session: Session, lease: Lease) -> None:
    connection = session.get_one(Connection, lease.connection_id, populate_existing=True)
    timing = office.config.providers[connection.provider].timing
    with writing(session):
        stranding.strand(session, lease, office.clock(), timing.settles_after)
        if _stands_still(session, connection, office.clock()):
            return
    ends = monotonic() + SLICE
    renewed = False
    while not office.stopping.is_set() and monotonic() < ends:
        try:
            holding = _hold(office, session, lease, connection)
            if connection.not_before is not None:
                _end_wait(holding)
            _ask_whether_still_to_send(holding)
            while not office.stopping.is_set() and monotonic() < ends:
                # A person may have disconnected it since the last step.
                session.refresh(connection)
                if connection.state is not ConnectionState.CONNECTED or not _step(holding):
                    return
                renewed = False
        except ProviderError as fault:
            session.rollback()
            # An access token may end before its time; one renewal tells that from an access that was withdrawn.
            if fault.code is ErrorCode.ACCESS_EXPIRED and not renewed:
                refusal = _renew(office, session, connection)
                if refusal is None:
                    renewed = True
                    continue
                fault = refusal
            _take_note(session, connection, fault, office.clock(), timing.retry_minute)
            return


def _stands_still(session: Session, connection: Connection, now: datetime) -> bool:
    """Whether nobody may be asked now. A question that would have to wait long is told so."""
    label = connection.provider.label
    if connection.state is not ConnectionState.CONNECTED:
        _refuse_questions(session, connection, f"{label} is not connected; reconnect it first.", now)
        return True
    if connection.not_before is None or connection.not_before <= now:
        return False
    wait = connection.not_before - now
    if wait > lookups.OUTLASTS:
        minutes = math.ceil(wait.total_seconds() / 60)
        words = f"{label} cannot be asked for {minutes} minutes ({connection.waiting_for}); ask again then."
        _refuse_questions(session, connection, words, now, but=LookupKind.DISCONNECT)
    return True


def _end_wait(holding: Holding) -> None:
    """The time that the connection had to wait is over. Raises ProviderError when its ledger is still out of reach."""
    session, connection = holding.session, holding.connection
    if connection.waiting_for == _out_of_reach(connection):
        # Whether it is back is found out by reading: what a person sends is sent once.
        reading_lists.read(holding, ReferenceKind.ORGANISATION, None)
    with writing(session):
        session.refresh(connection)
        connections.resume(session, connection)


def _ask_whether_still_to_send(holding: Holding) -> None:
    """What a person ordered and could not be sent for more than a day does not go by itself now that it could."""
    session = holding.session
    if still_send.is_overdue(session, holding.connection, holding.clock()):
        with writing(session):
            still_send.hold_back(session, holding.lease, holding.clock())


def _step(holding: Holding) -> bool:
    """Do the most urgent thing that is due: people's questions, doubts, documents, then attachments."""
    return (
        answering.answer_next(holding)
        or reading_lists.read_if_stale(holding)
        or looking_up.look_up_due(holding)
        or sending.send_next(holding)
        or attaching.attach_next(holding)
    )


def _hold(office: Office, session: Session, lease: Lease, connection: Connection) -> Holding:
    settings = office.config.providers[connection.provider]
    gate = HolderGate(
        session,
        lease,
        connection.provider,
        connection.external_id,
        settings.pace,
        settings.timing.call_deadline.total_seconds(),
        office.stopping,
    )
    grant = session.get_one(Grant, connection.grant_id)
    token = tokens.ensure(session, office.config, office.client, grant, office.clock)
    access = Access(
        base_url=endpoints(connection.provider, settings.base_url).api,
        access_token=token,
        company_id=connection.external_id,
        link_id=connection.link_id,
        short_code=connection.short_code,
        gate=gate,
        deadline=settings.timing.call_deadline,
        client=office.client,
    )
    return Holding(
        session=session,
        config=office.config,
        lease=lease,
        connection=connection,
        connector=connect(connection.provider, access),
        gate=gate,
        clock=office.clock,
        limits=FACTS[connection.provider].limits,
        snapshots=office.snapshots,
    )


def _renew(office: Office, session: Session, connection: Connection) -> ProviderError | None:
    """Renew the access that was refused; what stood in the way, which may be less than an access withdrawn."""
    session.refresh(connection)
    if connection.grant_id is None:
        return ProviderError(ErrorCode.ACCESS_EXPIRED, words=f"{connection.provider.label} was disconnected")
    grant = session.get_one(Grant, connection.grant_id)
    try:
        tokens.ensure(session, office.config, office.client, grant, office.clock, anew=True)
    except ProviderError as refusal:
        session.rollback()
        return refusal
    return None


def _take_note(
    session: Session, connection: Connection, fault: ProviderError, now: datetime, unsaid: timedelta
) -> None:
    """A connection that was refused waits for a person; one that was told to wait, or is out of reach, for its time.

    `unsaid` is how long it waits where the provider did not say.
    """
    label = connection.provider.label
    used = connection.grant_id
    with writing(session):
        session.refresh(connection)
        if connection.grant_id != used:
            # Somebody reconnected meanwhile: what was refused was the consent before.
            return
        if fault.code in BREAKS_CONNECTION or fault.code is ErrorCode.SCOPE_MISSING:
            connections.break_off(session, connection, fault.code, fault.words or f"{label} refused access", now)
            _refuse_questions(session, connection, f"{label} is not connected; reconnect it first.", now)
            return
        wait = unsaid if fault.retry_after is None else timedelta(seconds=fault.retry_after)
        if fault.code is ErrorCode.CLIENT_REFUSED:
            reason = fault.words
            _refuse_questions(session, connection, f"{reason}.", now, but=LookupKind.DISCONNECT)
        else:
            reason = f"{label}'s limit" if fault.code is ErrorCode.RATE_LIMITED else _out_of_reach(connection)
        connections.pause(session, connection, now + wait, reason)
    tell = log.error if fault.code is ErrorCode.CLIENT_REFUSED else log.info
    tell("connection waits", connection=connection.id, code=fault.code.value, words=fault.words)


def _out_of_reach(connection: Connection) -> str:
    return f"{connection.provider.label} out of reach"


def _refuse_questions(
    session: Session, connection: Connection, words: str, now: datetime, but: LookupKind | None = None
) -> None:
    """The page that waits for an answer is told why there is none."""
    for lookup in lookups.open_of_connection(session, connection.id):
        if lookup.kind is not but:
            lookups.fail(session, lookup, words, now)
