"""The database: one SQLAlchemy object, exact column types, and how a transaction begins. No rows and no queries."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from time import monotonic
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Float,
    Integer,
    MetaData,
    String,
    event,
    exc,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

Id = BigInteger().with_variant(Integer, "sqlite")
"""Primary and foreign keys; SQLite hands out row ids for INTEGER only."""


class UTCDateTime(TypeDecorator[datetime]):
    """Aware UTC in and out; a naive value is refused, since SQLite would drop the zone without a word."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        aware = value.astimezone(UTC)
        return aware.replace(tzinfo=None) if dialect.name == "sqlite" else aware

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """From the driver's own value at once: lists hold many times, and every layer in between counts."""
        return _from_text if dialect.name == "sqlite" else _from_aware


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


def _from_aware(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


class Amount(TypeDecorator[Decimal]):
    """Money as a whole number of 1/10000 units, so that SUM is exact on every database; finer values are refused."""

    impl = BigInteger
    cache_ok = True
    _SCALE = Decimal(10000)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = Decimal(value) * self._SCALE
        if scaled != scaled.to_integral_value():
            raise ValueError(f"an amount has at most four decimals: {value}")
        return int(scaled)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else (Decimal(value) / self._SCALE).quantize(Decimal("0.0001")).normalize() + 0


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal kept digit for digit (quantities, unit prices, rates). Never summed in the database."""

    impl = String(60)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else f"{value:f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


def closed_set(enum: type[StrEnum]) -> Enum:
    """A closed set stored by its words, as text, so that a further word needs no migration."""
    return Enum(
        enum,
        native_enum=False,
        create_constraint=False,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


class database_clock(FunctionElement[float]):  # noqa: N801 - reads as an SQL function
    """Seconds since 1970 by the database's own clock, the one clock that several runners share."""

    type = Float()
    inherit_cache = True


@compiles(database_clock, "sqlite")
def _sqlite_clock(element: Any, compiler: Any, **kw: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(database_clock, "postgresql")
def _postgresql_clock(element: Any, compiler: Any, **kw: Any) -> str:
    return "extract(epoch from clock_timestamp())"


class one_of(FunctionElement[bool]):  # noqa: N801 - reads as an SQL function
    """Whether an id is one of a subquery's, as what leads to the rows: `one_of(Export.id, ids.scalar_subquery())`.

    An IN would do; but PostgreSQL, which has no statistics of rows that the same transaction wrote, may take a hundred
    thousand for a single one and compare everything with everything. An array is looked up id by id.
    """

    type = Boolean()
    inherit_cache = True


@compiles(one_of)
def _in(element: Any, compiler: Any, **kw: Any) -> str:
    column, ids = element.clauses
    return f"{compiler.process(column, **kw)} IN {compiler.process(ids, **kw)}"


@compiles(one_of, "postgresql")
def _any_of_array(element: Any, compiler: Any, **kw: Any) -> str:
    column, ids = element.clauses
    return f"{compiler.process(column, **kw)} = ANY (ARRAY{compiler.process(ids, **kw)})"


def upsert(session: Session, table: Any) -> Any:
    """An INSERT of the session's own dialect that knows ON CONFLICT."""
    return postgresql.insert(table) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(table)


def changed(session: Session, statement: Any) -> int:
    """Run an UPDATE or DELETE by condition and tell how many rows met it; rows already loaded are not refreshed."""
    result: Any = session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount)


_LOST = ("40P01", "40001")
"""Deadlock and serialization failure: https://www.postgresql.org/docs/current/errcodes-appendix.html"""


def is_lost_to_another(error: exc.DBAPIError) -> bool:
    """Whether the transaction only came in the way of another: nothing of it was kept, and it may be begun anew."""
    if getattr(error.orig, "sqlstate", None) in _LOST:
        return True
    # An extended result code has the primary one in its lowest byte: https://www.sqlite.org/rescode.html
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


@contextmanager
def writing(session: Session) -> Iterator[Session]:
    """One writing transaction: committed at the end, rolled back on an error.

    What was only read before is ended first: on SQLite a transaction that reads and then writes is refused at once,
    whatever the busy timeout, so a writing one takes the write lock as it begins (BEGIN IMMEDIATE).
    """
    session.commit()
    session.connection(execution_options={"writing": True})
    try:
        yield session
    except BaseException:
        session.rollback()
        raise
    session.commit()


def reading(session: Session) -> Session:
    """The session, its reads without a transaction around them: each sees what is newest, and nothing is held.

    A session in the middle of a transaction stays in it; `writing` and `one_snapshot` begin their own all the same.
    """
    if session.in_transaction():
        return session
    # SQLite's driver is without transactions of its own: there it is left to `_begin` not to begin one.
    options = (
        {"isolation_level": "AUTOCOMMIT"} if session.get_bind().dialect.name == "postgresql" else {"reading": True}
    )
    session.connection(execution_options=options)
    return session


@contextmanager
def one_snapshot(session: Session) -> Iterator[Session]:
    """Reads that all see the database as it was at the first of them; nothing may be written."""
    session.commit()
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        yield session
    finally:
        session.rollback()


def _is_sqlite(dbapi_connection: Any) -> bool:
    return type(dbapi_connection).__module__.startswith("sqlite3")


_SURELY_ALIVE = 0.5
"""Seconds after its last use within which a connection is taken for good without being asked."""


def ask_the_idle(engine: Engine, after: float = _SURELY_ALIVE) -> None:
    """Ask a connection that was idle for so many seconds whether it still answers, before it is used again.

    To ask at every use (`pool_pre_ping`) costs a page one way to the server and back more, and on a busy server none of
    them would ever find out anything. One that does not answer is replaced, with all others as old.
    """
    dialect = engine.dialect

    @event.listens_for(engine, "checkin")
    def note(dbapi_connection: Any, record: Any) -> None:
        record.info["idle_since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def ask(dbapi_connection: Any, record: Any, proxy: Any) -> None:
        if monotonic() - record.info.get("idle_since", monotonic()) < after:
            return
        try:
            dialect.do_ping(dbapi_connection)
        except dialect.loaded_dbapi.Error as error:
            raise exc.InvalidatePoolError from error


@event.listens_for(Engine, "connect")
def _configure_connection(dbapi_connection: Any, record: Any) -> None:
    if not _is_sqlite(dbapi_connection):
        return
    # The driver's own transaction handling is switched off: it would begin late and never IMMEDIATE.
    dbapi_connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "busy_timeout=30000",
        "foreign_keys=ON",
        # What was written down before it was sent has to be there after a power cut too.
        "synchronous=FULL",
        # In KiB. With the 2 MB that SQLite takes by itself the pages of a large set are written several times over.
        "cache_size=-65536",
    ):
        dbapi_connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if connection.dialect.name == "sqlite" and not options.get("reading", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writing", False) else "BEGIN")
