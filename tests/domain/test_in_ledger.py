"""What a ledger holds under a number: told, compared, asked once, and adopted only when everything agrees."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from dashboard.db import writing
from dashboard.domain import counts, in_ledger
from dashboard.domain.in_ledger import CannotAdopt, CannotLook
from dashboard.models import AuditEntry, Connection, Export, Lookup, Record
from dashboard.models.connection import ConnectionState
from dashboard.models.lookup import LookupKind, LookupState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.postings import Absent, Foreign, LedgerState, Ours, Unsure
from dashboard.vocabulary.statuses import Status
from tests.support.attempting import LEDGER_ID, accept, answer_look, held, refuse
from tests.support.world import World


def failed(world: World) -> Export:
    connection = world.connect_xero()
    world.map_all(connection)
    (export,) = world.approve(world.records(1))
    refuse(world, export)
    return export


def look(world: World, export: Export) -> Lookup:
    with writing(world.session) as session:
        connection = session.get_one(Connection, export.connection_id, populate_existing=True)
        return in_ledger.look(session, export, connection, world.actor("bo"), world.now())


def adopt(world: World, export: Export, ledger_id: str = LEDGER_ID, later: timedelta = timedelta(0)) -> Export:
    with writing(world.session) as session:
        fresh = session.get_one(Export, export.id, populate_existing=True)
        record, connection = session.get_one(Record, fresh.record_id), session.get_one(Connection, fresh.connection_id)
        in_ledger.adopt(session, record, fresh, connection, ledger_id, world.actor("bo"), world.now() + later)
    return fresh


def test_adopting_makes_it_synced_with_the_ledgers_document_and_says_who(world: World) -> None:
    export = failed(world)
    look(world, export)
    answer_look(world, export, Ours(held(world, export)))
    done = adopt(world, export)
    assert (done.status, done.ledger_id, done.ledger_state) == (Status.SYNCED, LEDGER_ID, LedgerState.APPROVED)
    entry = world.session.scalars(select(AuditEntry).where(AuditEntry.act == Act.EXPORT_ADOPTED)).one()
    assert (entry.actor, entry.status) == ("Bo", Status.SYNCED)
    with pytest.raises(CannotAdopt, match="is synced"):
        adopt(world, export)
    assert counts.differences(world.session) == []


@pytest.mark.parametrize(
    ("finding", "reason"),
    [
        (None, "look in Xero first"),
        ("open", "is being looked at"),
        ("foreign", "not the one that was sent"),
        ("absent", "does not hold it"),
        ("unsure", "cannot be told which"),
    ],
)
def test_nothing_but_our_own_document_is_adopted(world: World, finding: str | None, reason: str) -> None:
    export = failed(world)
    if finding:
        look(world, export)
    theirs = held(world, export, total=Decimal("1.00"))
    findings: dict[str, Any] = {
        "foreign": Foreign(theirs, ("Its total differs.",)),
        "absent": Absent(),
        "unsure": Unsure("Two have this number.", (theirs, replace(theirs, ledger_id="2"))),
    }
    if finding in findings:
        answer_look(world, export, findings[finding])
    with pytest.raises(CannotAdopt, match=reason):
        adopt(world, export)
    assert world.session.scalar(select(Export.status)) is Status.FAILED


def test_an_old_look_another_document_and_one_that_is_taken_are_refused(world: World) -> None:
    export = failed(world)
    look(world, export)
    answer_look(world, export, Ours(held(world, export)))
    with pytest.raises(CannotAdopt, match="15 minutes ago"):
        adopt(world, export, later=timedelta(minutes=16))
    with pytest.raises(CannotAdopt, match="changed since"):
        adopt(world, export, "another")
    (other,) = world.approve(world.records(1))
    accept(world, other)
    with pytest.raises(CannotAdopt, match="T-00002's already"):
        adopt(world, export)


def test_a_look_from_before_the_newest_failure_counts_no_more(world: World) -> None:
    export = failed(world)
    look(world, export)
    answer_look(world, export, Ours(held(world, export)))
    with writing(world.session) as session:
        session.execute(update(Export).values(status_since=world.now() + timedelta(seconds=1)))
    with pytest.raises(CannotAdopt, match="look in Xero first"):
        adopt(world, export)


def test_the_ledger_is_asked_once_while_the_question_is_open(world: World) -> None:
    export = failed(world)
    assert look(world, export).id == look(world, export).id
    assert in_ledger.told(world.session, export).is_asked
    asked = world.session.scalars(select(Lookup).where(Lookup.kind == LookupKind.FIND))
    assert [lookup.state for lookup in asked] == [LookupState.WAITING]


def test_nobody_is_asked_while_the_ledger_is_not_connected_or_nothing_was_sent(world: World) -> None:
    export = failed(world)
    (unsent,) = world.approve(world.records(1))
    with pytest.raises(CannotLook, match="never sent"):
        look(world, unsent)
    with writing(world.session) as session:
        session.execute(update(Connection).values(state=ConnectionState.ERROR))
    with pytest.raises(CannotLook, match="has to be connected"):
        look(world, export)


def test_each_field_that_differs_is_named(world: World) -> None:
    export = failed(world)
    sent = in_ledger.as_sent(world.session, world.session.get_one(Record, export.record_id), export)
    assert in_ledger.differing(sent, held(world, export)) == ()
    differing = held(
        world,
        export,
        number="T-2",
        contact_id="c-9",
        date=date(2026, 1, 1),
        currency="EUR",
        tax=Decimal(1),
        total=Decimal(2),
        state=LedgerState.VOID,
    )
    named = ("number", "contact", "date", "currency", "tax", "total", "state")
    assert in_ledger.differing(sent, differing) == named
