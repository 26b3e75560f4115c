"""A million entries of the audit log as a file: the memory of the process that serves it, and how long it takes."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from dashboard.app import create_app
from dashboard.config import load
from dashboard.db import writing
from dashboard.vocabulary.plans import Plan
from tests.bench import log_rows
from tests.bench.figures import Figure
from tests.bench.stage import SETTINGS, Stages
from tests.support.visitor import Visitor

ENTRIES = 1_000_000
MEGABYTES = 250


def measure(stages: Stages, kind: str) -> list[Figure]:
    """The process that serves is one of its own, so that what was needed to make the entries does not count."""
    with stages.world(kind) as world:
        connection, begun = world.connect_xero(), world.now() - timedelta(days=360)
        with writing(world.session):
            world.nordlys.plan = Plan.ENTERPRISE
        log_rows.add(world.session, [world.nordlys.id], connection.id, range(ENTRIES), begun, 31)
        url = world.session.get_bind().url.render_as_string(hide_password=False)
        asked = {"url": url, "email": world.email("alma"), "password": world.password}
        served = subprocess.run(
            [sys.executable, "-m", "tests.bench.download"],
            env={**os.environ, "ASKED": json.dumps(asked)},
            capture_output=True,
            check=True,
            text=True,
        )
    lines, seconds, megabytes, before = json.loads(served.stdout)
    assert lines > ENTRIES
    return [
        Figure(
            f"Download of {lines - 1:,} entries as CSV, memory of the process",
            kind,
            f"{megabytes:.0f} MB at most, {before:.0f} MB before",
            f"≤ {MEGABYTES} MB",
            megabytes <= MEGABYTES,
        ),
        Figure("… how long it takes", kind, f"{seconds:.0f} s"),
    ]


def serve(asked: dict[str, str]) -> tuple[int, float, float, float]:
    """Lines, seconds, and the most megabytes this process has had: at the end, and before the first line."""
    app = create_app(load({**SETTINGS, "TIEOUT_DATABASE_URL": asked["url"]}))
    alma = Visitor(app)
    alma.sign_in(asked["email"], asked["password"])
    alma.get("/audit-log")
    before, begun, lines = _most_megabytes(), perf_counter(), 0
    for piece in alma.streamed("/audit-log/downloads"):
        lines += piece.count(b"\n")
    return lines, perf_counter() - begun, _most_megabytes(), before


def _most_megabytes() -> float:
    """What the kernel noted for this program. Its figure of resource usage would be that of the parent at the start."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


if __name__ == "__main__":
    sys.stdout.write(json.dumps(serve(json.loads(os.environ["ASKED"]))))
