"""Where the sandbox keeps its state over a restart: one SQLite file of JSON documents. Without a file everything
is in memory only.
"""

import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    space TEXT NOT NULL,
    key TEXT NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (space, key)
)
"""


@dataclass(frozen=True)
class Row:
    """One document to be kept; a body of None takes it away."""

    space: str
    key: str
    body: bytes | None


class Store:
    """Documents by space and key. What `save` was told survives kill -9 of the process."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.execute(SCHEMA)

    @property
    def is_kept(self) -> bool:
        """Whether anything outlives this process."""
        return self._connection is not None

    def load(self, space: str) -> list[tuple[str, bytes]]:
        """Key and body of a space's documents in the order they were first saved."""
        if self._connection is None:
            return []
        with self._lock:
            found = self._connection.execute(
                "SELECT key, body FROM documents WHERE space = ? ORDER BY position", (space,)
            ).fetchall()
        return [(key, body) for key, body in found]

    def save(self, rows: Iterable[Row]) -> None:
        """Keep or take away all rows in one transaction."""
        if self._connection is None:
            return
        with self._lock, self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            for row in rows:
                if row.body is None:
                    self._connection.execute("DELETE FROM documents WHERE space = ? AND key = ?", (row.space, row.key))
                    continue
                self._connection.execute(
                    "INSERT INTO documents (space, key, body) VALUES (?, ?, ?)"
                    " ON CONFLICT (space, key) DO UPDATE SET body = excluded.body",
                    (row.space, row.key, row.body),
                )

    def clear(self, prefix: str) -> None:
        """Take away every space that begins with `prefix`."""
        if self._connection is None:
            return
        with self._lock, self._connection:
            self._connection.execute("DELETE FROM documents WHERE substr(space, 1, ?) = ?", (len(prefix), prefix))

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            with self._lock:
                self._connection.close()
