"""The runner's tasks against the sandbox over HTTP, on SQLite and on PostgreSQL; the clock is the test's."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from dashboard.config import Config, load
from dashboard.models import Connection
from dashboard.vocabulary.postings import Company
from jobs.sandbox import CLIENT_ID, CLIENT_SECRET, start_in_thread
from jobs.tasks.office import Office
from tests.fixtures import TOKEN_KEY
from tests.support.ledger import NORDLYS, Ledger
from tests.support.world import World


class Clock:
    """Stands beside the real time by what a test has advanced it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, **by: float) -> None:
        self.ahead += timedelta(**by)


@pytest.fixture
def database_url(each_database: str) -> str:
    return each_database


@pytest.fixture(scope="session")
def sandbox() -> Iterator[str]:
    handle = start_in_thread()
    yield handle.url
    handle.close()


@pytest.fixture
def ledger(sandbox: str) -> Ledger:
    """An empty ledger of Nordlys AB with one contact, its limits lifted."""
    found = Ledger(sandbox)
    found.reset()
    found.limits(factor=1000)
    found.seed(contacts=[{"Name": "Fjord Kaffe AS", "TaxNumber": "NO987654321MVA"}])
    return found


@pytest.fixture
def config(database_url: str, ledger: Ledger) -> Config:
    return load(
        {
            "TIEOUT_DATABASE_URL": database_url,
            "TIEOUT_SECRET_KEY": "a secret of the tests alone",
            "TIEOUT_TOKEN_KEYS": f"k1:{TOKEN_KEY}",
            "TIEOUT_XERO_CLIENT_ID": CLIENT_ID,
            "TIEOUT_XERO_CLIENT_SECRET": CLIENT_SECRET,
            "TIEOUT_XERO_BASE_URL": ledger.xero,
            "TIEOUT_XERO_PACE": "1000",
            "TIEOUT_XERO_CALL_DEADLINE": "2",
            "TIEOUT_XERO_LEASE": "5",
            "TIEOUT_LOG_LEVEL": "warning",
        }
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def office(app: Flask, clock: Clock) -> Iterator[Office]:
    opened = Office(app, clock)
    yield opened
    opened.close()


@pytest.fixture
def xero(world: World, ledger: Ledger) -> Connection:
    """Nordlys connected to its ledger in the sandbox, everything mapped that World.records() needs."""
    tokens, company_id = ledger.consent()
    connection = world.connect_xero(company=Company(company_id, NORDLYS, ""), tokens=tokens, lists=False)
    return connection
