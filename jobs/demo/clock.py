"""The story's clock: set on and on, in the office that the story is told in and in the sandbox alike."""

from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

from jobs.demo.sandbox_control import SandboxControl


class StoryClock:
    """Aware UTC. It runs from where it was set, is only set forward, and never beyond the present."""

    def __init__(self, at: datetime, now: datetime, control: SandboxControl) -> None:
        self._now = now
        self._control = control
        self._set_to(at)

    def __call__(self) -> datetime:
        return self._at + timedelta(seconds=monotonic() - self._since)

    def go_to(self, day: date, at: time, zone: ZoneInfo) -> None:
        """To a time of day as the clock on the wall there shows it."""
        self._set_to(max(self(), datetime.combine(day, at, zone).astimezone(UTC)))

    def pass_minutes(self, minutes: float) -> None:
        self._set_to(self() + timedelta(minutes=minutes))

    def arrive(self) -> None:
        """The story has reached the present."""
        self._now = datetime.now(UTC)
        self._control.release_clock()
        self._at, self._since = self._now, monotonic()

    def _set_to(self, moment: datetime) -> None:
        self._at = min(self._now, moment)
        # The ledgers' clock is set first, so that it is never behind: what changed since a moment would be missed.
        self._control.set_clock(self._at)
        self._since = monotonic()
