"""What runs when: one table. The clock is APScheduler; the queue is the export table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from jobs.runner import Runner


@dataclass(frozen=True)
class Entry:
    name: str
    task: Callable[[Runner], object]
    every: timedelta
    why: str


SCHEDULE: tuple[Entry, ...] = (
    Entry("drain", Runner.drain, timedelta(seconds=1), "sends, looks up and answers, one connection at a time"),
    Entry("consents", Runner.answer_consents, timedelta(seconds=1), "a person waits on the page for it"),
    Entry(
        "resyncs", Runner.advance_resyncs, timedelta(seconds=2), "the next wave begins when the one before has ended"
    ),
    Entry("lapse", Runner.lapse_resyncs, timedelta(minutes=1), "a frozen set is not confirmed for ever"),
    Entry("counts", Runner.check_counts, timedelta(hours=24), "the tiles must equal the rows"),
)
