"""What became of a resync, record by record, and what was not tried for which cause. Nothing is changed here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.db import reading
from dashboard.domain.resync_causes import code_of, subject_of
from dashboard.models import Export, Record, Resync, ResyncItem
from dashboard.models.resync import ItemState
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.statuses import Status

PAGE = 50
_CHUNK = 1000
_CAUSES_SHOWN = 10


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
            ResyncItem.state_in(resync),
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
        query = query.where(ResyncItem.state_in(resync) == state)
    found = [Result(*tuple(row)) for row in session.execute(query)]
    return found[:limit], found[limit - 1].export_id if len(found) > limit else None


def all_results(session: Session, resync: Resync) -> Iterator[Result]:
    """Every result in order, read in chunks; the database is let go between them, however slow the reader is."""
    after: int | None = 0
    while after is not None:
        found, after = results(reading(session), resync, after=after, limit=_CHUNK)
        session.commit()
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
    return [(code_of(cause), subject_of(cause), int(found)) for cause, found in session.execute(query)]
