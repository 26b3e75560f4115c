"""A database that refuses one change of a row, whoever makes it: stands for what nobody has thought of."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from dashboard.db import writing

WORDS = "this change is refused"


def refuse(session: Session, change: str, table: str, rows: str, *, sqlstate: str = "P0001") -> None:
    """Refuse a change ("UPDATE", "INSERT", "DELETE") of rows of the table that meet a condition over OLD and NEW.

    `sqlstate` is the error that PostgreSQL tells.
    """
    with writing(session):
        if session.get_bind().dialect.name == "postgresql":
            session.execute(
                text(
                    "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                    f"$$ BEGIN RAISE EXCEPTION '{WORDS}' USING ERRCODE = '{sqlstate}'; END $$"
                )
            )
            session.execute(
                text(
                    f"CREATE TRIGGER refusal BEFORE {change} ON {table} "
                    f"FOR EACH ROW WHEN ({rows}) EXECUTE FUNCTION refuse()"
                )
            )
            return
        session.execute(
            text(
                f"CREATE TRIGGER refusal BEFORE {change} ON {table} WHEN {rows} "
                f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
            )
        )


def allow(session: Session, table: str) -> None:
    """Refuse nothing any more."""
    with writing(session):
        on = f" ON {table}" if session.get_bind().dialect.name == "postgresql" else ""
        session.execute(text(f"DROP TRIGGER refusal{on}"))
