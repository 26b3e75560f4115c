"""The sandbox, and an application that is connected to it as a client that the sandbox knows."""

from collections.abc import Iterator

import httpx2
import pytest

from dashboard.config import Config, load
from jobs.sandbox import start_in_thread
from jobs.sandbox.server import Handle
from tests.fixtures import TOKEN_KEY
from tests.support.consenting import (
    CLIENT_ID,
    CLIENT_SECRET,
    Xero,
)


@pytest.fixture(scope="module")
def running() -> Iterator[Handle]:
    handle = start_in_thread()
    yield handle
    handle.close()


@pytest.fixture
def xero(running: Handle) -> Iterator[Xero]:
    with httpx2.Client(base_url=running.url, timeout=10) as http:
        found = Xero(http, running.url)
        http.post("/_control/reset", json={}).raise_for_status()
        found.control("settings", client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
        yield found


@pytest.fixture
def settings(database_url: str, running: Handle) -> dict[str, str]:
    return {
        "TIEOUT_DATABASE_URL": database_url,
        "TIEOUT_SECRET_KEY": "a secret of the tests alone",
        "TIEOUT_TOKEN_KEYS": f"k1:{TOKEN_KEY}",
        "TIEOUT_XERO_CLIENT_ID": CLIENT_ID,
        "TIEOUT_XERO_CLIENT_SECRET": CLIENT_SECRET,
        "TIEOUT_XERO_BASE_URL": f"{running.url}/xero",
        "TIEOUT_LOG_LEVEL": "debug",
    }


@pytest.fixture
def config(settings: dict[str, str]) -> Config:
    return load(settings)
