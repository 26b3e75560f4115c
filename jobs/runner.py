"""The runner: opens what tasks need, runs each, records what fails and goes on."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import structlog
from flask import Flask
from sqlalchemy.orm import Session

from dashboard.config import Config
from dashboard.db import db
from jobs.connectors.wire import Client, open_client
from jobs.tasks import consents, counting, drain, resyncs

log = structlog.get_logger(__name__)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Runner:
    """One runner process (or a part of the embedded one). Its tasks may run at once in several threads."""

    def __init__(self, app: Flask, clock: Callable[[], datetime] = utc_now, client: Client | None = None) -> None:
        self.app = app
        self.config: Config = app.extensions["tieout"]
        self.clock = clock
        self.client = client or open_client()
        self.stopping = threading.Event()

    def drain(self) -> bool:
        """Drain connections until none has work; True when any had."""
        drained = False
        while not self.stopping.is_set() and self._drain_one():
            drained = True
        return drained

    def answer_consents(self) -> bool:
        with self._session() as session:
            return consents.run(session, self.config, self.client, self.clock)

    def advance_resyncs(self) -> None:
        with self._session() as session:
            resyncs.run(session, self.clock())

    def lapse_resyncs(self) -> None:
        with self._session() as session:
            resyncs.lapse(session, self.clock())

    def check_counts(self) -> int:
        with self._session() as session:
            return counting.run(session)

    def attempt(self, name: str, task: Callable[["Runner"], object]) -> None:
        """Run a task for the clock: what it raises is recorded, and the next tick comes all the same."""
        if self.stopping.is_set():
            return
        try:
            task(self)
        except Exception:
            log.exception("task failed", task=name)

    def stop(self) -> None:
        """Take nothing further; what is under way ends or hands back."""
        self.stopping.set()

    def close(self) -> None:
        self.client.close()

    def _drain_one(self) -> bool:
        with self._session() as session:
            return drain.run(session, self.config, self.client, self.clock, self.stopping)

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with self.app.app_context(), Session(db.engine, expire_on_commit=False) as session:
            yield session
