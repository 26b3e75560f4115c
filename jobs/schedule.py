"""What runs when: one table. The clock is APScheduler; the queue is the export table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from jobs.tasks import (
    beating,
    consents,
    counting,
    drain,
    following,
    forgetting,
    mailing,
    refreshing,
    resyncs,
    retention,
    visits,
)
from jobs.tasks.office import Office


@dataclass(frozen=True)
class Entry:
    """`copies` of a task may run at once in one process."""

    name: str
    task: Callable[[Office], object]
    every: timedelta
    why: str
    copies: int = 1


BEAT = Entry("beat", beating.run, timedelta(seconds=20), "pages say when nothing is being sent")

SCHEDULE: tuple[Entry, ...] = (
    Entry("drain", drain.run, timedelta(seconds=1), "sends, looks up and answers; each copy holds one connection", 3),
    BEAT,
    Entry("consents", consents.run, timedelta(seconds=1), "people wait on the page for it; each copy asks for one", 3),
    Entry("resyncs", resyncs.run, timedelta(seconds=2), "the next wave begins when the one before has ended"),
    Entry("mail", mailing.run, timedelta(seconds=5), "somebody waits for the link in it"),
    Entry("lapse", resyncs.lapse, timedelta(minutes=1), "a frozen set is not confirmed for ever"),
    Entry("visits", visits.run, timedelta(minutes=1), "the log says that a support visit is over, soon after it is"),
    Entry("lists", refreshing.run, timedelta(hours=1), "lock dates and drop-downs stay fresh though nothing is sent"),
    Entry("changes", following.run, timedelta(minutes=10), "what is paid, voided or changed in the ledgers is shown"),
    Entry("forget", forgetting.run, timedelta(minutes=10), "no access is kept that nobody uses, nor who mistyped"),
    Entry("retention", retention.run, timedelta(hours=1), "what the plan no longer keeps is deleted, day by day"),
    Entry("counts", counting.run, timedelta(hours=24), "the tiles must equal the rows"),
)
