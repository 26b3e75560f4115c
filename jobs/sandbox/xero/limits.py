"""Xero's four limits: calls at once, a minute, a day, and a minute of the whole app. See developer.xero.com, limits."""

import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from jobs.sandbox.answers import Headers
from jobs.sandbox.clock import Clock
from jobs.sandbox.xero.errors import Turned, too_many
from jobs.sandbox.xero.settings import Settings

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Limits:
    """What is allowed; None lifts a limit."""

    concurrent: int | None = 5
    per_minute: int | None = 60
    per_day: int | None = 5000
    app_per_minute: int | None = 10_000

    def times(self, factor: int) -> "Limits":
        """Every limit multiplied."""
        return Limits(**{name: None if value is None else value * factor for name, value in asdict(self).items()})


class Window:
    """The calls of the last minute, by the sandbox's clock."""

    def __init__(self) -> None:
        self._times: deque[datetime] = deque()

    def count(self, now: datetime) -> int:
        """How many there are."""
        while self._times and self._times[0] <= now - MINUTE:
            self._times.popleft()
        return len(self._times)

    def add(self, now: datetime) -> None:
        """One more."""
        self._times.append(now)

    def seconds_left(self, now: datetime) -> int:
        """Until the oldest of them no longer counts, rounded up."""
        left = (self._times[0] + MINUTE - now).total_seconds() if self._times else MINUTE.total_seconds()
        return max(1, -int(-left // 1))


class Meter:
    """Counts the calls of one app at its organisations. Refused calls are not counted."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.limits = Limits()
        self._running: dict[str, int] = defaultdict(int)
        self.clear()

    def clear(self) -> None:
        """Forget what was counted; calls in hand still hold their places."""
        with self._lock:
            self._minute: dict[str, Window] = defaultdict(Window)
            self._day: dict[tuple[str, date], int] = defaultdict(int)
            self._app = Window()

    @contextmanager
    def admit(self, tenant: str, settings: Settings) -> Iterator[Headers]:
        """Let a call in for as long as it runs, giving the headers that say what is left. Raises Turned (429)."""
        headers = self._enter(tenant, settings)
        try:
            yield headers
        finally:
            with self._lock:
                self._running[tenant] -= 1

    def refusal(self, tenant: str, settings: Settings) -> Turned:
        """The 429 of a minute that is used up, for a fault that a test has ordered."""
        with self._lock:
            now = self._clock.now()
            left = dict(self._left(tenant, now)) | {"X-MinLimit-Remaining": "0"}
            return Turned(too_many("minute", settings.throttle_body, tuple(left.items()), 1))

    def _enter(self, tenant: str, settings: Settings) -> Headers:
        with self._lock:
            now = self._clock.now()
            minute, day = self._minute[tenant], (tenant, now.date())
            allowed = self.limits
            problem: tuple[str, int | None] | None = None
            if allowed.concurrent is not None and self._running[tenant] >= allowed.concurrent:
                problem = (settings.throttle_concurrent_word, None)
            elif allowed.per_day is not None and self._day[day] >= allowed.per_day:
                midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), now.tzinfo)
                problem = ("day", max(1, int((midnight - now).total_seconds())))
            elif allowed.per_minute is not None and minute.count(now) >= allowed.per_minute:
                problem = ("minute", minute.seconds_left(now))
            elif allowed.app_per_minute is not None and self._app.count(now) >= allowed.app_per_minute:
                problem = (settings.throttle_app_word, self._app.seconds_left(now))
            if problem is not None:
                word, retry_after = problem
                raise Turned(too_many(word, settings.throttle_body, self._left(tenant, now), retry_after))
            self._running[tenant] += 1
            minute.add(now)
            self._app.add(now)
            self._day[day] += 1
            return self._left(tenant, now)

    def _left(self, tenant: str, now: datetime) -> Headers:
        used = (
            ("X-DayLimit-Remaining", self.limits.per_day, self._day[tenant, now.date()]),
            ("X-MinLimit-Remaining", self.limits.per_minute, self._minute[tenant].count(now)),
            ("X-AppMinLimit-Remaining", self.limits.app_per_minute, self._app.count(now)),
        )
        return tuple((name, str(max(0, limit - count))) for name, limit, count in used if limit is not None)
