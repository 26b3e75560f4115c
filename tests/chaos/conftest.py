"""A world with documents to approve, copied for every run, and a sandbox process of its own."""

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.app import create_app
from dashboard.config import Config, load
from dashboard.db import db, writing
from dashboard.domain import mappings, references
from dashboard.models import Connection, Record, Tenant, User
from dashboard.vocabulary.mappings import DEFAULT_PURCHASE_ACCOUNT, DEFAULT_SALES_ACCOUNT, MappingKind
from dashboard.vocabulary.postings import Company
from jobs.sandbox import CLIENT_ID, CLIENT_SECRET
from jobs.tasks import drain
from jobs.tasks.office import Office
from tests.chaos import documents
from tests.chaos.processes import SandboxProcess
from tests.chaos.storm import TIMES
from tests.fixtures import TOKEN_KEY
from tests.support.databases import fresh_name
from tests.support.ledger import NORDLYS
from tests.support.postgres import Server
from tests.support.world import World, found_world

RECORDS = 500
ATTACHED = 12
RUNS = 10

SETTINGS = {
    "TIEOUT_SECRET_KEY": "a secret of the tests alone",
    "TIEOUT_TOKEN_KEYS": f"k1:{TOKEN_KEY}",
    "TIEOUT_XERO_CLIENT_ID": CLIENT_ID,
    "TIEOUT_XERO_CLIENT_SECRET": CLIENT_SECRET,
    "TIEOUT_LOG_LEVEL": "info",
}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "runs(n): how many runs with seeds of their own a test makes on each database")
    # Workers are started later and inherit it, so that all of them know the same tests.
    os.environ.setdefault("CHAOS_FIRST_SEED", str(random.SystemRandom().randrange(1, 1_000_000)))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """CHAOS_SEED repeats one run; without it every run has a seed of its own, which its name tells."""
    if "seed" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("runs")
    first, runs = int(os.environ["CHAOS_FIRST_SEED"]), marker.args[0] if marker else RUNS
    given = os.environ.get("CHAOS_SEED")
    seeds = [int(given)] if given else range(first, first + runs)
    metafunc.parametrize("seed", seeds, ids=[f"CHAOS_SEED={seed}" for seed in seeds])


@pytest.fixture
def rng(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - chance, not secrecy


@pytest.fixture
def settings() -> dict[str, str]:
    """What a test's module sets otherwise; it overrides this fixture."""
    return TIMES


@pytest.fixture(scope="session")
def founded_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with both organisations, their people and documents that await approval."""
    path = tmp_path_factory.mktemp("founded") / "template.db"
    shutil.copy(sqlite_template, path)
    _found(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def founded_postgres(postgres_server: Server, postgres_template: str) -> Iterator[str]:
    """The name of a PostgreSQL database with the same."""
    name = fresh_name()
    _found(postgres_server.create(name, template=postgres_template))
    yield name
    postgres_server.drop(name)


def _found(url: str) -> None:
    app = create_app(load({**SETTINGS, "TIEOUT_DATABASE_URL": url}))
    with app.app_context():
        with Session(db.engine, expire_on_commit=False) as session:
            world = found_world(app, session)
            papers = documents.papers(RECORDS, random.Random(1))  # noqa: S311 - chance, not secrecy
            for name, content in documents.files(papers, ATTACHED):
                results = world.take_in(name, content)
                assert {result.fate.value for result in results} == {"taken in"}
        db.engine.dispose()


@pytest.fixture
def sqlite_url(founded_sqlite: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(founded_sqlite, tmp_path / 'tieout.db')}"


@pytest.fixture
def postgres_url(postgres_server: Server, founded_postgres: str) -> Iterator[str]:
    name = fresh_name()
    yield postgres_server.create(name, template=founded_postgres)
    postgres_server.drop(name)


@pytest.fixture
def database_url(each_database: str) -> str:
    return each_database


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    running = SandboxProcess(tmp_path_factory.mktemp("sandbox") / "sandbox.log")
    yield running
    running.stop()


@pytest.fixture
def ledger(sandbox_process: SandboxProcess) -> SandboxProcess:
    """An empty ledger of Nordlys AB that knows every contact; its limits are lifted."""
    sandbox_process.reset()
    sandbox_process.limits(factor=1000)
    contacts = [{"Name": name, "TaxNumber": tax_id} for name, tax_id in documents.CONTACTS]
    sandbox_process.seed(contacts=contacts)
    return sandbox_process


@pytest.fixture
def environment(database_url: str, ledger: SandboxProcess, settings: dict[str, str]) -> dict[str, str]:
    """The settings of every process of this run."""
    return {**SETTINGS, **settings, "TIEOUT_DATABASE_URL": database_url, "TIEOUT_XERO_BASE_URL": ledger.xero}


@pytest.fixture
def config(environment: dict[str, str]) -> Config:
    return load(environment)


@pytest.fixture
def world(app: Flask, session: Session) -> World:
    tenants = {tenant.slug: tenant for tenant in session.scalars(select(Tenant))}
    users = {user.email.partition("@")[0]: user for user in session.scalars(select(User))}
    return World(app, session, tenants["nordlys"], tenants["maple"], users)


@pytest.fixture
def connected(world: World, ledger: SandboxProcess) -> Connection:
    """Nordlys connected to its ledger, lists read; no account is chosen yet."""
    tokens, company_id = ledger.consent()
    made = world.connect_xero(company=Company(company_id, NORDLYS, ""), tokens=tokens, lists=False)
    office = Office(world.app)
    drain.run(office)
    office.close()
    return made


def map_accounts(world: World, connection: Connection) -> None:
    """ada chooses accounts and taxes. Contacts are known by their tax ids."""
    chosen = [
        (MappingKind.ACCOUNT, DEFAULT_SALES_ACCOUNT, "200"),
        (MappingKind.ACCOUNT, DEFAULT_PURCHASE_ACCOUNT, "400"),
        (MappingKind.TAX, "sale:S:25:SE", "OUTPUT"),
        (MappingKind.TAX, "purchase:S:25:SE", "INPUT"),
    ]
    with writing(world.session):
        snapshot = references.ledger(world.session, connection.id)
        for kind, value, target in chosen:
            mappings.save(world.session, connection, kind, value, target, snapshot, world.actor("ada"), world.now())


@pytest.fixture
def connection(world: World, connected: Connection) -> Connection:
    """Nordlys connected to its ledger, everything mapped."""
    map_accounts(world, connected)
    return connected


@pytest.fixture
def records(world: World, connection: Connection) -> list[Record]:
    """What awaits approval."""
    return list(world.session.scalars(select(Record).order_by(Record.id)))
