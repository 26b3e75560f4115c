"""Taking times: medians of many, since a single time on a shared machine says little."""

import statistics
from collections.abc import Callable, Mapping
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


def medians(acts: Mapping[str, Callable[[], object]], rounds: int, each: int = 10) -> dict[str, float]:
    """Seconds of every act, all of them in turn: the middle one of its quietest round.

    Whoever else has work on the machine interrupts what is long more often than what is short, and would count too.
    """
    for act in acts.values():
        median(act, 1)
    found: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(rounds):
        for name, act in acts.items():
            found[name].append(median(act, each, warm=1))
    return {name: min(middles) for name, middles in found.items()}


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"
