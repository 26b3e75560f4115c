"""What every task may use: the settings, a session, a client, the clock, kept lists, and whether to stop."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from flask import Flask
from sqlalchemy.orm import Session

from dashboard.clock import utc_now
from dashboard.config import Config
from dashboard.db import db
from jobs.connectors.wire import Client, open_client
from jobs.tasks.snapshots import Snapshots


class Office:
    """One for each runner process; its tasks may run at once in several threads. `clock` gives aware UTC."""

    def __init__(self, app: Flask, clock: Callable[[], datetime] = utc_now, client: Client | None = None) -> None:
        self.app = app
        self.config: Config = app.extensions["tieout"]
        self.clock = clock
        self.client = client or open_client()
        self.stopping = threading.Event()
        self.snapshots = Snapshots()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session of the task's own; it is closed, and what was not committed is undone, at the end."""
        with self.app.app_context(), Session(db.engine, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        self.client.close()
