"""A backup of a whole database, taken and restored while the test runs: rows alone, whatever the database."""

from typing import Any

from sqlalchemy.orm import Session

from dashboard.db import Base, writing

Backup = dict[str, list[dict[str, Any]]]


def take(session: Session) -> Backup:
    """Every row of every table as it is now."""
    session.rollback()
    return {
        table.name: [dict(row._mapping) for row in session.execute(table.select().order_by(*table.primary_key))]
        for table in Base.metadata.sorted_tables
    }


def restore(session: Session, backup: Backup) -> None:
    """Nothing but what the backup holds; what happened since is forgotten."""
    with writing(session):
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())
        for table in Base.metadata.sorted_tables:
            if backup[table.name]:
                session.execute(table.insert(), backup[table.name])
    session.expire_all()
