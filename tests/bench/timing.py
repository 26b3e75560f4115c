"""Taking times: medians of many, since a single time on a shared machine says little."""

import statistics
from collections.abc import Callable
from time import perf_counter


def once(act: Callable[[], object]) -> float:
    """Seconds."""
    begun = perf_counter()
    act()
    return perf_counter() - begun


def median(act: Callable[[], object], times: int, warm: int = 5) -> float:
    """Seconds of the middle one of so many, after some that do not count."""
    for _ in range(warm):
        act()
    return statistics.median(once(act) for _ in range(times))


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"
