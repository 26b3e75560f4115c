"""The counts of the log's entries are what the rows are, whatever adds, undoes or deletes them."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import audit, lifecycle, retention
from dashboard.domain.counts import quarter
from dashboard.models import AuditCount, AuditEntry, Export
from dashboard.vocabulary.audit import WITHOUT_A_MOVE, Act
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Fault
from dashboard.vocabulary.statuses import Cause, Status
from tests.support.world import World

UNMAPPED = Fault(ErrorCode.ACCOUNT_NOT_MAPPED, "4010", "Account 4010 is not mapped to an account in Xero", "4010")


def kept(session: Session) -> dict[tuple[int, int, str], int]:
    session.rollback()
    rows = session.execute(select(AuditCount.tenant_id, AuditCount.quarter, AuditCount.status, AuditCount.n))
    return {(tenant, number, status): n for tenant, number, status, n in rows if n}


def counted(session: Session) -> dict[tuple[int, int, str], int]:
    rows = session.execute(select(AuditEntry.tenant_id, AuditEntry.at, AuditEntry.status, AuditEntry.act))
    return dict(
        Counter(
            (tenant, quarter(at), status.value if status and act not in WITHOUT_A_MOVE else "")
            for tenant, at, status, act in rows
        )
    )


def note(world: World, reference: str = "") -> None:
    audit.note_act(world.session, world.nordlys.id, Act.SIGNED_IN, world.now(), reference=reference)


def test_acts_outcomes_and_sets_are_counted_by_their_status(world: World) -> None:
    world.connect_xero()
    exports = world.approve(world.records(5))
    with writing(world.session):
        for export in exports[:3]:
            lifecycle.move(world.session, export, Status.FAILED, Cause.PREFLIGHT, world.now(), faults=[UNMAPPED])
    with writing(world.session):
        lifecycle.move_set(
            world.session,
            partial(lifecycle.with_ids, select(Export.id).where(Export.id.in_([export.id for export in exports]))),
            (),
            Status.FAILED,
            Status.PENDING,
            Cause.RESYNC,
            world.now(),
            actor=world.actor("bo"),
            words="Resync",
        )
    found = kept(world.session)
    assert found == counted(world.session)
    by_status = Counter[str]()
    for (_, _, status), n in found.items():
        by_status[status] += n
    assert (by_status["failed"], by_status["pending"]) == (3, 5 + 3)


def undone(world: World) -> None:
    note(world)
    raise ZeroDivisionError


def test_what_is_undone_was_never_counted(world: World) -> None:
    before = kept(world.session)
    with pytest.raises(ZeroDivisionError), writing(world.session):
        undone(world)
    with writing(world.session) as session:
        with session.begin_nested() as undo:
            note(world)
            undo.rollback()
        note(world, "after it")
    after = kept(world.session)
    assert after == counted(world.session)
    assert sum(after.values()) == sum(before.values()) + 1


def test_a_savepoint_that_holds_is_counted_once(world: World) -> None:
    with writing(world.session) as session, session.begin_nested(), session.begin_nested():
        note(world)
    assert kept(world.session) == counted(world.session)


def test_deleted_entries_are_taken_off(world: World) -> None:
    with writing(world.session):
        for n in range(4):
            at = world.now() - timedelta(days=200, minutes=20 * n)
            audit.note_act(world.session, world.nordlys.id, Act.SIGNED_IN, at)
    old = retention.old_entries(world.session, world.nordlys.id, world.now() - timedelta(days=100), None, 3)
    assert len(old.ids) == 3
    with writing(world.session):
        retention.delete_entries(world.session, world.nordlys.id, old.ids)
    assert kept(world.session) == counted(world.session)
    assert len(counted(world.session)) == len(kept(world.session))
