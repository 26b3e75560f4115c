"""The runner: APScheduler ticks the table of schedule.py; what a task raises is recorded, and the next tick comes."""

import logging
import os
import signal
import threading
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from types import FrameType

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from jobs.schedule import BEAT, SCHEDULE, Entry
from jobs.tasks import drain
from jobs.tasks.office import Office

GRACE = 22.0
"""Seconds that work under way has to end after SIGTERM. What has not ended then is handed back: 25 seconds in all."""

FIRST_TICK = timedelta(minutes=1)

log = structlog.get_logger(__name__)


class Runner:
    """Ticks from `start` to `stop`. Any number of them may run on one database."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(sum(entry.copies for entry in SCHEDULE))},
            # A late tick is caught up once, never dropped (the default drops what is a second late), never doubled.
            # The job store stays in memory: a shared one would fire twice with two runners.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )

    def start(self) -> None:
        # Before the first tick, so that no page says meanwhile that nobody is at work.
        self.attempt(BEAT)
        # What comes once a day must come in a process that never lives that long, too: soon after the start.
        first = datetime.now(UTC) + FIRST_TICK
        for entry in SCHEDULE:
            for copy in range(entry.copies):
                self._scheduler.add_job(
                    self.attempt,
                    "interval",
                    args=(entry,),
                    seconds=entry.every.total_seconds(),
                    next_run_time=min(first, datetime.now(UTC) + entry.every),
                    id=f"{entry.name}-{copy}",
                )
        self._scheduler.start()
        log.info("runner started")

    def attempt(self, entry: Entry) -> None:
        """Run one task of the table once."""
        if self.office.stopping.is_set():
            return
        try:
            entry.task(self.office)
        except Exception:
            log.exception("task failed", task=entry.name)

    def stop(self) -> bool:
        """Take nothing further; what is under way has GRACE seconds, then its connection is handed back.

        False when a call still has not ended: its thread would keep the process alive.
        """
        self.office.stopping.set()
        ended = threading.Thread(target=self._scheduler.shutdown, daemon=True)
        ended.start()
        ended.join(GRACE)
        in_time = not ended.is_alive()
        if in_time:
            self.office.close()
        else:
            drain.hand_back(self.office)
        log.info("runner stopped", in_time=in_time)
        return in_time


def run_until_told(office: Office, beside: AbstractContextManager[object] | None = None) -> None:
    """Run until SIGTERM or SIGINT. `beside` is entered once the runner has started, and left once it has stopped."""
    told = threading.Event()

    def tell(number: int, frame: FrameType | None) -> None:
        told.set()

    signal.signal(signal.SIGTERM, tell)
    signal.signal(signal.SIGINT, tell)
    runner = Runner(office)
    runner.start()
    with beside or nullcontext():
        told.wait()
        in_time = runner.stop()
    if not in_time:
        # Python waits for its threads at the end, and this call may last for minutes yet.
        logging.shutdown()
        os._exit(0)
