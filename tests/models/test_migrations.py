"""Migrations: they make the very tables that the models describe, and lead back to nothing."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade
from sqlalchemy import inspect

from dashboard.app import create_app
from dashboard.config import Config, load
from dashboard.db import Base, db
from tests.fixtures import TOKEN_KEY
from tests.support.databases import migrate


@pytest.fixture
def config(empty_database: str) -> Config:
    migrate(empty_database)
    settings = {"TIEOUT_SECRET_KEY": "a secret of the tests alone", "TIEOUT_TOKEN_KEYS": f"k1:{TOKEN_KEY}"}
    return load({**settings, "TIEOUT_DATABASE_URL": empty_database, "TIEOUT_LOG_LEVEL": "warning"})


def test_a_fresh_database_has_the_tables_and_indexes_of_the_models_and_no_others(config: Config) -> None:
    with create_app(config).app_context():
        with db.engine.connect() as connection:
            differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
        db.engine.dispose()
    assert differences == []


def test_the_way_back_leaves_nothing_behind(config: Config) -> None:
    with create_app(config).app_context():
        downgrade(revision="base")
        left = inspect(db.engine).get_table_names()
        db.engine.dispose()
    assert left == ["alembic_version"]
