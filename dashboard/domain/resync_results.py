"""What became of resyncs: counts, a sentence, the time left, and one result per record. Nothing is changed here."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from dashboard.models import Connection, Export, Record, Resync, ResyncItem, User
from dashboard.models.resync import ItemState, ResyncState
from dashboard.vocabulary.providers import FACTS, Provider
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.statuses import Status

PAGE = 50
_CHUNK = 1000
_CAUSES_SHOWN = 10
_STAYS = timedelta(minutes=10)
"""How long the exports page still says what a resync came to."""

_IN_THE_END = {
    ItemState.SKIPPED: "skipped",
    ItemState.LEFT: "not tried",
    ItemState.CANCELLED: "cancelled",
}


@dataclass(frozen=True)
class Progress:
    """How many items have each state; `seconds_left` is an estimate, None when nothing is left."""

    counts: dict[ItemState, int]
    total: int
    seconds_left: float | None

    @property
    def remaining(self) -> int:
        return self.counts[ItemState.WAITING] + self.counts[ItemState.QUEUED]

    @property
    def sent(self) -> int:
        """How many are or were to be sent: all but those skipped."""
        return self.total - self.counts[ItemState.SKIPPED]

    @property
    def done(self) -> int:
        """Of those to be sent, how many have their result."""
        return self.sent - self.remaining

    @property
    def sentence(self) -> str:
        """ "3 exported, 2 still failing", with what else there is."""
        parts = [
            f"{self.counts[ItemState.SYNCED]:,} exported",
            f"{self.counts[ItemState.FAILED]:,} still failing",
        ]
        parts += [f"{self.counts[state]:,} {word}" for state, word in _IN_THE_END.items() if self.counts[state]]
        return ", ".join(parts)


@dataclass(frozen=True)
class Listed:
    """One resync in a list, with who ordered it and where it goes; `sums` are those of what is sent, per currency."""

    resync: Resync
    person: str
    provider: Provider
    company: str
    skipped: int = 0
    parts: tuple["Part", ...] = ()

    @property
    def sent(self) -> int:
        return self.resync.total - self.skipped

    @property
    def sums(self) -> list[tuple[Decimal, str]]:
        """The amounts with their currencies, credits counted against them. They are counted anew, from the parts, where
        something was skipped: the stored ones are those of the freezing.
        """
        if not self.skipped:
            return [(Decimal(total), currency) for currency, total in self.resync.sums.items()]
        found: dict[str, Decimal] = {}
        for part in self.parts:
            amount = -part.total if part.kind.is_credit else part.total
            found[part.currency] = found.get(part.currency, Decimal(0)) + amount
        return [(total, currency) for currency, total in found.items()]


@dataclass(frozen=True)
class Part:
    """What a resync sends of one kind in one currency."""

    kind: RecordKind
    currency: str
    exports: int
    total: Decimal


@dataclass(frozen=True)
class Result:
    """What came of one record. `words` is what this resync was told; `status` is the export's own by now."""

    position: int
    export_id: int
    record_id: int
    number: str
    kind: RecordKind
    contact: str
    dated: date
    total: Decimal
    currency: str
    state: ItemState
    words: str
    error_code: str
    status: Status
    ended_at: datetime | None

    @property
    def is_outdated(self) -> bool:
        """Whether the export has gone on since."""
        then = {ItemState.SYNCED: Status.SYNCED, ItemState.FAILED: Status.FAILED, ItemState.LEFT: Status.FAILED}
        return self.state in then and self.status is not then[self.state]


def cause_of(code: str, subject: str) -> str:
    """How an item names the cause of a failure."""
    return f"{code}|{subject}"[:300]


def code_of(cause: str) -> str:
    return cause.partition("|")[0]


def progress(session: Session, resync: Resync, now: datetime) -> Progress:
    """Counts per state as they are now, and the time left at the pace so far (at first at the provider's)."""
    found = session.execute(
        select(ResyncItem.state, func.count()).where(ResyncItem.resync_id == resync.id).group_by(ResyncItem.state)
    )
    by_state = {state: int(n) for state, n in found}
    counted = {state: by_state.get(state, 0) for state in ItemState}
    remaining = counted[ItemState.WAITING] + counted[ItemState.QUEUED]
    return Progress(counted, resync.total, _seconds_left(session, resync, remaining, now))


def listed(session: Session, tenant_id: int, before: int | None = None) -> tuple[list[Listed], int | None]:
    """A page of the organisation's resyncs, newest first, and the id that the next page begins before."""
    query = _resyncs(tenant_id)
    if before is not None:
        query = query.where(Resync.id < before)
    found = [Listed(*row) for row in session.execute(query.limit(PAGE + 1))]
    return _with_skipped(session, found[:PAGE]), found[PAGE - 1].resync.id if len(found) > PAGE else None


def one(session: Session, resync: Resync) -> Listed:
    query = _resyncs(resync.tenant_id).where(Resync.id == resync.id)
    return _with_skipped(session, [Listed(*session.execute(query).one())])[0]


def parts(session: Session, resync: Resync) -> list[Part]:
    """What is or was to be sent, by kind and currency; sales and bills are never added up."""
    query = (
        select(Record.kind, Record.currency, func.count(), func.sum(Record.total))
        .join(Export, Export.record_id == Record.id)
        .join(ResyncItem, ResyncItem.export_id == Export.id)
        .where(ResyncItem.resync_id == resync.id, ResyncItem.state != ItemState.SKIPPED)
        .group_by(Record.kind, Record.currency)
    )
    found = [Part(kind, currency, int(n), Decimal(total)) for kind, currency, n, total in session.execute(query)]
    return sorted(found, key=lambda part: (list(RecordKind).index(part.kind), part.currency))


def _with_skipped(session: Session, found: list[Listed]) -> list[Listed]:
    ids = [each.resync.id for each in found]
    query = select(ResyncItem.resync_id, func.count()).where(
        ResyncItem.resync_id.in_(ids), ResyncItem.state == ItemState.SKIPPED
    )
    skipped = dict(session.execute(query.group_by(ResyncItem.resync_id)).all())
    return [
        replace(each, skipped=skipped[each.resync.id], parts=tuple(parts(session, each.resync)))
        if each.resync.id in skipped
        else each
        for each in found
    ]


def recent(session: Session, tenant_id: int, provider: Provider, now: datetime) -> list[tuple[Resync, Progress]]:
    """Resyncs to this provider that are under way, three at most, and the newest that has just ended, newest first.

    An ended one stays as long as what it left failed still is.
    """
    under_way = Resync.state.in_([ResyncState.RUNNING, ResyncState.CANCELLING])
    just_ended = Resync.state.in_([ResyncState.DONE, ResyncState.CANCELLED]) & (Resync.ended_at > now - _STAYS)
    query = (
        select(Resync)
        .join(Connection, Connection.id == Resync.connection_id)
        .where(
            Resync.tenant_id == tenant_id,
            Connection.provider == provider,
            Resync.confirmed_at.is_not(None),
            under_way | just_ended,
        )
        .order_by(Resync.id.desc())
        .limit(10)
    )
    found = list(session.scalars(query))
    ended = [each for each in found if each.state.is_over][:1]
    ended = [each for each in ended if not _is_outdated(session, each)]
    shown = [each for each in found if not each.state.is_over][:3] + ended
    return [(each, progress(session, each, now)) for each in sorted(shown, key=lambda each: -each.id)]


def _is_outdated(session: Session, resync: Resync) -> bool:
    """Whether something that it left failed has been seen to since, so that its sentence is no longer so."""
    gone_on = (
        select(ResyncItem.id)
        .join(Export, Export.id == ResyncItem.export_id)
        .where(
            ResyncItem.resync_id == resync.id,
            ResyncItem.state.in_([ItemState.FAILED, ItemState.LEFT]),
            Export.status != Status.FAILED,
        )
    )
    return session.scalar(gone_on.limit(1)) is not None


def results(
    session: Session, resync: Resync, state: ItemState | None = None, after: int = 0, limit: int = PAGE
) -> tuple[list[Result], int | None]:
    """The results of exports with ids beyond `after`, of one state or all, and the id that the next page begins behind.

    Their order is that of their positions; the ids have the index.
    """
    query = (
        select(
            ResyncItem.position,
            Export.id,
            Record.id,
            Record.number,
            Record.kind,
            Record.contact_name,
            Record.issue_date,
            Record.total,
            Record.currency,
            ResyncItem.state,
            ResyncItem.words,
            Export.error_code,
            Export.status,
            ResyncItem.ended_at,
        )
        .join(Export, Export.id == ResyncItem.export_id)
        .join(Record, Record.id == Export.record_id)
        .where(ResyncItem.resync_id == resync.id, Export.tenant_id == resync.tenant_id, ResyncItem.export_id > after)
        .order_by(ResyncItem.export_id)
        .limit(limit + 1)
    )
    if state is not None:
        query = query.where(ResyncItem.state == state)
    found = [Result(*tuple(row)) for row in session.execute(query)]
    return found[:limit], found[limit - 1].export_id if len(found) > limit else None


def all_results(session: Session, resync: Resync) -> Iterator[Result]:
    """Every result in order, read in chunks."""
    after: int | None = 0
    while after is not None:
        found, after = results(session, resync, after=after, limit=_CHUNK)
        yield from found


def left_by_cause(session: Session, resync: Resync) -> list[tuple[str, str, int]]:
    """What was not tried, as (error code, subject, how many), the most frequent causes first, ten at most."""
    n = func.count()
    query = (
        select(ResyncItem.cause, n)
        .where(ResyncItem.resync_id == resync.id, ResyncItem.state == ItemState.LEFT)
        .group_by(ResyncItem.cause)
        .order_by(n.desc(), ResyncItem.cause)
        .limit(_CAUSES_SHOWN)
    )
    return [(code_of(cause), cause.partition("|")[2], int(found)) for cause, found in session.execute(query)]


def estimated_seconds(provider: Provider, documents: int) -> float:
    """How long that many documents take at the provider's published pace."""
    limits = FACTS[provider].limits
    return documents / (limits.documents_per_call * limits.per_minute) * 60


def _resyncs(tenant_id: int) -> Select[Resync, str, Provider, str]:
    return (
        select(Resync, User.name, Connection.provider, Connection.company_name)
        .join(User, User.id == Resync.created_by_id)
        .join(Connection, Connection.id == Resync.connection_id)
        .where(Resync.tenant_id == tenant_id)
        .order_by(Resync.id.desc())
    )


def _seconds_left(session: Session, resync: Resync, remaining: int, now: datetime) -> float | None:
    if remaining == 0:
        return None
    elapsed = (now - resync.confirmed_at).total_seconds() if resync.confirmed_at else 0.0
    done = resync.total - remaining
    if done and elapsed > 1:
        return remaining * elapsed / done
    connection = session.get_one(Connection, resync.connection_id)
    return estimated_seconds(connection.provider, remaining)
