"""The overview of an organisation: what is not in its ledgers yet, why, and what has to be done. It only reads.

What it says of that in one sentence is overview_verdict.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from dashboard.domain import closing, connections, counts, heartbeats, looks, outcome_counts, overview_lots, records
from dashboard.domain.closing import Closing
from dashboard.domain.members import Member
from dashboard.domain.outcome_counts import Day
from dashboard.domain.overview_lots import ASKED, Lot, merged
from dashboard.domain.records import RecordList, Total
from dashboard.models import Connection, Export, Grant, Mapping, Record
from dashboard.models.connection import ConnectionState
from dashboard.vocabulary.providers import FACTS
from dashboard.vocabulary.records import Approval
from dashboard.vocabulary.statuses import Status

CHARTED = 30
"""Days, today among them."""
EXPIRES_SOON = timedelta(days=14)
LONG_CHECKED = timedelta(hours=1)
"""Checking for longer than this is a person's to look into."""
DECISIONS = (RecordList.AWAITING_APPROVAL, RecordList.POSSIBLE_DUPLICATES, RecordList.NOT_SENT)


@dataclass(frozen=True)
class Queue:
    """What waits for or is on its way to one connection: `lot` counts pending and sending as one.

    `later` of them wait for their next try, the first of those at `next_try`.
    """

    lot: Lot
    later: int
    next_try: datetime | None


@dataclass(frozen=True)
class Steps:
    """The way from nothing to the first synced record: what was done of it."""

    is_connected: bool
    is_mapped: bool
    has_records: bool
    has_approved: bool
    has_synced: bool


@dataclass(frozen=True)
class Overview:
    """`causes` are of failed exports, the most money in the base currency first. `expiring` says when the access of a
    connection ends unless it is used. `seen` is when the runner was last at work, `looked` when the person last looked.
    """

    connections: list[Connection]
    broken: list[Connection]
    expiring: list[tuple[Connection, datetime]]
    causes: list[Lot]
    decisions: dict[RecordList, Total]
    alarms: list[tuple[int, str, str]]
    checking: list[Lot]
    queues: list[Queue]
    held: list[Lot]
    asked: list[Lot]
    looked: datetime | None
    since: dict[Status, int]
    days: list[Day]
    steps: Steps
    closing: Closing | None
    seen: datetime | None
    base: str
    now: datetime
    today: date

    @property
    def is_running(self) -> bool:
        return self.seen is not None and self.now - self.seen <= heartbeats.MISSED_AFTER

    @property
    def absent(self) -> list[Lot]:
        """All that is known not to be in its ledger."""
        return [*self.causes, *(queue.lot for queue in self.queues), *self.held, *self.asked]

    @property
    def is_moving(self) -> bool:
        return self.is_running and bool(self.queues or self.checking)

    @property
    def label(self) -> str:
        """Where records go to, by name."""
        return " and ".join(dict.fromkeys(each.provider.label for each in self.connections))

    @property
    def long_checked(self) -> list[Lot]:
        """Being looked up, some of them for so long that a person has to."""
        return [lot for lot in self.checking if self.now - lot.since > LONG_CHECKED]

    @property
    def short_checked(self) -> list[Lot]:
        return [lot for lot in self.checking if self.now - lot.since <= LONG_CHECKED]


def of(session: Session, member: Member, now: datetime) -> Overview:
    tenant = member.tenant
    today = now.astimezone(tenant.zone).date()
    connected = connections.listed(session, tenant.id)
    lots = overview_lots.read(session, tenant.id, connected)
    looked = looks.since(session, member, now)
    is_late = any(lot.oldest < today.replace(day=1) for lot in lots)
    return Overview(
        connections=connected,
        broken=_broken(connected, lots),
        expiring=_expiring(session, connected, now),
        causes=sorted((each for each in lots if each.status is Status.FAILED), key=_rank(tenant.base_currency)),
        decisions={each: total for each in DECISIONS if (total := records.total(session, tenant.id, each, today))},
        alarms=_alarms(session, tenant.id, connected),
        checking=[each for each in lots if each.status is Status.CHECKING],
        queues=_queues(session, connected, lots, now),
        held=[each for each in lots if each.status is Status.ON_HOLD and each.code != ASKED],
        asked=[each for each in lots if each.code == ASKED],
        looked=looked,
        since=outcome_counts.since(session, tenant.id, looked) if looked else {},
        days=outcome_counts.by_day(session, tenant.id, tenant.zone, today, CHARTED),
        steps=_steps(session, tenant.id, connected),
        closing=closing.soon(session, tenant, connected, today) if is_late else None,
        seen=heartbeats.last(session, heartbeats.RUNNER),
        base=tenant.base_currency,
        now=now,
        today=today,
    )


def _rank(base: str) -> Callable[[Lot], tuple[Decimal, Decimal, int, int]]:
    """There are no rates between currencies: the base currency counts first, then whatever blocks the larger figure."""

    def rank(lot: Lot) -> tuple[Decimal, Decimal, int, int]:
        return -lot.gross.get(base, Decimal(0)), -max(lot.gross.values()), -lot.n, lot.first_id

    return rank


def _broken(connected: Sequence[Connection], lots: Sequence[Lot]) -> list[Connection]:
    """Those that need a person. One that somebody disconnected is among them while something waits for it, or while
    there is no other.
    """
    waited_for = {lot.connection.id for lot in lots if lot.status is not Status.FAILED}
    is_any_connected = any(each.state is ConnectionState.CONNECTED for each in connected)

    def is_broken(each: Connection) -> bool:
        if each.state is ConnectionState.DISCONNECTED:
            return each.id in waited_for or not is_any_connected
        return each.state is ConnectionState.ERROR

    return [each for each in connected if is_broken(each)]


def _expiring(session: Session, connected: Sequence[Connection], now: datetime) -> list[tuple[Connection, datetime]]:
    """Access that nobody renewed for so long that it ends soon."""
    live = [each for each in connected if each.state is ConnectionState.CONNECTED]
    in_use = {each.grant_id: each for each in live}
    query = select(Grant.id, Grant.expires_at).where(Grant.id.in_(in_use))
    found = []
    for grant_id, expires_at in session.execute(query):
        if expires_at is None:
            continue
        facts = FACTS[in_use[grant_id].provider]
        ends = expires_at - facts.access_lasts + facts.unused_lasts
        if ends - now <= EXPIRES_SOON:
            found += [(each, ends) for each in live if each.grant_id == grant_id]
    return found


def _alarms(session: Session, tenant_id: int, connected: Sequence[Connection]) -> list[tuple[int, str, str]]:
    """Record id, number and what is said of those that may be in a ledger twice; ten at most."""
    query = (
        select(Export.record_id, Record.number, Export.alarm)
        .join(Record, Record.id == Export.record_id)
        .where(Export.tenant_id == tenant_id, literal_column("export.alarm") != literal_column("''"))
        .order_by(Export.id)
        .limit(10)
    )
    return [(record_id, number, alarm) for record_id, number, alarm in session.execute(query)] if connected else []


def _queues(session: Session, connected: Sequence[Connection], lots: Sequence[Lot], now: datetime) -> list[Queue]:
    found = []
    for connection in connected:
        waiting = [
            each for each in lots if each.connection is connection and each.status in (Status.PENDING, Status.SENDING)
        ]
        if waiting:
            later = select(func.count(), func.min(Export.next_try_at)).where(
                Export.connection_id == connection.id, Export.status == Status.PENDING, Export.next_try_at > now
            )
            n, first = session.execute(later).one()
            found.append(Queue(merged(waiting), n, first))
    return found


def _steps(session: Session, tenant_id: int, connected: Sequence[Connection]) -> Steps:
    mapped = select(Mapping.id).where(Mapping.connection_id.in_([each.id for each in connected])).limit(1)
    any_record = select(Record.id).where(Record.tenant_id == tenant_id).limit(1)
    has_synced = counts.by_status(session, tenant_id)[Status.SYNCED] > 0
    return Steps(
        is_connected=bool(connected),
        is_mapped=has_synced or session.scalar(mapped) is not None,
        has_records=has_synced or session.scalar(any_record) is not None,
        has_approved=has_synced or session.scalar(any_record.where(Record.approval == Approval.APPROVED)) is not None,
        has_synced=has_synced,
    )
