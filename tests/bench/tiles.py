"""The statement behind the tiles of one organisation among 200."""

import random
from time import perf_counter
from typing import Any

from sqlalchemy import event, insert

from dashboard.db import writing
from dashboard.domain import counts, tenants
from dashboard.models import Connection, StatusCount
from dashboard.vocabulary.providers import Provider
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.statuses import Status
from tests.bench.figures import Figure
from tests.bench.stage import Stages
from tests.bench.timing import median, milliseconds
from tests.support.world import World

TENANTS = 200
BAR = 0.0005


def measure(stages: Stages, kind: str) -> list[Figure]:
    with stages.world(kind) as world:
        tenants = fill(world)
        spent: list[float] = []
        engine = world.session.get_bind()

        @event.listens_for(engine, "before_cursor_execute")
        def begin(connection: Any, cursor: Any, *_: Any) -> None:
            connection.info["begun"] = perf_counter()

        @event.listens_for(engine, "after_cursor_execute")
        def end(connection: Any, cursor: Any, *_: Any) -> None:
            spent.append(perf_counter() - connection.info["begun"])

        rng = random.Random(1)  # noqa: S311 - chance, not secrecy
        whole = median(lambda: counts.by_status(world.session, rng.choice(tenants)), times=2000, warm=200)
        statement = sorted(spent)[len(spent) // 2]
    return [
        Figure("Tiles, database time", kind, milliseconds(statement), f"≤ {BAR * 1000:g} ms", statement <= BAR),
        Figure("… with SQLAlchemy around it", kind, milliseconds(whole)),
    ]


def fill(world: World) -> list[int]:
    """200 organisations with two connections each, and counts of every kind and status."""
    session, now = world.session, world.now()
    with writing(session):
        made = [tenants.create_tenant(session, f"t{n}", f"Tenant {n}", now).id for n in range(TENANTS)]
        linked = [
            Connection(
                tenant_id=tenant_id,
                provider=Provider.XERO,
                external_id=f"{tenant_id}-{n}",
                company_name=f"Company {n}",
                created_at=now,
            )
            for tenant_id in made
            for n in range(2)
        ]
        session.add_all(linked)
        session.flush()
        rows = [
            {"tenant_id": each.tenant_id, "connection_id": each.id, "kind": kind, "status": status, "n": 7}
            for each in linked
            for kind in list(RecordKind)[:4]
            for status in Status
        ]
        session.execute(insert(StatusCount), rows)
    return made
