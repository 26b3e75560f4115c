"""How long a writer waits at most while what the plan no longer keeps is deleted, against one DELETE of everything."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from dashboard.config import Config
from dashboard.db import upsert, writing
from dashboard.domain import audit, hidden_entries, retention
from dashboard.domain.audit_filters import Filters
from dashboard.domain.audit_log import Window
from dashboard.domain.counts import quarter
from dashboard.models import Attempt, AuditCount, AuditEntry, Connection, Export, Tenant
from dashboard.models.export import AttemptState, Step
from dashboard.vocabulary.audit import Act, EntryKind
from dashboard.vocabulary.plans import Terms
from dashboard.vocabulary.records import RecordKind, Trigger
from dashboard.vocabulary.statuses import Status
from tests.bench import data
from tests.bench.figures import Figure
from tests.bench.log_rows import analyse
from tests.bench.stage import SETTINGS, Stages
from tests.bench.timing import median, milliseconds
from tests.support.world import World

OLD = 200_000
"""Entries that are to go: so many bit by bit, and as many by one DELETE."""
HIDDEN = 600_000
"""Entries that the plan does not show and that stay."""
BODIES = 5_000
BARS = {"SQLite": 0.060, "PostgreSQL": 0.030}
_CHUNK = 20_000
_ROOT = Path(__file__).parents[2]


def measure(stages: Stages, kind: str) -> list[Figure]:
    with stages.world(kind) as world:
        fill(world)
        counted = median(lambda: count_hidden(world), 30)
        quiet, _ = longest_stall(world, lambda: time.sleep(5))
        at_once, begun = longest_stall(world, lambda: delete_at_once(world))
        bit_by_bit, spent = longest_stall(world, lambda: run_task(world))
        left = select(func.count()).where(AuditEntry.tenant_id == world.nordlys.id)
        assert (world.session.scalar(left) or 0) >= HIDDEN
        assert retention.old_entries(world.session, world.nordlys.id, since(world), None, 1).ids == []
        assert world.session.scalar(select(func.count()).where(Attempt.request != "")) == 0
    bar = BARS[kind]
    return [
        Figure(
            f"Longest wait of a writer while {OLD:,} entries and {BODIES:,} bodies are deleted",
            kind,
            milliseconds(bit_by_bit),
            f"≤ {bar * 1000:g} ms",
            bit_by_bit <= bar,
        ),
        Figure("… with nothing deleted meanwhile", kind, milliseconds(quiet)),
        Figure(f"… with one DELETE of {OLD:,}", kind, f"{milliseconds(at_once)}: {at_once / bit_by_bit:.0f}× as long"),
        Figure("… how long the deleting takes", kind, f"{spent:.0f} s, by one DELETE {begun:.0f} s"),
        Figure(
            f"Counts of {HIDDEN + OLD:,} hidden entries by day", kind, milliseconds(counted), "≤ 10 ms", counted <= 0.01
        ),
    ]


@dataclass
class Writer:
    """Somebody who does a small thing every few milliseconds, as a page or a runner does, and notes what it took."""

    session: Session
    tenant_id: int
    now: Callable[[], datetime]
    done: threading.Event = field(default_factory=threading.Event)
    longest: float = 0.0

    def work(self) -> None:
        while not self.done.wait(0.003):
            begun = time.perf_counter()
            with writing(self.session):
                audit.note_act(self.session, self.tenant_id, Act.SIGNED_IN, self.now(), words="a write")
            self.longest = max(self.longest, time.perf_counter() - begun)


def longest_stall(world: World, act: Callable[[], object]) -> tuple[float, float]:
    """Seconds that a writer waited at most during the act, and seconds that the act took."""
    with Session(world.session.get_bind(), expire_on_commit=False) as session:
        writer = Writer(session, world.nordlys.id, world.now)
        # What was read until now is no snapshot to be kept for this long, nor what is read next.
        world.session.commit()
        thread = threading.Thread(target=writer.work)
        thread.start()
        begun = time.perf_counter()
        try:
            act()
            spent = time.perf_counter() - begun
        finally:
            writer.done.set()
            thread.join()
            world.session.commit()
    return writer.longest, spent


def run_task(world: World) -> None:
    """The task as a process of its own, as a runner is."""
    config: Config = world.app.extensions["tieout"]
    own = {name: value for name, value in os.environ.items() if not name.startswith("TIEOUT_")}
    settings = {**own, **SETTINGS, "TIEOUT_DATABASE_URL": config.database_url}
    subprocess.run([sys.executable, "-m", "jobs", "once", "retention"], cwd=_ROOT, env=settings, check=True)


def delete_at_once(world: World) -> None:
    """The same for as many entries of another organisation, the way it is written without thinking."""
    with world.session.get_bind().connect().execution_options(writing=True) as bare:
        gone = bare.execute(
            delete(AuditEntry).where(AuditEntry.tenant_id == world.maple.id, AuditEntry.at < since(world))
        )
        bare.commit()
    assert gone.rowcount >= OLD


def since(world: World) -> datetime:
    found = retention.kept_since(world.nordlys, Terms(), world.now())
    assert found is not None
    return found


def count_hidden(world: World) -> None:
    window = Window.of(world.nordlys, world.now(), Terms())
    keeping = retention.keeping(world.nordlys, Terms())
    found = hidden_entries.count(world.session, world.nordlys.id, window, keeping, Filters())
    assert found is not None
    assert sum(each.entries for each in found.by_plan) >= HIDDEN


def fill(world: World) -> None:
    connection = world.connect_xero()
    before = since(world)
    seen = Window.of(world.nordlys, world.now(), Terms()).since
    assert seen is not None
    for tenant, how_many, first, last in (
        (world.nordlys, OLD, before - timedelta(days=200), before),
        (world.nordlys, HIDDEN, before, seen),
        (world.maple, OLD, before - timedelta(days=200), before),
    ):
        fill_log(world.session, tenant, connection, how_many, first, last)
    data.exports(world.session, connection, BODIES, Status.SYNCED, before - timedelta(days=10))
    with writing(world.session) as session:
        ids = session.scalars(select(Export.id)).all()
        session.execute(insert(Attempt), [_attempt(connection, export_id, before) for export_id in ids])
    analyse(world.session)


def fill_log(
    session: Session, tenant: Tenant, connection: Connection, how_many: int, first: datetime, last: datetime
) -> None:
    """So many entries spread evenly over the time, with their counts."""
    step = (last - first) / how_many
    for start in range(0, how_many, _CHUNK):
        with writing(session):
            rows = list(_entries(tenant, connection, first, step, range(start, min(start + _CHUNK, how_many))))
            session.execute(insert(AuditEntry), rows)
            sums: dict[tuple[int, str], int] = {}
            for row in rows:
                key = quarter(row["at"]), row["status"].value
                sums[key] = sums.get(key, 0) + 1
            counts = [{"tenant_id": tenant.id, "quarter": q, "status": s, "n": n} for (q, s), n in sums.items()]
            adding = upsert(session, AuditCount.__table__)
            keys = ["tenant_id", "quarter", "status"]
            added = {"n": AuditCount.__table__.c.n + adding.excluded.n}
            session.execute(adding.on_conflict_do_update(index_elements=keys, set_=added), counts)


def _entries(
    tenant: Tenant, connection: Connection, first: datetime, step: timedelta, numbers: range
) -> Iterator[dict[str, Any]]:
    for n in numbers:
        is_failed = n % 33 == 0
        yield {
            "tenant_id": tenant.id,
            "at": first + step * n,
            "kind": EntryKind.EXPORT,
            "act": Act.EXPORT_OUTCOME,
            "actor": "tieout",
            "entity_type": RecordKind.INVOICE,
            "record_id": 10_000_000 + n,
            "export_id": 10_000_000 + n,
            "connection_id": connection.id,
            "reference": f"INV-{n:07d}",
            "status": Status.FAILED if is_failed else Status.SYNCED,
            "error_code": "account-not-mapped" if is_failed else "",
            "words": "Account 4010 is not mapped to an account in Xero" if is_failed else "Accepted as approved",
        }


def _attempt(connection: Connection, export_id: int, before: datetime) -> dict[str, Any]:
    at = before - timedelta(days=9)
    return {
        "tenant_id": connection.tenant_id,
        "export_id": export_id,
        "step": Step.DOCUMENT,
        "state": AttemptState.ACCEPTED,
        "trigger": Trigger.AUTOMATIC,
        "epoch": 1,
        "posting": {},
        "begun_at": at,
        "ended_at": at,
        "request": "q" * 2_000,
        "response": "a" * 4_000,
    }
