"""What every test may ask for: databases of both kinds, a browser; and what no test may do."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from tests.support.chromium import launch_chromium
from tests.support.databases import fresh_name, migrate
from tests.support.network import refuse_outside_network
from tests.support.postgres import Server, start_postgres

pytest_plugins = ["tests.fixtures"]

# A machine under load is slow, and a failure has to come back when the test is run again.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")


def pytest_configure() -> None:
    # What somebody has set for a run of their own must not change what the tests see.
    for name in [name for name in os.environ if name.startswith("TIEOUT_")]:
        del os.environ[name]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the modules of browser tests among the others: they mostly wait, and no worker is to have only such."""
    modules: dict[Path, list[pytest.Item]] = {}
    for item in items:
        modules.setdefault(item.path, []).append(item)
    waiting = [tests for tests in modules.values() if tests[0].get_closest_marker("browser")]
    computing = [test for tests in modules.values() if tests not in waiting for test in tests]
    step = len(computing) // (len(waiting) or 1)
    for n, tests in reversed(list(enumerate(waiting))):
        computing[n * step : n * step] = tests
    items[:] = computing


@pytest.fixture(scope="session", autouse=True)
def _no_outside_network() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        refuse_outside_network(patch)
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that holds today's schema and nothing else."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A SQLite database of this test's own."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'tieout.db')}"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Server:
    """One server for the whole run. It sees for itself when the run has ended, however it ended."""
    own = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # Workers keep their files below the folder, and are children of the process, that started them all.
        return start_postgres(own.parent, owner=os.getppid())
    return start_postgres(own, owner=os.getpid())


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Server) -> Iterator[str]:
    """The name of a PostgreSQL database that holds today's schema and nothing else."""
    name = fresh_name()
    migrate(postgres_server.create(name))
    yield name
    postgres_server.drop(name)


@pytest.fixture
def postgres_url(postgres_server: Server, postgres_template: str) -> Iterator[str]:
    """A PostgreSQL database of this test's own."""
    name = fresh_name()
    yield postgres_server.create(name, template=postgres_template)
    postgres_server.drop(name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def each_database(request: pytest.FixtureRequest) -> str:
    """The URL of a database of this test's own: the test runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The database the application of a test uses. A folder whose tests run on both overrides it by `each_database`."""
    return sqlite_url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables, once on SQLite and once on PostgreSQL: for tests of the migrations."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Server = request.getfixturevalue("postgres_server")
    name = fresh_name()
    yield server.create(name)
    server.drop(name)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole worker; a test opens a context of its own in it."""
    with sync_playwright() as playwright:
        chromium = launch_chromium(playwright)
        yield chromium
        chromium.close()
