"""A filtered page of the audit log over a million entries, against the floor of what any such page costs."""

import random
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

from flask import Flask
from jinja2 import Environment
from sqlalchemy import insert
from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import tenants
from dashboard.models import AuditEntry, Connection, Tenant
from dashboard.vocabulary.audit import Act, EntryKind
from dashboard.vocabulary.plans import Plan
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.statuses import Status
from tests.bench.figures import Figure
from tests.bench.stage import Stages
from tests.bench.timing import median, milliseconds
from tests.support.visitor import Visitor
from tests.support.world import World

ENTRIES = 1_000_000
TENANTS = 200
FAILED = 0.03
TIMES = 150
PAGES_DOWN = 90
BAR = 2.5
HEAVIEST = 60_000
_CHUNK = 20_000
_PAGE = "/audit-log?status=failed"
_OLDER = re.compile(r'href="(/audit-log\?[^"]*older=[^"]*)"')

_ROWS = Environment(autoescape=True).from_string(
    "<table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>"
)
_STATEMENT = """
SELECT id, at, kind, act, entity_type, record_id, connection_id, reference, status, actor, error_code, words
FROM audit_entry WHERE tenant_id = {0} AND status = 'failed' ORDER BY at DESC, id DESC LIMIT 51
"""


def measure(stages: Stages, kind: str) -> list[Figure]:
    with stages.world(kind) as world:
        connection = world.connect_xero()
        fill(world, connection)
        alma = Visitor(world.app)
        alma.sign_in(world.email("alma"), world.password)
        page = alma.get(_PAGE)
        assert page.text.count("<tr") > 50
        newest = median(lambda: alma.client.get(_PAGE), TIMES)
        deep = deep_page(alma)
        thousandth = median(lambda: alma.client.get(deep), TIMES)
        parts = floor(world, kind)
    lowest = sum(parts.values())
    told = ", ".join(f"{name} {milliseconds(seconds)}" for name, seconds in parts.items())
    weight = len(page.data)
    return [
        Figure(
            "Audit page, 1,000,000 entries, only failed",
            kind,
            f"{newest / lowest:.1f}× the floor ({milliseconds(newest)})",
            f"≤ {BAR}×",
            newest / lowest <= BAR,
        ),
        Figure("… the floor", kind, f"{milliseconds(lowest)}: {told}"),
        Figure(
            f"… {PAGES_DOWN} pages down",
            kind,
            f"{thousandth / newest:.2f}× the newest page",
            "≤ 1.3×",
            thousandth <= 1.3 * newest,
        ),
        Figure("… weight", kind, f"{weight / 1000:.0f} kB", "≤ 60 kB", weight <= HEAVIEST),
    ]


def deep_page(alma: Visitor) -> str:
    """The address of a page far down, by following Older."""
    address = _PAGE
    for _ in range(PAGES_DOWN):
        older = _OLDER.search(alma.client.get(address).text)
        assert older, f"no page is older than {address}"
        address = unescape(older.group(1))
    return address


def floor(world: World, kind: str) -> dict[str, float]:
    """Seconds of the bare driver, of rendering its rows, and of an empty response."""
    raw = world.session.get_bind().raw_connection()
    try:
        cursor = raw.cursor()
        statement = _STATEMENT.format("?" if kind == "SQLite" else "%s")

        def ask() -> list[Any]:
            cursor.execute(statement, (world.nordlys.id,))
            return list(cursor.fetchall())

        rows = ask()[:50]
        assert len(rows) == 50
        driver = median(ask, TIMES)
        cursor.close()
    finally:
        raw.close()
    empty = Flask("empty")
    empty.add_url_rule("/", "nothing", lambda: "")
    client = empty.test_client()
    return {
        "driver": driver,
        "50 rows": median(lambda: _ROWS.render(rows=rows), TIMES),
        "empty response": median(lambda: client.get("/"), TIMES),
    }


def fill(world: World, connection: Connection, tenants_in_all: int = TENANTS) -> None:
    """A million entries of 200 organisations, most of them of a few; ours is the largest."""
    session = world.session
    with writing(session):
        world.nordlys.plan = Plan.ENTERPRISE
        others = [
            tenants.create_tenant(session, f"t{n}", f"Tenant {n}", world.now()) for n in range(tenants_in_all - 1)
        ]
    owners = [world.nordlys, *others]
    weights = [1 / (n + 1) for n in range(len(owners))]
    rng = random.Random(1)  # noqa: S311 - chance, not secrecy
    made = 0
    while made < ENTRIES:
        with writing(session):
            session.execute(insert(AuditEntry), list(_entries(rng, world, owners, weights, connection, made)))
        made += _CHUNK
    analyse(session)


def _entries(
    rng: random.Random, world: World, owners: list[Tenant], weights: list[float], connection: Connection, made: int
) -> Iterator[dict[str, Any]]:
    begun = world.now() - timedelta(days=365)
    for n, tenant in enumerate(rng.choices(owners, weights, k=_CHUNK), start=made):
        is_failed = rng.random() < FAILED
        yield {
            "tenant_id": tenant.id,
            "at": begun + timedelta(seconds=31 * n),
            "kind": EntryKind.EXPORT,
            "act": Act.EXPORT_OUTCOME,
            "actor": "tieout",
            "entity_type": RecordKind.INVOICE,
            "record_id": n,
            "export_id": n,
            "connection_id": connection.id,
            "reference": f"INV-{n:07d}",
            "status": Status.FAILED if is_failed else Status.SYNCED,
            "error_code": "account-not-mapped" if is_failed else "",
            "error_subject": "4010" if is_failed else "",
            "words": "Account 4010 is not mapped to an account in Xero" if is_failed else "",
        }


def analyse(session: Session) -> None:
    """What a database does by itself in the night."""
    session.commit()
    engine = session.get_bind()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as bare:
        bare.exec_driver_sql("VACUUM ANALYZE audit_entry" if engine.dialect.name == "postgresql" else "ANALYZE")
