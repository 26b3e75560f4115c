"""The contract, run for every provider of the registry against the sandbox."""

from collections.abc import Iterator

import pytest

from dashboard.vocabulary.providers import Provider
from jobs.connectors.wire import open_client
from jobs.sandbox import start_in_thread
from tests.connectors.contract import ConnectorContract
from tests.connectors.stage import Stage


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    handle = start_in_thread()
    yield handle.url
    handle.close()


class TestEveryConnector(ConnectorContract):
    @pytest.fixture(params=list(Provider))
    def stage(self, request: pytest.FixtureRequest, sandbox: str) -> Iterator[Stage]:
        with open_client() as client:
            yield Stage(sandbox, request.param, client)
