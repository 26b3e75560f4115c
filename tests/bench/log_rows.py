"""Millions of entries of the audit log, made by the database itself: a row at a time they would take an hour."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import accumulate

from sqlalchemy import Column, Integer, MetaData, Table, create_engine, insert, text
from sqlalchemy.engine import Connection as Link
from sqlalchemy.orm import Session
from sqlalchemy.schema import AddConstraint

from dashboard.models import AuditEntry
from dashboard.vocabulary.audit import Act, EntryKind
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.statuses import Status

FAILED = 3
"""In a hundred."""

_SLOTS = 10_000
_owners = Table(
    "bench_owner",
    MetaData(),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("tenant_id", Integer),
)
_NUMBERS = {
    "sqlite": "RECURSIVE line(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM line WHERE n + 1 < :end)",
    "postgresql": "line(n) AS (SELECT generate_series(CAST(:first AS bigint), :end - 1))",
}
_TIMES = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', :begun + n * :step, 'unixepoch')",
    "postgresql": "to_timestamp(:begun + n * :step)",
}
# Multiplied by a large odd number, consecutive numbers are spread like chance, and the same way in every run.
_INSERT = """
INSERT INTO audit_entry (tenant_id, at, kind, act, actor, entity_type, record_id, export_id, connection_id, reference,
                         status, error_code, error_subject, words, details, operation)
WITH {numbers},
chance(n, slot, is_failed) AS (
    SELECT n, n * 2654435761 % 4294967296 * {slots} / 4294967296, (n * 1103515245 + 12345) / 65536 % 100 < :failed
    FROM line
)
SELECT tenant_id, {time}, :kind, :act, 'tieout', :type, n, n, :connection_id, 'INV-' || (10000000 + n),
       CASE WHEN is_failed THEN :failure ELSE :success END,
       CASE WHEN is_failed THEN 'account-not-mapped' ELSE '' END,
       CASE WHEN is_failed THEN '4010' ELSE '' END,
       CASE WHEN is_failed THEN 'Account 4010 is not mapped to an account in Xero' ELSE '' END,
       {nothing}, ''
FROM chance JOIN bench_owner USING (slot)
"""
_NOTHING = {"sqlite": "'{}'", "postgresql": "CAST('{}' AS json)"}


def add(
    session: Session, tenant_ids: Sequence[int], connection_id: int, numbers: range, begun: datetime, step: int
) -> None:
    """Add the entries of these numbers, `step` seconds apart and the first of all at `begun`.

    The n-th organisation gets an n-th of what the first one gets. Three in a hundred are failures.
    """
    session.commit()
    url = session.get_bind().engine.url
    dialect = url.get_backend_name()
    statement = _INSERT.format(numbers=_NUMBERS[dialect], time=_TIMES[dialect], nothing=_NOTHING[dialect], slots=_SLOTS)
    values = {
        "first": numbers.start,
        "end": numbers.stop,
        "begun": int(begun.timestamp()),
        "step": step,
        "failed": FAILED,
        "connection_id": connection_id,
        "kind": EntryKind.EXPORT,
        "act": Act.EXPORT_OUTCOME,
        "type": RecordKind.INVOICE,
        "failure": Status.FAILED,
        "success": Status.SYNCED,
    }
    # Nothing else may have the file open: it is written without the log that readers beside it would need.
    session.get_bind().engine.dispose()
    own = create_engine(url, isolation_level="AUTOCOMMIT", execution_options={"reading": True})
    with own.connect() as link, _without_checks(link):
        _owners.create(link)
        link.execute(insert(_owners), [{"slot": n, "tenant_id": each} for n, each in enumerate(_shares(tenant_ids))])
        link.execute(text(statement), values)
        _owners.drop(link)
    with own.connect() as link:
        _analyse(link)
    own.dispose()


def analyse(session: Session) -> None:
    """What a database does by itself in the night."""
    session.commit()
    with session.get_bind().engine.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
        _analyse(link)


def _analyse(link: Link) -> None:
    link.exec_driver_sql("VACUUM ANALYZE audit_entry" if link.dialect.name == "postgresql" else "ANALYZE")


def _shares(tenant_ids: Sequence[int]) -> list[int]:
    """Whose each slot is: by Zipf's law, the first one's being the most."""
    weights = [1 / n for n in range(1, len(tenant_ids) + 1)]
    ends = [round(_SLOTS * end / sum(weights)) for end in accumulate(weights)]
    found: list[int] = []
    for tenant_id, end in zip(tenant_ids, ends, strict=True):
        found += [tenant_id] * (end - len(found))
    return found


@contextmanager
def _without_checks(link: Link) -> Iterator[None]:
    """Indexes are dropped and made anew at once, foreign keys checked as a whole: row by row is many times slower."""
    table = AuditEntry.__table__
    keys = [constraint for constraint in table.foreign_key_constraints if link.dialect.name == "postgresql"]
    if link.dialect.name == "sqlite":
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-500000", "threads=2"):
            link.exec_driver_sql(f"PRAGMA {pragma}")
    else:
        link.exec_driver_sql("SET maintenance_work_mem = '1GB'")
    for key in keys:
        link.exec_driver_sql(f"ALTER TABLE {table.name} DROP CONSTRAINT {key.name}")
    for index in table.indexes:
        index.drop(link)
    yield
    for index in table.indexes:
        index.create(link)
    for key in keys:
        link.execute(AddConstraint(key))
