"""A filtered page of the audit log over one and ten million entries, against the floor of what any such page costs."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

from flask import Flask
from jinja2 import Environment

from dashboard.db import writing
from dashboard.domain import tenants
from dashboard.vocabulary.plans import Plan
from tests.bench import flask_admin_log, log_rows
from tests.bench.figures import Figure
from tests.bench.stage import Stages
from tests.bench.timing import medians, milliseconds
from tests.support.visitor import Visitor
from tests.support.world import World

FEW = 1_000_000
MANY = 10_000_000
TENANTS = 200
ROUNDS = 30
PAGES_DOWN = 999
BAR = 2.5
RIVAL = 7
FLAT = 1.3
HEAVIEST = 60_000
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
    """Both sizes at the same time, each thing in turn, so that every ratio is one of the same moments."""
    with stages.world(kind) as few, stages.world(kind) as many:
        acts: dict[str, Callable[[], object]] = {}
        for name, world, how_many in (("few", few, FEW), ("many", many, MANY)):
            fill(world, how_many)
            alma = Visitor(world.app)
            alma.sign_in(world.email("alma"), world.password)
            page = alma.get(_PAGE)
            assert page.text.count("<tr") > 50
            acts |= {f"{name} page": lambda alma=alma: alma.client.get(_PAGE)}
            acts |= {f"{name} {part}": act for part, act in {**floor(world, kind), **rival(world)}.items()}
        deep = deep_page(alma)
        acts["deep page"] = lambda: alma.client.get(deep)
        found = medians(acts, ROUNDS)
    weight = len(page.data)
    newest, thousandth = found["many page"], found["deep page"]
    return [
        *against("few", FEW, kind, found),
        *against("many", MANY, kind, found),
        Figure(
            f"… page {PAGES_DOWN + 1:,}",
            kind,
            f"{thousandth / newest:.2f}× the newest page",
            f"≤ {FLAT}×",
            thousandth <= FLAT * newest,
        ),
        Figure(
            f"… {MANY:,} against {FEW:,}",
            kind,
            f"{newest / found['few page']:.2f}×",
            f"≤ {FLAT}×",
            newest <= FLAT * found["few page"],
        ),
        Figure("… weight", kind, f"{weight / 1000:.0f} kB", "≤ 60 kB", weight <= HEAVIEST),
    ]


def against(name: str, how_many: int, kind: str, found: dict[str, float]) -> list[Figure]:
    """The page of that size against its floor, and against Flask-Admin."""
    page, counted, uncounted = (found[f"{name} {act}"] for act in ("page", "Flask-Admin", "uncounted"))
    parts = {part: found[f"{name} {part}"] for part in ("driver", "50 rows", "empty response")}
    lowest = sum(parts.values())
    told = ", ".join(f"{part} {milliseconds(seconds)}" for part, seconds in parts.items())
    return [
        Figure(
            f"Audit page, {how_many:,} entries, only failed",
            kind,
            f"{page / lowest:.1f}× the floor ({milliseconds(page)})",
            f"≤ {BAR}×",
            page / lowest <= BAR,
        ),
        Figure("… the floor", kind, f"{milliseconds(lowest)}: {told}"),
        Figure(
            "… Flask-Admin beside it",
            kind,
            f"{counted / page:.1f}× as long ({milliseconds(counted)}), {uncounted / page:.1f}× without its count",
            f"≥ {RIVAL}×",
            counted >= RIVAL * page,
        ),
    ]


def deep_page(alma: Visitor) -> str:
    """The address of a page far down, by following Older."""
    address = _PAGE
    for _ in range(PAGES_DOWN):
        older = _OLDER.search(alma.client.get(address).text)
        assert older, f"no page is older than {address}"
        address = unescape(older.group(1))
    return address


def floor(world: World, kind: str) -> dict[str, Callable[[], object]]:
    """The bare driver, the rendering of its rows, and an empty response."""
    cursor = world.session.get_bind().engine.raw_connection().cursor()
    statement = _STATEMENT.format("?" if kind == "SQLite" else "%s")

    def ask() -> list[Any]:
        cursor.execute(statement, (world.nordlys.id,))
        return list(cursor.fetchall())

    rows = ask()[:50]
    assert len(rows) == 50
    empty = Flask("empty")
    empty.add_url_rule("/", "nothing", lambda: "")
    client = empty.test_client()
    return {
        "driver": ask,
        "50 rows": lambda: _ROWS.render(rows=rows),
        "empty response": lambda: client.get("/"),
    }


def rival(world: World) -> dict[str, Callable[[], object]]:
    """Flask-Admin as it is by default, and without the number of pages, which it counts for every page."""
    client = flask_admin_log.client(world.session.get_bind().engine, world.nordlys.id)
    page = client.get(flask_admin_log.COUNTED)
    assert page.status_code == 200
    assert page.text.count("<tr") > 50
    return {
        "Flask-Admin": lambda: client.get(flask_admin_log.COUNTED),
        "uncounted": lambda: client.get(flask_admin_log.UNCOUNTED),
    }


def fill(world: World, how_many: int) -> None:
    """Entries of 200 organisations, most of them of a few; ours is the largest."""
    connection = world.connect_xero()
    with writing(world.session) as session:
        world.nordlys.plan = Plan.ENTERPRISE
        others = [tenants.create_tenant(session, f"t{n}", f"Tenant {n}", world.now()).id for n in range(TENANTS - 1)]
    ids, begun = [world.nordlys.id, *others], world.now() - timedelta(days=360)
    log_rows.add(world.session, ids, connection.id, range(how_many), begun, 31_000_000 // how_many)
