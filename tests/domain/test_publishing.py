"""Approving and sending: who follows, what waits, what is refused, and two presses at once."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import approvals, counts, publishing
from dashboard.domain.publishing import NotSendable
from dashboard.models import AuditEntry, Connection, Export, Record
from dashboard.models.connection import ConnectionState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.records import Approval, Trigger
from dashboard.vocabulary.statuses import Status
from tests.support.attempting import accept, refuse
from tests.support.statements import statements
from tests.support.world import World


def send(world: World, record: Record, connection: Connection) -> Export:
    with writing(world.session) as session:
        return publishing.send(session, record, connection, world.actor("bo"), world.now())


def _release(world: World, record: Record, connection: Connection, why: str) -> Export:
    with writing(world.session) as session:
        return publishing.send(session, record, connection, world.actor("ada"), world.now(), may_release=True, why=why)


def test_approval_says_how_many_with_their_sums_and_what_was_left_out(world: World) -> None:
    world.connect_xero()
    records = [*world.records(2), *world.records(1, currency="EUR", total_net=Decimal("10.00"))]
    world.approve(records[:1])
    with writing(world.session) as session:
        done = publishing.approve(session, world.nordlys.id, records, world.actor("bo"), world.now())
    assert (len(done.records), done.exports, done.on_hold) == (2, 2, 0)
    summed = {part.currency: part.total for part in approvals.parts(done.records)}
    assert summed == {"SEK": Decimal(125), "EUR": Decimal("12.5")}
    assert done.left_out == (f"{records[0].number}: approved already",)


@pytest.mark.requirement("S2-01")
def test_approval_starts_an_export_for_each_connection_that_follows_it_and_none_without(world: World) -> None:
    unconnected = world.records(1)
    assert world.approve(unconnected) == []
    connection = world.connect_xero()
    (export,) = world.approve(world.records(1))
    assert (export.connection_id, export.status, export.trigger) == (connection.id, Status.PENDING, Trigger.AUTOMATIC)
    with writing(world.session):
        world.session.execute(update(Connection).values(export_on_approval=False))
    assert world.approve(world.records(1)) == []


def test_two_approvals_at_the_same_moment_have_one_effect(world: World) -> None:
    world.connect_xero()
    ids = [record.id for record in world.records(3)]
    start, done = threading.Barrier(2), list[int]()

    def press() -> None:
        with Session(world.session.get_bind(), expire_on_commit=False) as own:
            records = list(own.scalars(select(Record).where(Record.id.in_(ids))))
            start.wait(timeout=10)
            with writing(own):
                approved = publishing.approve(own, world.nordlys.id, records, world.actor("bo"), world.now())
            done.append(len(approved.records))

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(done) == [0, 3]
    world.session.rollback()
    approvals = select(func.count()).select_from(AuditEntry).where(AuditEntry.act == Act.RECORD_APPROVED)
    assert world.session.scalar(approvals) == 3
    assert world.session.scalar(select(func.count()).select_from(Export)) == 3
    assert counts.differences(world.session) == []


def test_an_approval_counts_once_at_its_end_whatever_the_order_of_sales_and_bills(world: World) -> None:
    """Count rows are shared: taken record by record, two approvals would wait for each other on PostgreSQL."""
    world.connect_xero()
    records = [world.records(1, kind=kind)[0] for kind in ("invoice", "bill", "invoice", "bill")]
    with statements(world.session) as said:
        world.approve(records)
    counted = [position for position, statement in enumerate(said) if "INTO status_count" in statement]
    acts = [position for position, statement in enumerate(said) if "INTO audit_entry" in statement]
    assert len(counted) == 2
    assert min(counted) > max(acts)
    assert counts.differences(world.session) == []


@pytest.mark.requirement("B-21")
def test_what_is_dated_before_the_start_date_is_held_until_an_admin_sends_it_saying_why(world: World) -> None:
    connection = world.connect_xero()
    with writing(world.session):
        world.session.execute(update(Connection).values(start_date=date(2026, 12, 1)))
    world.session.refresh(connection)
    (record,) = world.records(1)
    (export,) = world.approve([record])
    assert export.status is Status.ON_HOLD
    with pytest.raises(NotSendable, match=r"dated before 1 Dec 2026, .* Only an admin may send it"):
        send(world, record, connection)
    with pytest.raises(NotSendable, match="say why"):
        _release(world, record, connection, " ")
    assert _release(world, record, connection, "Left over from last year").status is Status.PENDING
    queued = select(AuditEntry.words).where(AuditEntry.act == Act.EXPORT_QUEUED)
    assert world.session.scalars(queued).one().endswith(": Left over from last year")


def test_a_record_that_was_never_queued_is_held_for_its_date_too(world: World) -> None:
    connection = world.connect_xero()
    (record,) = world.records(1)
    with writing(world.session):
        world.session.execute(update(Connection).values(start_date=date(2026, 12, 1), export_on_approval=False))
    world.session.refresh(connection)
    assert world.approve([record]) == []
    with pytest.raises(NotSendable, match="Only an admin"):
        send(world, record, connection)


def test_a_person_sends_once_and_again_after_a_failure(world: World) -> None:
    connection = world.connect_xero()
    world.map_all(connection)
    (record,) = world.records(1)
    (export,) = world.approve([record])
    refuse(world, export)
    again = send(world, record, connection)
    assert (again.id, again.status, again.trigger, again.tries) == (export.id, Status.PENDING, Trigger.MANUAL, 0)
    with pytest.raises(NotSendable, match="waiting to be sent to Xero already"):
        send(world, record, connection)


def test_what_is_in_the_ledger_is_not_sent_again(world: World) -> None:
    connection = world.connect_xero()
    world.map_all(connection)
    (record,) = world.records(1)
    (export,) = world.approve([record])
    accept(world, export)
    with pytest.raises(NotSendable, match="is in Xero already"):
        send(world, record, connection)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"approval": Approval.AWAITING}, "not approved yet"),
        ({"is_possible_duplicate": True}, "may be a duplicate"),
    ],
)
def test_a_record_that_may_not_go_says_why(world: World, state: dict[str, object], reason: str) -> None:
    connection = world.connect_xero()
    (record,) = world.records(1)
    with writing(world.session):
        world.session.execute(update(Record).values(**{"approval": Approval.APPROVED, **state}))
    with pytest.raises(NotSendable, match=reason):
        send(world, record, connection)


def test_an_archived_record_may_not_go(world: World) -> None:
    connection = world.connect_xero()
    (record,) = world.records(1)
    with writing(world.session):
        world.session.execute(update(Record).values(approval=Approval.APPROVED, archived_at=world.now()))
    with pytest.raises(NotSendable, match="is archived"):
        send(world, record, connection)


def test_nothing_goes_to_a_disconnected_ledger_and_what_may_be_there_twice_waits(world: World) -> None:
    connection = world.connect_xero()
    (record,) = world.records(1)
    (export,) = world.approve([record])
    with writing(world.session):
        world.session.execute(update(Export).values(alarm="It may be in the ledger twice"))
    with pytest.raises(NotSendable, match="may be in Xero twice"):
        send(world, record, connection)
    with writing(world.session):
        world.session.execute(update(Connection).values(state=ConnectionState.DISCONNECTED))
    world.session.refresh(connection)
    with pytest.raises(NotSendable, match="disconnected"):
        send(world, record, connection)
    assert export.status is Status.PENDING
