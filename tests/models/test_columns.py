"""The exact column types, and what the database itself refuses to hold."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import IntegrityError, StatementError

from dashboard.db import writing
from dashboard.models import AuditEntry, Export, Record
from dashboard.vocabulary.audit import Act, EntryKind
from dashboard.vocabulary.records import Trigger
from dashboard.vocabulary.statuses import Status
from tests.support.world import World


def stored(world: World, record: Record, **changes: object) -> Record:
    """The record as another reader finds it after the change."""
    with writing(world.session):
        for name, value in changes.items():
            setattr(record, name, value)
    world.session.expire_all()
    return world.session.get_one(Record, record.id)


def test_a_moment_comes_back_in_utc(world: World) -> None:
    (record,) = world.records(1)
    at = datetime(2026, 11, 2, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    found = stored(world, record, created_at=at).created_at
    assert (found, found.tzinfo) == (datetime(2026, 11, 1, 22, 30, tzinfo=UTC), UTC)


def test_a_moment_without_a_zone_is_refused(world: World) -> None:
    (record,) = world.records(1)
    with pytest.raises(StatementError, match="a naive datetime cannot be stored"):
        stored(world, record, created_at=datetime(2026, 11, 2))  # noqa: DTZ001 - it is what must be refused


def test_what_is_committed_to_sqlite_is_on_the_disk(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'tieout.db'}")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2, "FULL"
    engine.dispose()


def test_sums_of_money_are_exact(world: World) -> None:
    records = world.records(3)
    for record, amount in zip(records, ("0.1", "0.2", "99999999999.9999"), strict=True):
        stored(world, record, total=Decimal(amount))
    assert world.session.scalar(select(func.sum(Record.total))) == Decimal("100000000000.2999")


def test_money_of_five_decimals_is_refused_and_not_rounded(world: World) -> None:
    (record,) = world.records(1)
    with pytest.raises(StatementError, match="at most four decimals"):
        stored(world, record, total=Decimal("0.00001"))


@pytest.mark.parametrize("written", ["3.3333333333", "25.00", "0.0000000001", "123456789012.1234567890"])
def test_a_quantity_keeps_every_digit(world: World, written: str) -> None:
    (record,) = world.records(1)
    with writing(world.session):
        record.lines[0].quantity = Decimal(written)
    world.session.expire_all()
    assert str(world.session.get_one(Record, record.id).lines[0].quantity) == f"{Decimal(written)}"


@pytest.mark.parametrize(("error_code", "words"), [("", "It was refused"), ("period-closed", "")])
def test_no_failure_is_logged_without_a_code_and_words(world: World, error_code: str, words: str) -> None:
    with pytest.raises(IntegrityError, match="failed_has_a_reason"), writing(world.session):
        world.session.add(
            AuditEntry(
                tenant_id=world.nordlys.id,
                at=world.now(),
                kind=EntryKind.EXPORT,
                act=Act.EXPORT_OUTCOME,
                actor="tieout",
                status=Status.FAILED,
                error_code=error_code,
                words=words,
            )
        )


def test_a_record_has_one_export_for_each_connection(world: World) -> None:
    connection = world.connect_xero()
    (record,) = world.records(1)
    world.approve([record])
    with pytest.raises(IntegrityError), writing(world.session):
        world.session.add(
            Export(
                tenant_id=record.tenant_id,
                connection_id=connection.id,
                record_id=record.id,
                kind=record.kind,
                trigger=Trigger.MANUAL,
                key="another-key",
                status=Status.READY,
                status_since=world.now(),
                created_at=world.now(),
            )
        )
