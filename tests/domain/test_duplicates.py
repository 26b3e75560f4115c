"""Possible duplicates: kept apart or put away by a person, once, and never while one is on its way."""

import pytest
from sqlalchemy import func, select, update

from dashboard.db import writing
from dashboard.domain import duplicates
from dashboard.domain.duplicates import CannotDecide
from dashboard.models import AuditEntry, Record
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.records import Approval
from dashboard.vocabulary.statuses import Status
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


def test_an_earlier_one_that_is_on_its_way_is_not_archived(world: World) -> None:
    world.connect_xero()
    record = twin(world)
    other = duplicates.other_of(world.session, record)
    assert other is not None
    world.approve([other])
    with pytest.raises(CannotDecide, match="on its way to Xero"), writing(world.session) as session:
        duplicates.archive_other(session, record, world.actor("bo"), world.now())
