"""Where a bench plays: a database with today's schema, the product on it, and people."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.orm import Session

from dashboard.app import create_app
from dashboard.config import load
from dashboard.db import db
from jobs.sandbox import CLIENT_ID, CLIENT_SECRET
from tests.fixtures import TOKEN_KEY
from tests.support.databases import fresh_name, migrate
from tests.support.postgres import Server, running_postgres
from tests.support.world import World, found_world

SETTINGS = {
    "TIEOUT_SECRET_KEY": "a secret of the benches alone",
    "TIEOUT_TOKEN_KEYS": f"k1:{TOKEN_KEY}",
    "TIEOUT_XERO_CLIENT_ID": CLIENT_ID,
    "TIEOUT_XERO_CLIENT_SECRET": CLIENT_SECRET,
    "TIEOUT_LOG_LEVEL": "warning",
}


@dataclass(frozen=True)
class Stages:
    """Makes databases of both kinds; everything is gone when the bench ends."""

    folder: Path
    server: Server

    @property
    def postgres_version(self) -> str:
        plain = self.server.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as connection:
            return f"{connection.info.server_version // 10000}.{connection.info.server_version % 10000}"

    @contextmanager
    def url(self, kind: str) -> Iterator[str]:
        """The address of a fresh database: `kind` is SQLite or PostgreSQL."""
        name = fresh_name()
        if kind == "SQLite":
            path = self.folder / f"{name}.db"
            migrate(f"sqlite:///{path}")
            yield f"sqlite:///{path}"
            for left in self.folder.glob(f"{name}*"):
                left.unlink()
            return
        url = self.server.create(name)
        migrate(url)
        yield url
        self.server.drop(name)

    @contextmanager
    def world(self, kind: str, **settings: str) -> Iterator[World]:
        """The product with its people on a fresh database."""
        with self.url(kind) as url:
            app = create_app(load({**SETTINGS, **settings, "TIEOUT_DATABASE_URL": url}))
            with app.app_context():
                engine = db.engine
            # No application context is held: requests would share it, and with it what belongs to one of them.
            with Session(engine, expire_on_commit=False) as session:
                yield found_world(app, session)
            engine.dispose()


@contextmanager
def stages() -> Iterator[Stages]:
    with tempfile.TemporaryDirectory(prefix="tieout-bench-") as folder, running_postgres() as server:
        yield Stages(Path(folder), server)
