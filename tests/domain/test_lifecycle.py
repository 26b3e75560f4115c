"""The only module that moves exports: allowed moves, counts, log and fences."""

from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from dashboard.db import writing
from dashboard.domain import counts, lifecycle
from dashboard.domain.actors import MACHINE
from dashboard.models import AuditEntry, Export
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Fault
from dashboard.vocabulary.statuses import Cause, Status
from tests.support.world import World


def test_approving_makes_one_pending_export_with_its_count_and_log_entry(world: World) -> None:
    connection = world.connect_xero()
    exports = world.approve(world.records(3))
    assert [export.status for export in exports] == [Status.PENDING] * 3
    assert counts.by_status(world.session, world.nordlys.id, [connection.id])[Status.PENDING] == 3
    assert counts.differences(world.session) == []
    entries = world.session.scalars(select(AuditEntry).where(AuditEntry.export_id == exports[0].id)).all()
    assert [entry.status for entry in entries] == [Status.PENDING]


def test_a_move_that_is_not_in_the_table_is_refused_and_changes_nothing(world: World) -> None:
    world.connect_xero()
    (export,) = world.approve(world.records())
    with pytest.raises(lifecycle.MoveRefused), writing(world.session):
        lifecycle.move(world.session, export, Status.SYNCED, Cause.ACCEPTED, world.now())
    assert world.session.scalar(select(Export.status).where(Export.id == export.id)) is Status.PENDING


def test_a_second_mover_finds_the_export_moved(world: World) -> None:
    world.connect_xero()
    (export,) = world.approve(world.records())
    fault = Fault(ErrorCode.ACCOUNT_NOT_MAPPED, "4010", "Account 4010 is not mapped")
    with Session(world.session.get_bind(), expire_on_commit=False) as second:
        seen = second.get_one(Export, export.id)
        second.rollback()
        with writing(world.session):
            lifecycle.move(world.session, export, Status.FAILED, Cause.PREFLIGHT, world.now(), faults=[fault])
        make_as_seen(seen, Status.PENDING)
        with pytest.raises(lifecycle.StaleMove), writing(second):
            lifecycle.move(second, seen, Status.SENDING, Cause.TAKEN, world.now())


def make_as_seen(export: Export, status: Status) -> None:
    """Give the row back what this mover saw before the other one came."""
    set_committed_value(export, "status", status)


def test_a_set_is_moved_with_the_same_counts_and_one_log_entry_each(world: World) -> None:
    connection = world.connect_xero()
    exports = world.approve(world.records(4))
    fault = Fault(ErrorCode.ACCOUNT_NOT_MAPPED, "4010", "Account 4010 is not mapped")
    with writing(world.session):
        for export in exports:
            lifecycle.move(world.session, export, Status.FAILED, Cause.PREFLIGHT, world.now(), faults=[fault])
    with writing(world.session):
        moved = lifecycle.move_set(
            world.session,
            partial(lifecycle.of_connection, connection.tenant_id, connection.id),
            (),
            Status.FAILED,
            Status.PENDING,
            Cause.RESYNC,
            world.now(),
            actor=MACHINE,
            words="Resync",
        )
    assert counts.differences(world.session) == []
    entries = world.session.scalars(select(AuditEntry).where(AuditEntry.operation == moved.operation)).all()
    assert {entry.export_id for entry in entries} == {export.id for export in exports}


def test_a_failure_without_a_reason_is_refused(world: World) -> None:
    world.connect_xero()
    (export,) = world.approve(world.records())
    faults = (Fault(ErrorCode.UNKNOWN, "", "Refused"), Fault(ErrorCode.UNKNOWN, "", ""))
    with pytest.raises(lifecycle.MoveRefused, match="without a reason"), writing(world.session):
        lifecycle.move(world.session, export, Status.FAILED, Cause.PREFLIGHT, world.now(), faults=faults)
