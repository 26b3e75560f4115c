"""Clockwork: APScheduler ticks the table of schedule.py until a signal says stop."""

import signal
import threading
from types import FrameType

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from jobs.runner import Runner
from jobs.schedule import SCHEDULE

DRAINS = 3
"""How many connections one runner process drains at once."""

GRACE = 25.0
"""Seconds that work under way has to end or hand back after SIGTERM."""

log = structlog.get_logger(__name__)


def start(runner: Runner) -> BackgroundScheduler:
    """Tick every entry. The memory job store: a shared one would fire twice with two runners."""
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(DRAINS + len(SCHEDULE))},
        # A late tick is caught up once, never dropped (the default drops what is a second late) and never doubled.
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone="UTC",
    )
    for entry in SCHEDULE:
        copies = DRAINS if entry.name == "drain" else 1
        for copy in range(copies):
            scheduler.add_job(
                runner.attempt,
                "interval",
                args=(entry.name, entry.task),
                seconds=entry.every.total_seconds(),
                id=f"{entry.name}-{copy}",
            )
    scheduler.start()
    log.info("runner started", drains=DRAINS)
    return scheduler


def stop(runner: Runner, scheduler: BackgroundScheduler) -> None:
    """Take nothing further and wait for what is under way, at most GRACE seconds: then a new holder looks it up."""
    runner.stop()
    scheduler.pause()
    ended = threading.Thread(target=scheduler.shutdown, kwargs={"wait": True}, daemon=True)
    ended.start()
    ended.join(GRACE)
    runner.close()
    log.info("runner stopped", in_time=not ended.is_alive())


def run_until_told(runner: Runner) -> None:
    """Run until SIGTERM or SIGINT."""
    told = threading.Event()

    def tell(number: int, frame: FrameType | None) -> None:
        told.set()

    signal.signal(signal.SIGTERM, tell)
    signal.signal(signal.SIGINT, tell)
    scheduler = start(runner)
    told.wait()
    stop(runner, scheduler)
