"""A ledger's objects with their history, so that a read can be answered as of a moment ago. No rules of any
provider.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Generic, TypeVar

from jobs.sandbox.clock import Clock
from jobs.sandbox.codec import from_bytes, to_bytes
from jobs.sandbox.store import Row, Store

T = TypeVar("T")
KEEP_HISTORY = timedelta(hours=1)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Journal:
    """Changes not yet kept. A call's changes are kept together, when it is done."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows: list[Row] = []

    def note(self, space: str, key: str, item: object | None) -> None:
        """Remember that `item` has changed; None means that it is gone."""
        if self._store.is_kept:
            self._rows.append(Row(space, key, None if item is None else to_bytes(item)))

    def commit(self) -> None:
        """Keep all that was noted since the last time."""
        rows, self._rows = self._rows, []
        if rows:
            self._store.save(rows)


class Table(Generic[T]):
    """Objects of one kind by id, with indexes and past versions. The caller holds the company's lock."""

    def __init__(
        self,
        space: str,
        kind: type[T],
        key: Callable[[T], str],
        clock: Clock,
        journal: Journal,
        indexes: Mapping[str, Callable[[T], Iterable[str]]] | None = None,
    ) -> None:
        self.space = space
        self._kind = kind
        self._key = key
        self._clock = clock
        self._journal = journal
        self._indexes = indexes or {}
        self._entries: dict[str, dict[str, dict[str, None]]] = {name: {} for name in self._indexes}
        self._current: dict[str, T] = {}
        self._past: dict[str, list[tuple[datetime, T | None]]] = {}
        self._changes: deque[tuple[datetime, str]] = deque()

    def load(self, store: Store) -> None:
        """Take in what was kept by an earlier process; it counts as having been there always."""
        for key, body in store.load(self.space):
            self._place(key, from_bytes(self._kind, body), BEGINNING)

    def put(self, item: T) -> T:
        """Add the object or replace the one with its id."""
        key = self._key(item)
        self._place(key, item, self._clock.now())
        self._journal.note(self.space, key, item)
        return item

    def remove(self, key: str) -> None:
        """Take the object away altogether."""
        self._place(key, None, self._clock.now())
        self._journal.note(self.space, key, None)

    def get(self, key: str, at: datetime | None = None) -> T | None:
        """The object with this id, now or as it was."""
        if at is None:
            return self._current.get(key)
        versions = self._past.get(key, [])
        position = bisect_right(versions, at, key=lambda version: version[0])
        return versions[position - 1][1] if position else None

    def all(self, at: datetime | None = None) -> list[T]:
        """Every object, oldest first, now or as it was."""
        if at is None:
            return list(self._current.values())
        return [item for key in self._past if (item := self.get(key, at)) is not None]

    def find(self, index: str, value: str, at: datetime | None = None) -> list[T]:
        """The objects whose index holds `value`."""
        if at is None:
            return [self._current[key] for key in self._entries[index].get(value, ())]
        changed = self._changed_since(at)
        values = self._indexes[index]
        unchanged = [self._current[key] for key in self._entries[index].get(value, ()) if key not in changed]
        before = [item for key in changed if (item := self.get(key, at)) is not None]
        return unchanged + [item for item in before if value in values(item)]

    def has(self, index: str, value: str) -> bool:
        """Whether any object's index holds `value` now; cheap however many do."""
        return bool(self._entries[index].get(value))

    def __len__(self) -> int:
        return len(self._current)

    def _changed_since(self, at: datetime) -> dict[str, None]:
        """The keys of what was changed after that moment."""
        return {key: None for _, key in takewhile(lambda change: change[0] > at, reversed(self._changes))}

    def _place(self, key: str, item: T | None, moment: datetime) -> None:
        # A clock that was moved back must not put versions out of order.
        moment = max(moment, self._changes[-1][0]) if self._changes else moment
        self._changes.append((moment, key))
        while self._changes[0][0] < moment - KEEP_HISTORY:
            self._changes.popleft()
        before = self._current.pop(key, None) if item is None else self._current.get(key)
        if item is not None:
            self._current[key] = item
        for name, values in self._indexes.items():
            entries = self._entries[name]
            for value in values(before) if before is not None else ():
                entries.get(value, {}).pop(key, None)
            for value in values(item) if item is not None else ():
                entries.setdefault(value, {})[key] = None
        versions = self._past.setdefault(key, [])
        versions.append((moment, item))
        if len(versions) > 2 and moment - versions[1][0] > KEEP_HISTORY:
            horizon = bisect_right(versions, moment - KEEP_HISTORY, key=lambda version: version[0])
            del versions[: max(0, horizon - 1)]
