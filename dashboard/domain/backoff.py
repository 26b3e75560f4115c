"""When an automatic export is tried again: five tries, further and further apart."""

import random
from datetime import datetime, timedelta

STEPS = (1, 5, 15, 60, 240)
"""Minutes after the first, second … failed try."""

SPREAD = 0.2


def next_try(tries: int, now: datetime, minute: timedelta) -> datetime | None:
    """When to try after `tries` failed tries, ± 20 % so that a crowd does not come back at once; None: no more.

    `minute` is how long a minute lasts (Timing.retry_minute).
    """
    if not 1 <= tries <= len(STEPS):
        return None
    return now + minute * (STEPS[tries - 1] * random.uniform(1 - SPREAD, 1 + SPREAD))  # noqa: S311 - no secret
