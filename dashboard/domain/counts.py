"""The counts behind the tiles, changed in the transaction of every move and compared with the rows by a task."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.db import upsert
from dashboard.models import Export, StatusCount
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.statuses import Status


@dataclass(frozen=True, order=True)
class CountKey:
    tenant_id: int
    connection_id: int
    kind: RecordKind
    status: Status


def shift(session: Session, changes: Iterable[tuple[CountKey, int]]) -> None:
    """Add to the counts, in key order: two moves that take the same rows in one order cannot wait for each other.

    Within `together` they are added at its end.
    """
    gathered: dict[CountKey, int] | None = session.info.get(_GATHERED)
    sums: dict[CountKey, int] = {} if gathered is None else gathered
    for key, change in changes:
        sums[key] = sums.get(key, 0) + change
    if gathered is None:
        _add(session, sums)


@contextmanager
def together(session: Session) -> Iterator[None]:
    """Count many moves of one transaction in one go: one statement a key instead of two a move, and one order of keys
    for the whole transaction."""
    if _GATHERED in session.info:
        yield
        return
    session.info[_GATHERED] = {}
    try:
        yield
    except BaseException:
        del session.info[_GATHERED]
        raise
    _add(session, session.info.pop(_GATHERED))


_GATHERED = "counts gathered"


def _add(session: Session, sums: dict[CountKey, int]) -> None:
    for key in sorted(key for key, change in sums.items() if change):
        statement = upsert(session, StatusCount.__table__).values(
            tenant_id=key.tenant_id, connection_id=key.connection_id, kind=key.kind, status=key.status, n=sums[key]
        )
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "connection_id", "kind", "status"],
                set_={"n": StatusCount.__table__.c.n + sums[key]},
            )
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
