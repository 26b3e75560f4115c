"""One place for all walks: each call of a route leaves it as it was."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from dashboard.app import create_app
from dashboard.config import load
from dashboard.db import db
from tests.architecture.places import Place, settle
from tests.fixtures import TOKEN_KEY


@pytest.fixture(scope="session")
def place(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    file = Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("place") / "place.db"))
    app = create_app(
        load(
            {
                "TIEOUT_DATABASE_URL": f"sqlite:///{file}",
                "TIEOUT_SECRET_KEY": "a secret of the tests alone",
                "TIEOUT_TOKEN_KEYS": f"k1:{TOKEN_KEY}",
                "TIEOUT_XERO_CLIENT_ID": "tieout-tests",
                "TIEOUT_XERO_CLIENT_SECRET": "canary-client-secret",
                "TIEOUT_XERO_BASE_URL": "http://localhost:5050/xero",
                "TIEOUT_LOG_LEVEL": "error",
            }
        )
    )
    app.config["PROPAGATE_EXCEPTIONS"] = True
    with app.app_context():
        engine = db.engine
    with Session(engine, expire_on_commit=False) as session:
        yield settle(app, session, file)
    engine.dispose()
