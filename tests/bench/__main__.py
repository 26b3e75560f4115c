"""`python -m tests.bench [NAME…]`: run every bench, or those named; the whole run also writes docs/performance.md."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter

from dashboard.vocabulary.days import month
from tests.bench import audit_page, download, figures, mended, pacing, queueing, retention, running, tiles
from tests.bench.figures import Figure
from tests.bench.stage import Stages, stages

BOTH = ("SQLite", "PostgreSQL")
BENCHES: dict[str, tuple[Callable[[Stages, str], list[Figure]], tuple[str, ...]]] = {
    "queueing": (queueing.measure, BOTH),
    "tiles": (tiles.measure, BOTH),
    "mended": (mended.measure, BOTH),
    "runner": (running.measure, BOTH),
    "audit-page": (audit_page.measure, BOTH),
    "download": (download.measure, BOTH),
    "retention": (retention.measure, BOTH),
    # What paces is the clock; the database only remembers.
    "pace": (pacing.measure, BOTH[:1]),
}


def main(wanted: list[str]) -> int:
    unknown = set(wanted) - set(BENCHES)
    if unknown:
        say(f"no bench {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
        return 2
    found: list[Figure] = []
    with stages() as stage:
        where = figures.machine(stage.postgres_version)
        for name in wanted or BENCHES:
            measure, databases = BENCHES[name]
            for database in databases:
                begun = perf_counter()
                found += measure(stage, database)
                say(f"{name} on {database}: {perf_counter() - begun:.0f} s")
    say(f"\n{where}\n\n{figures.table(found)}")
    if not wanted:
        today = datetime.now(UTC)
        figures.PAGE.write_text(figures.page(found, where, f"{today.day} {month(today)}"))
        say(f"\nwritten to {figures.PAGE}")
    return 0


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
