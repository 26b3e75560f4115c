"""The counts behind the tiles and the chart, changed in the transaction of every move; those of the tiles are compared
with the rows by a task.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.db import upsert
from dashboard.models import Export, OutcomeCount, StatusCount
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.statuses import Status


@dataclass(frozen=True, order=True)
class CountKey:
    tenant_id: int
    connection_id: int
    kind: RecordKind
    status: Status


@dataclass(frozen=True, order=True)
class OutcomeKey:
    """`quarter` as in OutcomeCount."""

    tenant_id: int
    connection_id: int
    kind: RecordKind
    status: Status
    quarter: int


Key = TypeVar("Key", CountKey, OutcomeKey)

QUARTER = 900
"""Seconds."""


def quarter(at: datetime) -> int:
    """The number of the quarter of an hour that the time lies in, as OutcomeCount counts them."""
    return int(at.timestamp()) // QUARTER


def shift(session: Session, changes: Iterable[tuple[CountKey, int]]) -> None:
    """Add to the counts, in key order: two moves that take the same rows in one order cannot wait for each other.

    Within `together` they are added at its end.
    """
    gathered: _Gathered | None = session.info.get(_GATHERED)
    sums: dict[CountKey, int] = {} if gathered is None else gathered.shifts
    for key, change in changes:
        sums[key] = sums.get(key, 0) + change
    if gathered is None:
        _upsert(session, StatusCount.__table__, sums)


def add_outcome(session: Session, key: OutcomeKey) -> None:
    """Count an outcome, after the move that it belongs to was counted: whoever holds the row of an outcome then holds
    that of its status already, so that no two transactions can wait for each other over it.

    Within `together` it is added at its end.
    """
    gathered: _Gathered | None = session.info.get(_GATHERED)
    if gathered is None:
        _upsert(session, OutcomeCount.__table__, {key: 1})
    else:
        gathered.outcomes[key] = gathered.outcomes.get(key, 0) + 1


@contextmanager
def together(session: Session) -> Iterator[None]:
    """Count many moves of one transaction in one go: one statement a key instead of two a move, and one order of keys
    for the whole transaction."""
    if _GATHERED in session.info:
        yield
        return
    session.info[_GATHERED] = _Gathered({}, {})
    try:
        yield
    except BaseException:
        del session.info[_GATHERED]
        raise
    gathered: _Gathered = session.info.pop(_GATHERED)
    _upsert(session, StatusCount.__table__, gathered.shifts)
    _upsert(session, OutcomeCount.__table__, gathered.outcomes)


@dataclass(frozen=True)
class _Gathered:
    shifts: dict[CountKey, int]
    outcomes: dict[OutcomeKey, int]


_GATHERED = "counts gathered"


def _upsert(session: Session, table: Any, sums: dict[Key, int]) -> None:
    for key in sorted(key for key, change in sums.items() if change):
        statement = upsert(session, table).values(**vars(key), n=sums[key])
        session.execute(
            statement.on_conflict_do_update(index_elements=list(table.primary_key), set_={"n": table.c.n + sums[key]})
        )


def by_status(
    session: Session, tenant_id: int, connection_ids: Iterable[int] | None = None, kind: RecordKind | None = None
) -> dict[Status, int]:
    """How many exports of the tenant (or of these connections, or of this kind) have each status, all of them keys."""
    query = select(StatusCount.status, func.sum(StatusCount.n)).where(StatusCount.tenant_id == tenant_id)
    if connection_ids is not None:
        query = query.where(StatusCount.connection_id.in_(list(connection_ids)))
    if kind is not None:
        query = query.where(StatusCount.kind == kind)
    found = {status: int(n) for status, n in session.execute(query.group_by(StatusCount.status))}
    return {status: found.get(status, 0) for status in Status}


def differences(session: Session) -> list[tuple[CountKey, int, int]]:
    """Every key whose kept count is not the number of rows: (key, kept, rows). Empty when all is well."""
    kept = {
        CountKey(tenant, connection, kind, status): n
        for tenant, connection, kind, status, n in session.execute(
            select(
                StatusCount.tenant_id, StatusCount.connection_id, StatusCount.kind, StatusCount.status, StatusCount.n
            )
        )
    }
    rows = _rows(session)
    return [
        (key, kept.get(key, 0), rows.get(key, 0))
        for key in sorted({*kept, *rows})
        if kept.get(key, 0) != rows.get(key, 0)
    ]


def mend(session: Session, key: CountKey) -> tuple[int, int] | None:
    """Make one kept count the number of its rows; (kept, rows) when it was wrong. Needs a writing transaction.

    Whoever moves such a row waits for the count meanwhile, so that both are as of one moment.
    """
    mine = (
        StatusCount.tenant_id == key.tenant_id,
        StatusCount.connection_id == key.connection_id,
        StatusCount.kind == key.kind,
        StatusCount.status == key.status,
    )
    shift(session, [(key, 1)])
    shift(session, [(key, -1)])
    kept = session.scalar(select(StatusCount.n).where(*mine).with_for_update()) or 0
    rows = (
        session.scalar(
            select(func.count()).where(
                Export.tenant_id == key.tenant_id,
                Export.connection_id == key.connection_id,
                Export.kind == key.kind,
                Export.status == key.status,
            )
        )
        or 0
    )
    if kept == rows:
        return None
    shift(session, [(key, rows - kept)])
    return kept, rows


def _rows(session: Session) -> dict[CountKey, int]:
    columns = (Export.tenant_id, Export.connection_id, Export.kind, Export.status)
    found = session.execute(select(*columns, func.count()).group_by(*columns))
    return {CountKey(tenant, connection, kind, status): n for tenant, connection, kind, status, n in found}
