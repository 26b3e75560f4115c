"""Budgets: how many calls a ceiling still allows, kept in the database so that they outlive a runner."""

import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.db import database_clock, upsert
from dashboard.models import CallBudget

MARGIN = 0.5
"""Seconds added to every window: a call leaves here earlier than it arrives there, by an amount that varies."""


@dataclass(frozen=True)
class Ceiling:
    """At most `calls` in any `window` seconds. Times are kept in steps of `step` seconds (0 keeps each exactly)."""

    name: str
    calls: int
    window: float
    step: float = 0.0


def reserve(session: Session, ceilings: list[Ceiling]) -> float:
    """Take one call from every ceiling, or from none: 0 when taken, else how many seconds until it may be taken.

    Needs a writing transaction; the row is locked until it ends.
    """
    now = float(session.scalar(select(database_clock())) or 0.0)
    kept = {ceiling.name: _recent(session, ceiling, now) for ceiling in ceilings}
    wait = max((_wait(ceiling, kept[ceiling.name], now) for ceiling in ceilings), default=0.0)
    if wait > 0:
        return wait
    for ceiling in ceilings:
        calls = _with_one_more(kept[ceiling.name], ceiling, now)
        statement = upsert(session, CallBudget.__table__).values(ceiling=ceiling.name, calls=json.dumps(calls))
        session.execute(
            statement.on_conflict_do_update(index_elements=["ceiling"], set_={"calls": statement.excluded.calls})
        )
    return 0.0


Calls = list[list[float]]
"""Pairs of a time in seconds and how many calls were made then."""


def _recent(session: Session, ceiling: Ceiling, now: float) -> Calls:
    kept = select(CallBudget.calls).where(CallBudget.ceiling == ceiling.name).with_for_update()
    stored = session.scalar(kept)
    if stored is None:
        # Two that see no row would each begin one, and the first one's call would be forgotten.
        begun = upsert(session, CallBudget.__table__).values(ceiling=ceiling.name, calls="[]")
        session.execute(begun.on_conflict_do_nothing(index_elements=["ceiling"]))
        stored = session.scalar(kept)
    calls: Calls = json.loads(stored or "[]")
    return [[at, n] for at, n in calls if at > now - ceiling.window - MARGIN - ceiling.step]


def _wait(ceiling: Ceiling, calls: Calls, now: float) -> float:
    over = sum(n for _, n in calls) - ceiling.calls + 1
    for at, n in calls:
        if over <= 0:
            break
        over -= int(n)
        if over <= 0:
            return max(at + ceiling.step + ceiling.window + MARGIN - now, 0.001)
    return 0.0


def _with_one_more(calls: Calls, ceiling: Ceiling, now: float) -> Calls:
    at = now if ceiling.step == 0 else now - now % ceiling.step
    if calls and calls[-1][0] == at:
        return [*calls[:-1], [at, calls[-1][1] + 1]]
    return [*calls, [at, 1]]
