"""Connections to PostgreSQL that its server dropped: one that lay idle is replaced before anybody notices."""

import pytest
from sqlalchemy import create_engine, text

from dashboard.db import ask_the_idle

pytestmark = pytest.mark.postgres


def _drop_all(url: str) -> None:
    """As a restarted server, or a firewall, does it: the pool is not told."""
    other = create_engine(url)
    with other.connect() as link:
        link.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    other.dispose()


def test_a_dropped_connection_that_was_idle_is_replaced(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    ask_the_idle(engine, after=0)
    with engine.connect() as one, engine.connect() as two:
        pids = {link.scalar(text("SELECT pg_backend_pid()")) for link in (one, two)}
    _drop_all(postgres_url)
    with engine.connect() as one, engine.connect() as two:
        assert pids.isdisjoint({link.scalar(text("SELECT pg_backend_pid()")) for link in (one, two)})
    engine.dispose()


@pytest.mark.parametrize(("after", "is_asked"), [(0, True), (60, False)])
def test_only_what_was_idle_for_long_enough_is_asked(postgres_url: str, after: float, is_asked: bool) -> None:
    engine = create_engine(postgres_url)
    ask_the_idle(engine, after)
    asked: list[object] = []
    ping = engine.dialect.do_ping
    engine.dialect.do_ping = lambda connection: asked.append(connection) or ping(connection)  # type: ignore[method-assign]
    for _ in range(2):
        with engine.connect() as link:
            link.execute(text("SELECT 1"))
    assert len(asked) == is_asked
    engine.dispose()
