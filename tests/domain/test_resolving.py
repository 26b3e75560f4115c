"""Resolving and reopening by a person's word, and a double booking that was looked into. Nothing is ever sent."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from dashboard.db import writing
from dashboard.domain import checking, counts, resolving
from dashboard.domain.resolving import BadResolution, CannotResolve, Resolution, Way
from dashboard.models import Attempt, AuditEntry, Connection, Export, Record
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import LedgerObject, LedgerState
from dashboard.vocabulary.statuses import Status
from tests.support.attempting import LEDGER_ID, accept, fail_check, fall_silent, held, refuse
from tests.support.world import World


def failed(world: World) -> Export:
    """An invoice whose number exists in Xero already, for somebody else and another sum."""
    connection = world.connect_xero()
    world.map_all(connection)
    (export,) = world.approve(world.records(1))
    refuse(world, export)
    theirs = held(world, export, key="", total=Decimal("99.00"), contact_id="c-9", contact_name="Somebody")
    keep(world, export, theirs)
    return export


def keep(world: World, export: Export, *theirs: LedgerObject) -> None:
    """What the ledger held under the number when it failed."""
    told = {"objects": [checking.plain(each) for each in theirs], "differences": []}
    with writing(world.session) as session:
        session.execute(update(Export).where(Export.id == export.id).values(found=told))


def resolve(world: World, export: Export, resolution: Resolution) -> Export:
    with writing(world.session) as session:
        fresh = session.get_one(Export, export.id, populate_existing=True)
        record, connection = session.get_one(Record, fresh.record_id), session.get_one(Connection, fresh.connection_id)
        resolving.resolve(session, record, fresh, connection, resolution, world.actor("bo"), world.now())
    return fresh


def reopen(world: World, export: Export) -> Export:
    with writing(world.session) as session:
        fresh = session.get_one(Export, export.id, populate_existing=True)
        resolving.reopen(session, session.get_one(Record, fresh.record_id), fresh, world.actor("bo"), world.now())
    return fresh


@pytest.mark.requirement("S3-11")
@pytest.mark.parametrize(
    ("resolution", "words"),
    [
        (Resolution(Way.BY_HAND, reference="A 1021"), "Entered by hand as A 1021"),
        (Resolution(Way.NOT_BOOKED, note="A test of theirs"), "Not to be booked: A test of theirs"),
        (
            Resolution(Way.IN_LEDGER, LEDGER_ID, note="Keyed in with the freight"),
            "Already in Xero as T-00001: Keyed in with the freight",
        ),
    ],
)
def test_resolving_says_who_when_and_why_and_makes_no_call(world: World, resolution: Resolution, words: str) -> None:
    export = failed(world)
    attempts = world.session.scalar(select(func.count()).select_from(Attempt))
    done = resolve(world, export, resolution)
    assert (done.status, done.resolution, done.resolution_note) == (Status.RESOLVED, resolution.way.value, words)
    entry = world.session.scalars(select(AuditEntry).where(AuditEntry.act == Act.EXPORT_RESOLVED)).one()
    assert (entry.actor, entry.status, entry.words) == ("Bo", Status.RESOLVED, words)
    assert world.session.scalar(select(func.count()).select_from(Attempt)) == attempts
    tiles = counts.by_status(world.session, world.nordlys.id, [export.connection_id])
    assert (tiles[Status.FAILED], tiles[Status.RESOLVED]) == (0, 1)


@pytest.mark.parametrize(
    ("resolution", "field"),
    [
        (Resolution(Way.BY_HAND), "reference"),
        (Resolution(Way.NOT_BOOKED, note="  "), "note"),
        (Resolution(Way.IN_LEDGER), "picked"),
        (Resolution(Way.IN_LEDGER, "T-99999"), "picked"),
        (Resolution(Way.IN_LEDGER, LEDGER_ID), "note"),
        (Resolution(Way.NOT_BOOKED, note="x" * 1001), "note"),
    ],
)
def test_what_is_missing_or_not_found_is_said_at_its_field(world: World, resolution: Resolution, field: str) -> None:
    export = failed(world)
    with pytest.raises(BadResolution) as refused:
        resolve(world, export, resolution)
    assert refused.value.field == field
    assert world.session.scalar(select(Export.status).where(Export.id == export.id)) is Status.FAILED


def test_a_document_of_the_ledger_is_picked_by_its_number_too_and_is_linked(world: World) -> None:
    done = resolve(world, failed(world), Resolution(Way.IN_LEDGER, "T-00001", note="Keyed in by hand"))
    assert done.ledger_id == LEDGER_ID
    assert LEDGER_ID in done.ledger_url


def test_a_voided_document_and_another_records_document_cannot_be_picked(world: World) -> None:
    export = failed(world)
    keep(world, export, held(world, export, state=LedgerState.VOID))
    with pytest.raises(BadResolution, match="is void in Xero"):
        resolve(world, export, Resolution(Way.IN_LEDGER, LEDGER_ID))
    (other,) = world.approve(world.records(1))
    accept(world, other)
    keep(world, export, held(world, export))
    with pytest.raises(BadResolution, match="T-00002's already"):
        resolve(world, export, Resolution(Way.IN_LEDGER, LEDGER_ID))


def test_of_several_with_one_number_one_has_to_be_picked(world: World) -> None:
    export = failed(world)
    keep(world, export, held(world, export), held(world, export, ledger_id="another"))
    with pytest.raises(BadResolution, match="holds 2 documents with this number"):
        resolve(world, export, Resolution(Way.IN_LEDGER, "T-00001"))
    assert resolve(world, export, Resolution(Way.IN_LEDGER, "another")).ledger_id == "another"


def test_what_is_being_looked_up_is_resolved_only_with_a_reason(world: World) -> None:
    connection = world.connect_xero()
    world.map_all(connection)
    (export,) = world.approve(world.records(1))
    fall_silent(world, export)
    with pytest.raises(BadResolution, match="say how you know"):
        resolve(world, export, Resolution(Way.BY_HAND, reference="A 1021"))
    done = resolve(world, export, Resolution(Way.BY_HAND, reference="A 1021", note="It is not in Xero; keyed in"))
    assert done.status is Status.RESOLVED


def test_what_is_being_looked_up_and_picked_in_the_ledger_is_synced(world: World) -> None:
    connection = world.connect_xero()
    world.map_all(connection)
    (export,) = world.approve(world.records(1))
    fall_silent(world, export)
    keep(world, export, held(world, export))
    done = resolve(world, export, Resolution(Way.IN_LEDGER, LEDGER_ID, note="Seen in Xero"))
    assert (done.status, done.ledger_id, done.ledger_state) == (Status.SYNCED, LEDGER_ID, LedgerState.APPROVED)


@pytest.mark.parametrize("stage", ["pending", "synced", "resolved"])
def test_only_what_failed_or_is_in_doubt_can_be_resolved(world: World, stage: str) -> None:
    connection = world.connect_xero()
    world.map_all(connection)
    (export,) = world.approve(world.records(1))
    if stage == "synced":
        accept(world, export)
    if stage == "resolved":
        fail_check(world, export)
        resolve(world, export, Resolution(Way.NOT_BOOKED, note="First"))
    with pytest.raises(CannotResolve, match=f"is {stage}"):
        resolve(world, export, Resolution(Way.NOT_BOOKED, note="Second"))
    entries = world.session.scalars(select(AuditEntry).where(AuditEntry.act == Act.EXPORT_RESOLVED)).all()
    assert len(entries) == (1 if stage == "resolved" else 0)


def test_reopening_brings_the_error_back_and_forgets_the_ledgers_document(world: World) -> None:
    export = failed(world)
    resolve(world, export, Resolution(Way.IN_LEDGER, LEDGER_ID, note="Keyed in by hand"))
    opened = reopen(world, export)
    assert (opened.status, opened.error_code) == (Status.FAILED, ErrorCode.NUMBER_EXISTS.value)
    assert (opened.resolution, opened.ledger_id, opened.ledger_url) == ("", "", "")
    with pytest.raises(CannotResolve, match="is failed, not resolved"):
        reopen(world, export)
    assert counts.differences(world.session) == []


def test_reopening_what_was_in_doubt_says_that_it_has_to_be_looked_for(world: World) -> None:
    connection = world.connect_xero()
    world.map_all(connection)
    (export,) = world.approve(world.records(1))
    fall_silent(world, export)
    resolve(world, export, Resolution(Way.NOT_BOOKED, note="The customer cancelled"))
    opened = reopen(world, export)
    assert (opened.status, opened.error_code) == (Status.FAILED, ErrorCode.CANNOT_TELL.value)
    assert "Look in the ledger first" in opened.error_words


def test_a_double_booking_is_looked_into_once_and_with_words(world: World) -> None:
    world.connect_xero()
    (export,) = world.approve(world.records(1))
    record = world.session.get_one(Record, export.record_id)
    with writing(world.session) as session:
        session.execute(update(Export).values(alarm="It may be in the ledger twice"))
    with pytest.raises(BadResolution), writing(world.session) as session:
        resolving.answer_alarm(session, record, export, " ", world.actor("bo"), world.now())
    for expected in (True, False):
        with writing(world.session) as session:
            done = resolving.answer_alarm(session, record, export, "Voided 77", world.actor("bo"), world.now())
        assert done is expected
    entry = world.session.scalars(select(AuditEntry).where(AuditEntry.act == Act.EXPORT_LOOKED_INTO)).one()
    assert (entry.words, entry.actor) == ("Voided 77", "Bo")


def test_a_difference_is_named_when_it_has_to_be_explained(world: World) -> None:
    export = failed(world)
    with pytest.raises(BadResolution, match="differs in contact and total"):
        resolve(world, export, Resolution(Way.IN_LEDGER, LEDGER_ID))
