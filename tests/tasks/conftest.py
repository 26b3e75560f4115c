"""The runner's tasks against the sandbox over HTTP, on SQLite and on PostgreSQL; the clock is the test's."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.app import create_app
from dashboard.config import Config, load
from dashboard.db import db, writing
from dashboard.domain import grants
from dashboard.domain.vault import Vault
from dashboard.models import Connection, Grant, Mapping, ReferenceList, ReferenceRow, Tenant, User
from dashboard.vocabulary.mappings import MappingKind
from dashboard.vocabulary.postings import Company
from dashboard.vocabulary.references import ReferenceKind
from jobs.connectors.wire import Transport, open_client
from jobs.sandbox import CLIENT_ID, CLIENT_SECRET, start_in_thread
from jobs.tasks import drain
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
def sandbox() -> Iterator[str]:
    handle = start_in_thread()
    yield handle.url
    handle.close()


@pytest.fixture(scope="session")
def ready_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, sandbox: str) -> Path:
    """A SQLite file in which everything stands that the scene begins with: making it takes time."""
    path = tmp_path_factory.mktemp("ready") / "template.db"
    shutil.copy(sqlite_template, path)
    _make_ready(f"sqlite:///{path}", sandbox)
    return path


@pytest.fixture(scope="session")
def ready_postgres(postgres_server: Server, postgres_template: str, sandbox: str) -> Iterator[str]:
    """The name of a PostgreSQL database in which everything stands that the scene begins with."""
    name = fresh_name()
    _make_ready(postgres_server.create(name, template=postgres_template), sandbox)
    yield name
    postgres_server.drop(name)


def _make_ready(url: str, sandbox: str) -> None:
    """Both organisations and their people; Nordlys connected, its lists read, everything mapped."""
    books = open_books(sandbox)
    app = create_app(load({**SETTINGS, "TIEOUT_DATABASE_URL": url, "TIEOUT_XERO_BASE_URL": books.xero}))
    with app.app_context():
        with Session(db.engine, expire_on_commit=False) as session:
            world = found_world(app, session)
            tokens, company_id = books.consent()
            connection = world.connect_xero(company=Company(company_id, "Nordlys AB", ""), tokens=tokens, lists=False)
            office = Office(app)
            drain.run(office)
            office.close()
            world.map_all(connection)
        db.engine.dispose()


def open_books(sandbox: str) -> Books:
    """An empty ledger of Nordlys AB with one contact, its limits lifted."""
    found = Books(sandbox)
    found.reset()
    found.limits(factor=1000)
    found.seed(contacts=[{"Name": "Fjord Kaffe AS", "TaxNumber": FJORD}])
    return found


@pytest.fixture
def sqlite_url(ready_sqlite: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(ready_sqlite, tmp_path / 'tieout.db')}"


@pytest.fixture
def postgres_url(postgres_server: Server, ready_postgres: str) -> Iterator[str]:
    name = fresh_name()
    yield postgres_server.create(name, template=ready_postgres)
    postgres_server.drop(name)


@pytest.fixture
def database_url(each_database: str) -> str:
    return each_database


@pytest.fixture
def books(sandbox: str, database_url: str) -> Books:
    return open_books(sandbox)


@pytest.fixture
def changed_settings() -> dict[str, str]:
    """What a test's module sets otherwise; it overrides this fixture."""
    return {}


@pytest.fixture
def environment(database_url: str, books: Books, changed_settings: dict[str, str]) -> dict[str, str]:
    """The settings of a test, as a command of its own would find them."""
    return {
        **SETTINGS,
        "TIEOUT_DATABASE_URL": database_url,
        "TIEOUT_XERO_BASE_URL": books.xero,
        **changed_settings,
    }


@pytest.fixture
def config(environment: dict[str, str]) -> Config:
    return load(environment)


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
def scene(world: World, office: Office, books: Books, clock: Clock) -> Iterator[Scene]:
    """Nordlys connected, its lists read, everything mapped that World.records() needs. Whatever a test does then, the
    counts equal the rows, every try has an end and no secret was kept when it is over."""
    session = world.session
    connection = session.scalars(select(Connection)).one()
    tokens, _ = books.consent()
    with writing(session):
        grant = session.get_one(Grant, connection.grant_id)
        grants.replace(session, Vault(office.config.token_keys), grant, tokens, clock())
        grant.previous = b""
        # Every empty ledger gives its contact another id, and the lists were read a moment ago.
        contact = {"external_id": books.contacts()[0]["id"]}
        session.execute(update(ReferenceRow).where(ReferenceRow.kind == ReferenceKind.CONTACT).values(**contact))
        mapped = update(Mapping).where(Mapping.kind == MappingKind.CONTACT)
        session.execute(mapped.values(target_id=contact["external_id"]))
        session.execute(update(ReferenceList).values(asked_at=clock()))
    yield Scene(world, connection, office, books, clock, tokens)
    check_the_books(session, [tokens.access_token, tokens.refresh_token, CLIENT_SECRET])
