"""A running sandbox for the tests of this folder, emptied before each of them."""

from collections.abc import Iterator

import httpx2
import pytest

from jobs.sandbox import start_in_thread
from jobs.sandbox.server import Handle
from tests.sandbox.client import Desk


@pytest.fixture(scope="session")
def running() -> Iterator[Handle]:
    """One server for all tests."""
    handle = start_in_thread()
    yield handle
    handle.close()


@pytest.fixture
def http(running: Handle) -> Iterator[httpx2.Client]:
    """A client of the sandbox as it is after a reset, with Xero's limits lifted."""
    with httpx2.Client(base_url=running.url, timeout=10) as client:
        client.post("/_control/reset", json={}).raise_for_status()
        client.post("/_control/limits", json={"provider": "xero", "factor": 1000}).raise_for_status()
        yield client


@pytest.fixture
def desk(http: httpx2.Client) -> Desk:
    """Xero's Nordlys AB, consented to."""
    return open_desk(http)


def open_desk(http: httpx2.Client, **wishes: str) -> Desk:
    """A desk with a consent of its own."""
    granted = http.post("/_control/grant", json={"provider": "xero", **wishes}).raise_for_status().json()
    return Desk(
        http,
        granted["access_token"],
        granted.get("refresh_token", ""),
        granted["company"],
        granted["client_id"],
        granted["client_secret"],
    )
