"""These tests run on SQLite and on PostgreSQL."""

import pytest


@pytest.fixture
def database_url(each_database: str) -> str:
    return each_database
