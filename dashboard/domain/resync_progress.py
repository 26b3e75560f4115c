"""How far a resync is, and what it came to: counts, a sentence, the time left. One result per record is elsewhere."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.models import Connection, Export, Resync, ResyncItem
from dashboard.models.resync import ItemState, ResyncState
from dashboard.vocabulary.providers import FACTS, Provider
from dashboard.vocabulary.statuses import Status

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


def progress(session: Session, resync: Resync, now: datetime) -> Progress:
    """Counts per state as they are now, and the time left at the pace so far (at first at the provider's)."""
    found = session.execute(
        select(ResyncItem.state, ResyncItem.wave <= resync.wave, func.count())
        .where(ResyncItem.resync_id == resync.id)
        .group_by(ResyncItem.state, ResyncItem.wave)
    )
    by_state: Counter[ItemState] = Counter()
    for state, has_gone, n in found:
        by_state[ItemState.QUEUED if state is ItemState.WAITING and has_gone else state] += n
    counted = {state: by_state.get(state, 0) for state in ItemState}
    remaining = counted[ItemState.WAITING] + counted[ItemState.QUEUED]
    return Progress(counted, resync.total, _seconds_left(session, resync, remaining, now))


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
        select(ResyncItem.export_id)
        .join(Export, Export.id == ResyncItem.export_id)
        .where(
            ResyncItem.resync_id == resync.id,
            ResyncItem.state.in_([ItemState.FAILED, ItemState.LEFT]),
            Export.status != Status.FAILED,
        )
    )
    return session.scalar(gone_on.limit(1)) is not None


def _seconds_left(session: Session, resync: Resync, remaining: int, now: datetime) -> float | None:
    if remaining == 0:
        return None
    elapsed = (now - resync.confirmed_at).total_seconds() if resync.confirmed_at else 0.0
    done = resync.total - remaining
    if done and elapsed > 1:
        return remaining * elapsed / done
    connection = session.get_one(Connection, resync.connection_id)
    return estimated_seconds(connection.provider, remaining)


def estimated_seconds(provider: Provider, documents: int) -> float:
    """How long that many documents take at the provider's published pace."""
    limits = FACTS[provider].limits
    return documents / (limits.documents_per_call * limits.per_minute) * 60
