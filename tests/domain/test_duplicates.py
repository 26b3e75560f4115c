"""Possible duplicates: kept apart or put away by a person, once, and never while one is on its way."""

import pytest
from sqlalchemy import func, select, update

from dashboard.db import writing
from dashboard.domain import archiving, duplicates
from dashboard.domain.duplicates import CannotDecide
from dashboard.domain.intake.take_in import Fate
from dashboard.models import AuditEntry, Record
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.records import Approval
from dashboard.vocabulary.statuses import Status
from tests.support.statements import statements
from tests.support.world import World


def twin(world: World) -> Record:
    """The later of two records, since the same bill came with another amount."""
    (first,) = world.records(1, kind="bill")
    world.session.rollback()
    with writing(world.session) as session:
        (second,) = world.records(1, kind="bill")
        session.execute(
            update(Record).where(Record.id == second.id).values(is_possible_duplicate=True, duplicate_of_id=first.id)
        )
    return world.session.get_one(Record, second.id, populate_existing=True)


def bill(world: World, on: str, *, number: str = "4711", seller: str = "Granit AB", kind: str = "bill") -> Record:
    """A bill, taken in from a file of its own; an invoice is sold to that seller instead."""
    parties = f"Nordlys AB,{seller}" if kind == "invoice" else f"{seller},Nordlys AB"
    rows = (
        "type,number,issue_date,currency,seller_name,buyer_name,description,unit_price,tax_rate\n"
        f"{kind},{number},{on},SEK,{parties},Stone,100.00,25\n"
    )
    (result,) = world.take_in(f"{kind}-{number}-{on}-{seller}.csv", rows)
    assert result.fate is Fate.TAKEN_IN
    return world.session.get_one(Record, result.record_id)


@pytest.mark.parametrize("on", ["2026-11-01", "2026-11-09", "2025-11-02", "2062-11-02"])
def test_the_same_number_at_a_date_that_may_be_a_slip_is_a_record_of_its_own_with_a_hint(world: World, on: str) -> None:
    earlier, later = bill(world, on), bill(world, "2026-11-02", number="04711", seller="GRANIT AB.")
    assert [duplicates.alike(world.session, each) for each in (earlier, later)] == [[later], [earlier]]
    assert not later.is_possible_duplicate


@pytest.mark.parametrize(
    "otherwise",
    [
        {"on": "2026-10-02"},
        {"on": "2025-11-03"},
        {"number": "4712"},
        {"seller": "Kalk AB"},
        {"kind": "supplier credit note"},
        {"kind": "invoice"},
    ],
)
def test_another_number_seller_kind_or_time_is_no_hint(world: World, otherwise: dict[str, str]) -> None:
    bill(world, **{"on": "2026-11-01", **otherwise})
    assert duplicates.alike(world.session, bill(world, "2026-11-02")) == []


def test_what_is_archived_or_anothers_is_no_hint(world: World) -> None:
    earlier = bill(world, "2026-11-01")
    theirs = bill(world, "2026-11-03")
    with writing(world.session) as session:
        archiving.archive(session, earlier, "Taken in twice", world.actor("bo"), world.now())
        session.execute(update(Record).where(Record.id == theirs.id).values(tenant_id=world.maple.id))
    assert duplicates.alike(world.session, bill(world, "2026-11-02")) == []


def test_a_hint_costs_one_look_and_blocks_nothing(world: World) -> None:
    world.connect_xero()
    bill(world, "2026-11-01")
    record = bill(world, "2026-11-02")
    with statements(world.session) as said:
        duplicates.alike(world.session, record)
    assert len(said) == 1
    (export,) = world.approve([record])
    assert export.status is Status.PENDING


@pytest.mark.requirement("B-24")
def test_a_document_of_its_own_can_be_approved_and_sent(world: World) -> None:
    world.connect_xero()
    record = twin(world)
    other = duplicates.other_of(world.session, record)
    assert other is not None
    assert list(duplicates.later_ones(world.session, other)) == [record]
    with writing(world.session) as session:
        duplicates.keep_both(session, record, world.actor("bo"), world.now())
    (export,) = world.approve([record])
    assert export.status is Status.PENDING
    assert world.session.scalar(select(func.count()).where(AuditEntry.act == Act.RECORD_NOT_DUPLICATE)) == 1


def test_the_same_document_is_archived_and_never_sent(world: World) -> None:
    world.connect_xero()
    record = twin(world)
    with writing(world.session) as session:
        duplicates.archive(session, record, world.actor("bo"), world.now())
    assert world.approve([record]) == []
    world.session.refresh(record)
    assert (record.archived_at is not None, record.approval) == (True, Approval.AWAITING)


def test_it_is_decided_once(world: World) -> None:
    record = twin(world)
    with writing(world.session) as session:
        duplicates.keep_both(session, record, world.actor("bo"), world.now())
    with pytest.raises(CannotDecide, match="decided on already"), writing(world.session) as session:
        duplicates.archive(session, record, world.actor("bo"), world.now())


def test_nothing_is_decided_while_an_export_is_on_its_way(world: World) -> None:
    world.connect_xero()
    (record,) = world.records(1)
    world.approve([record])
    with writing(world.session) as session:
        session.execute(update(Record).values(is_possible_duplicate=True))
    world.session.refresh(record)
    with pytest.raises(CannotDecide, match="on its way"), writing(world.session) as session:
        duplicates.archive(session, record, world.actor("bo"), world.now())


@pytest.mark.requirement("B-24")
def test_the_earlier_one_is_archived_instead_when_it_is_nowhere_yet(world: World) -> None:
    world.connect_xero()
    record = twin(world)
    other = duplicates.other_of(world.session, record)
    assert other is not None
    with writing(world.session) as session:
        duplicates.archive_other(session, record, world.actor("bo"), world.now())
    assert (other.archived_at is not None, record.is_possible_duplicate) == (True, False)
    (export,) = world.approve([record])
    assert export.status is Status.PENDING


@pytest.mark.requirement("B-24")
def test_the_one_that_lost_has_to_be_decided_on_anew_when_it_is_restored(world: World) -> None:
    world.connect_xero()
    kept = twin(world)
    lost = duplicates.other_of(world.session, kept)
    assert lost is not None
    with writing(world.session) as session:
        duplicates.archive_other(session, kept, world.actor("bo"), world.now())
        archiving.restore(session, lost, world.actor("bo"), world.now())
    assert duplicates.other_of(world.session, lost) == kept
    assert world.approve([lost]) == []
    with writing(world.session) as session:
        duplicates.keep_both(session, lost, world.actor("bo"), world.now())
    (export,) = world.approve([lost])
    assert export.status is Status.PENDING


def test_an_earlier_one_that_is_on_its_way_is_not_archived(world: World) -> None:
    world.connect_xero()
    record = twin(world)
    other = duplicates.other_of(world.session, record)
    assert other is not None
    world.approve([other])
    with pytest.raises(CannotDecide, match="on its way to Xero"), writing(world.session) as session:
        duplicates.archive_other(session, record, world.actor("bo"), world.now())
