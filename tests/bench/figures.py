"""What a bench found: figures with their bars, the machine they were taken on, and the page they are written to."""

import platform
import sqlite3
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


@dataclass(frozen=True)
class Figure:
    """One line of the table. `bar` is what is asked, "" for what is only told; `is_met` None where nothing is asked."""

    what: str
    database: str
    found: str
    bar: str = ""
    is_met: bool | None = None

    @property
    def row(self) -> str:
        verdict = {True: "yes", False: "**no**", None: ""}[self.is_met]
        return f"| {self.what} | {self.database} | {self.found} | {self.bar} | {verdict} |"


def machine(postgres_version: str) -> str:
    """Processor, cores, Python and databases, in one sentence."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return (
        f"{len(models)} × {models[0]}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"PostgreSQL {postgres_version}"
    )


def table(figures: list[Figure]) -> str:
    head = ["| what | database | found | asked | met |", "|---|---|---|---|---|"]
    return "\n".join([*head, *(figure.row for figure in figures)])


def page(figures: list[Figure], where: str, when: str) -> str:
    """The whole of docs/performance.md."""
    return f"""# Performance

Written by `make bench`, which builds its own data; run it to have this page for another machine.
A ratio within one run is what counts: both sides of it met the same machine at the same time.

Measured on {when}: {where}. PostgreSQL was started by the bench with `fsync=off`, like a test's (`TEST_DATABASE_URL`
names another server to measure); SQLite is used as the product uses it, write-ahead log included.

{table(figures)}

- **Queueing** is all that a person's "resync all that failed" costs the database: freezing the set with its items and
  sums, the waves turning it to Pending, counts, and an entry in the log for every record. The loop beside it does the
  same row by row with entities, for 2,000 of them, and its time is multiplied.
- **Tiles** is the time of the statement behind the tiles of one of 200 organisations, rows fetched.
- **Runner** drains invoices into a provider that answers after 20 ms, every outcome committed. The bare loop sends the
  very same bodies with urllib3 and forgets what comes back. Xero itself takes 60 calls of 50 documents a minute from
  one organisation: 50 documents a second.
- **Pace** is the runner as a process against the imitated Xero with its published limits of 60 calls a minute; counted
  from the second minute on, since the first one begins with a full allowance.
- **Audit page** is the whole application: session, layout, navigation, filter, 50 rows, of the largest of 200
  organisations. The floor is the bare driver with the same statement, those 50 rows rendered with Jinja2, and an empty
  Flask response, each on its own, added up. Flask-Admin lists the same rows, read only, with filters, search, details
  and a file of them, and with nobody to sign in and no navigation. Both sizes, the floor and Flask-Admin take turns;
  of each the median of its quietest round counts.
- **Download** is made by a process that does nothing else; its memory is the most that it ever had resident.
- **Waits while deleting** are those of somebody who adds an entry to the log every few milliseconds while a process of
  its own runs `python -m jobs once retention`. One DELETE beside it removes as many entries of another organisation.
"""
