"""The product for tests: an application per test, the people of two organisations, and visitors signed in."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event
from sqlalchemy.orm import Session

from dashboard.app import create_app
from dashboard.config import Config, load
from dashboard.db import db
from tests.support.visitor import Visitor
from tests.support.world import World, found_world, password_hash

TOKEN_KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()


@pytest.fixture
def config(database_url: str) -> Config:
    return load(
        {
            "TIEOUT_DATABASE_URL": database_url,
            "TIEOUT_SECRET_KEY": "a secret of the tests alone",
            "TIEOUT_TOKEN_KEYS": f"k1:{TOKEN_KEY}",
            "TIEOUT_XERO_CLIENT_ID": "tieout-tests",
            "TIEOUT_XERO_CLIENT_SECRET": "canary-client-secret",
            "TIEOUT_XERO_BASE_URL": "http://localhost:5050/xero",
            "TIEOUT_LOG_LEVEL": "warning",
        }
    )


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once for all applications: compiling them takes longer than most tests."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


def spare_the_disk(dbapi_connection: Any, record: Any) -> None:
    """No test outlives a power cut, and waiting for the disk would take a quarter of their time."""
    if type(dbapi_connection).__module__.startswith("sqlite3"):
        dbapi_connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """What a World keeps of its people's password costs next to nothing, and no sign-in hashes it anew."""
    really = PasswordHasher.check_needs_rehash

    def check_needs_rehash(self: PasswordHasher, stored: str) -> bool:
        return stored != password_hash() and really(self, stored)

    with pytest.MonkeyPatch.context() as patch:
        # argon2 is not ours.
        patch.setattr(PasswordHasher, "check_needs_rehash", check_needs_rehash)
        yield


@pytest.fixture
def app(config: Config, compiled_templates: FileSystemBytecodeCache) -> Iterator[Flask]:
    """The application on the test's own database."""
    application = create_app(config)
    application.jinja_env.bytecode_cache = compiled_templates
    application.config["PROPAGATE_EXCEPTIONS"] = True
    with application.app_context():
        event.listen(db.engine, "connect", spare_the_disk)
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session beside those of requests: it sees what they committed after `session.rollback()`.

    No application context is held while it is open: requests would share it, and with it what belongs to one of them.
    """
    with app.app_context():
        engine = db.engine
    with Session(engine, expire_on_commit=False) as opened:
        yield opened


@pytest.fixture
def world(app: Flask, session: Session) -> World:
    """Nordlys AB (growth) with its four people, Maple & Finch (free) with its owner; see tests/support/world.py."""
    return found_world(app, session)


@pytest.fixture
def visit(app: Flask, world: World) -> Callable[[str], Visitor]:
    """`visit("bo")` is bo, signed in through the sign-in page; `visit("")` is somebody who did not sign in."""

    def signed_in(name: str) -> Visitor:
        visitor = Visitor(app)
        if name:
            visitor.sign_in(world.email(name), world.password)
        return visitor

    return signed_in
