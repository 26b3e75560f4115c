"""The sandbox's own time: it can be moved, stopped and made to run actions later. Every token, window and lock
follows it.
"""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta


class Clock:
    """Aware UTC time that runs with the machine's clock unless a test moves or freezes it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._offset = timedelta()
        self._frozen: datetime | None = None
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._worker: threading.Thread | None = None
        self._closed = False
        # Held while actions run, so that whoever moves the clock waits for those that the watching thread has begun.
        self._doing = threading.RLock()

    def now(self) -> datetime:
        """The sandbox's present moment."""
        return self._frozen or datetime.now(UTC) + self._offset

    def monotonic(self) -> float:
        """The machine's own seconds, for durations; never moved."""
        return time.monotonic()

    def today(self) -> date:
        """The ledgers' today."""
        return self.now().date()

    def ago(self, seconds: float) -> datetime:
        """The moment so many seconds before now."""
        return self.now() - timedelta(seconds=seconds)

    def move_to(self, moment: datetime) -> None:
        """Set the clock; what has become due by that is done before this returns."""
        with self._changed:
            if self._frozen is not None:
                self._frozen = moment
            self._offset = moment - datetime.now(UTC)
            self._changed.notify_all()
        self._run_due()

    def freeze(self, frozen: bool) -> None:
        """Stop the clock at its present moment, or let it run on from there."""
        with self._changed:
            present = self.now()
            self._frozen = present if frozen else None
            self._offset = present - datetime.now(UTC)
            self._changed.notify_all()

    def reset(self) -> None:
        """Back to the machine's time. Actions still waiting are dropped."""
        with self._changed:
            self._offset, self._frozen = timedelta(), None
            self._due.clear()
            self._changed.notify_all()

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Run `action` once the sandbox's clock has moved on by so many seconds, on another thread."""
        with self._changed:
            heapq.heappush(self._due, (self.now() + timedelta(seconds=seconds), next(self._order), action))
            if self._worker is None:
                self._worker = threading.Thread(target=self._watch, name="sandbox-clock", daemon=True)
                self._worker.start()
            self._changed.notify_all()

    def waiting(self) -> int:
        """How many actions have not been run yet."""
        with self._changed:
            return len(self._due)

    def close(self) -> None:
        """Stop the watching thread; what was not due is never run."""
        with self._changed:
            self._closed = True
            self._due.clear()
            self._changed.notify_all()
        if self._worker is not None:
            self._worker.join()

    def _watch(self) -> None:
        while True:
            with self._changed:
                if self._closed:
                    return
                wait = None
                if self._due:
                    wait = max(0.0, (self._due[0][0] - self.now()).total_seconds())
                    if self._frozen is not None and wait > 0:
                        wait = None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
            self._run_due()

    def _run_due(self) -> None:
        with self._doing:
            while True:
                with self._changed:
                    if not self._due or self._due[0][0] > self.now():
                        return
                    action = heapq.heappop(self._due)[2]
                action()
