"""The runner's tasks against the sandbox over HTTP, on SQLite and on PostgreSQL; the clock is the test's."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.app import create_app
from dashboard.config import Config, load
from dashboard.db import db
from dashboard.domain.grants import Tokens
from dashboard.models import Connection, Tenant, User
from dashboard.vocabulary.postings import Company
from jobs.connectors.wire import Transport, open_client
from jobs.sandbox import CLIENT_ID, CLIENT_SECRET, start_in_thread
from jobs.tasks.office import Office
from tests.fixtures import TOKEN_KEY
from tests.support.databases import fresh_name
from tests.support.postgres import Server
from tests.support.world import World, found_world
from tests.tasks.books import Books
from tests.tasks.scene import FJORD, Clock, ClockedWorld, Scene, check_the_books

SETTINGS = {
    "TIEOUT_SECRET_KEY": "a secret of the tests alone",
    "TIEOUT_TOKEN_KEYS": f"k1:{TOKEN_KEY}",
    "TIEOUT_XERO_CLIENT_ID": CLIENT_ID,
    "TIEOUT_XERO_CLIENT_SECRET": CLIENT_SECRET,
    "TIEOUT_XERO_PACE": "1000",
    "TIEOUT_XERO_CALL_DEADLINE": "10",
    "TIEOUT_XERO_LEASE": "30",
    "TIEOUT_LOG_LEVEL": "warning",
}


@pytest.fixture(scope="session")
def founded_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file in which both organisations and their people exist: hashing passwords takes time."""
    path = tmp_path_factory.mktemp("founded") / "template.db"
    shutil.copy(sqlite_template, path)
    _found(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def founded_postgres(postgres_server: Server, postgres_template: str) -> Iterator[str]:
    """The name of a PostgreSQL database in which both organisations and their people exist."""
    name = fresh_name()
    _found(postgres_server.create(name, template=postgres_template))
    yield name
    postgres_server.drop(name)


def _found(url: str) -> None:
    app = create_app(load({**SETTINGS, "TIEOUT_DATABASE_URL": url}))
    with app.app_context():
        with Session(db.engine) as session:
            found_world(app, session)
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
def sandbox() -> Iterator[str]:
    handle = start_in_thread()
    yield handle.url
    handle.close()


@pytest.fixture
def books(sandbox: str) -> Books:
    """An empty ledger of Nordlys AB with one contact, its limits lifted."""
    found = Books(sandbox)
    found.reset()
    found.limits(factor=1000)
    found.seed(contacts=[{"Name": "Fjord Kaffe AS", "TaxNumber": FJORD}])
    return found


@pytest.fixture
def changed_settings() -> dict[str, str]:
    """What a test's module sets otherwise; it overrides this fixture."""
    return {}


@pytest.fixture
def config(database_url: str, books: Books, changed_settings: dict[str, str]) -> Config:
    return load(
        {
            **SETTINGS,
            "TIEOUT_DATABASE_URL": database_url,
            "TIEOUT_XERO_BASE_URL": books.xero,
            **changed_settings,
        }
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(app: Flask, session: Session, clock: Clock) -> World:
    tenants = {tenant.slug: tenant for tenant in session.scalars(select(Tenant))}
    users = {user.email.partition("@")[0]: user for user in session.scalars(select(User))}
    return ClockedWorld(app, session, tenants["nordlys"], tenants["maple"], users, clock=clock)


@pytest.fixture
def office(app: Flask, clock: Clock) -> Iterator[Office]:
    opened = Office(app, clock)
    yield opened
    opened.close()


@pytest.fixture
def office_over(app: Flask, clock: Clock) -> Iterator[Callable[[Transport], Office]]:
    """`office_over(transport)` is a second runner, whose calls go through that transport."""
    opened: list[Office] = []

    def over(transport: Transport) -> Office:
        opened.append(Office(app, clock, open_client(transport)))
        return opened[-1]

    yield over
    for office in opened:
        office.close()


@pytest.fixture
def consent(books: Books) -> tuple[Tokens, str]:
    """The tokens of nordlys's consent, and the company's id."""
    return books.consent()


@pytest.fixture
def xero(world: World, consent: tuple[Tokens, str]) -> Connection:
    """Nordlys connected to its ledger, nothing read or mapped yet."""
    tokens, company_id = consent
    return world.connect_xero(company=Company(company_id, "Nordlys AB", ""), tokens=tokens, lists=False)


@pytest.fixture
def scene(
    world: World,
    xero: Connection,
    office: Office,
    books: Books,
    clock: Clock,
    consent: tuple[Tokens, str],
) -> Iterator[Scene]:
    """Nordlys connected, its lists read, everything mapped that World.records() needs. Whatever a test does then, the
    counts equal the rows, every try has an end and no secret was kept when it is over."""
    tokens, _ = consent
    opened = Scene(world, xero, office, books, clock, tokens)
    opened.run()
    world.map_all(xero)
    yield opened
    check_the_books(world.session, [tokens.access_token, tokens.refresh_token, CLIENT_SECRET])
