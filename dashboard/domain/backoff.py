"""When an automatic export is tried again: five tries, further and further apart."""

import random
from datetime import datetime, timedelta

STEPS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
SPREAD = 0.2


def next_try(tries: int, now: datetime) -> datetime | None:
    """When to try after `tries` failed tries, ± 20 % so that a crowd does not come back at once; None: no more."""
    if not 1 <= tries <= len(STEPS):
        return None
    return now + STEPS[tries - 1] * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311 - no secret
