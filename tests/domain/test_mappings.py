"""Mappings: versioned, saved by the form, never to what the ledger does not have."""

import threading

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import lifecycle, mappings, missing_mappings, references
from dashboard.domain.mappings import Edit
from dashboard.models import Connection, MappingChange
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.mappings import DEFAULT_PURCHASE_ACCOUNT, DEFAULT_SALES_ACCOUNT, MappingKind, is_mappable
from dashboard.vocabulary.postings import Fault
from dashboard.vocabulary.references import ReferenceItem
from dashboard.vocabulary.statuses import Cause, Status
from tests.support.world import World

ACCOUNT, TAX, CONTACT = MappingKind.ACCOUNT, MappingKind.TAX, MappingKind.CONTACT


def save(world: World, connection: Connection, value: str, target: str, kind: MappingKind = ACCOUNT) -> bool:
    ledger = references.ledger(world.session, connection.id)
    with writing(world.session):
        return mappings.save(world.session, connection, kind, value, target, ledger, world.actor("ada"), world.now())


def save_form(world: World, connection: Connection, *edits: Edit, kind: MappingKind = ACCOUNT) -> int:
    ledger = references.ledger(world.session, connection.id)
    with writing(world.session):
        return mappings.save_form(world.session, connection, kind, edits, ledger, world.actor("ada"), world.now())


def targets(world: World, connection: Connection) -> dict[str, str]:
    return {value: each.target_id for (_, value), each in mappings.load(world.session, connection.id).items()}


def test_every_change_is_a_version_also_over_a_removal(world: World) -> None:
    connection = world.connect_xero()
    assert [save(world, connection, "4010", target) for target in ("200", "200", "400", "", "", "860")] == [
        True,
        False,
        True,
        True,
        False,
        True,
    ]
    found = world.session.scalars(select(MappingChange).order_by(MappingChange.id)).all()
    assert [(each.version, each.before, each.after, each.actor) for each in found] == [
        (1, "", "200 Sales", "Ada"),
        (2, "200 Sales", "400 Purchases", "Ada"),
        (3, "400 Purchases", "", "Ada"),
        (4, "", "860 Rounding", "Ada"),
    ]
    assert mappings.load(world.session, connection.id)[ACCOUNT, "4010"].version == 4


@pytest.mark.parametrize(("kind", "target"), [(ACCOUNT, "401"), (ACCOUNT, "nope"), (TAX, "VAT"), (CONTACT, "c-2")])
def test_what_the_ledger_does_not_have_or_archived_is_refused(world: World, kind: MappingKind, target: str) -> None:
    connection = world.connect_xero()
    with pytest.raises(mappings.BadTarget):
        save(world, connection, "4010", target, kind)
    assert targets(world, connection) == {}


def test_two_first_mappings_of_one_value_at_once_become_two_versions(world: World) -> None:
    connection = world.connect_xero()
    ledger = references.ledger(world.session, connection.id)
    connection_id, actor = connection.id, world.actor("ada")
    faults: list[Exception] = []

    def order(target: str) -> None:
        with Session(world.session.get_bind(), expire_on_commit=False) as session:
            try:
                with writing(session):
                    mine = session.get_one(Connection, connection_id)
                    mappings.save(session, mine, ACCOUNT, "4010", target, ledger, actor, world.now())
            except Exception as fault:  # noqa: BLE001 - whatever a thread meets is the test's to report
                faults.append(fault)

    threads = [threading.Thread(target=order, args=(target,)) for target in ("200", "400", "860")]
    world.session.commit()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(world.session.scalars(select(MappingChange.version))) == [1, 2, 3]


def test_a_form_is_saved_whole_or_not_at_all(world: World) -> None:
    connection = world.connect_xero()
    with pytest.raises(mappings.NotSaved) as refused:
        save_form(
            world,
            connection,
            Edit("4010", "", "200"),
            Edit("4020", "", "401"),
            Edit(DEFAULT_SALES_ACCOUNT, "", "400"),
            Edit("x" * 301, "", "200"),
        )
    assert set(refused.value.problems) == {"4020", DEFAULT_SALES_ACCOUNT, "x" * 301}
    assert targets(world, connection) == {}
    assert save_form(world, connection, Edit("4010", "", "200"), Edit("4020", "", "400"), Edit("4030", "", "")) == 2


def test_a_row_that_somebody_else_changed_is_a_problem_unless_they_chose_the_same(world: World) -> None:
    connection = world.connect_xero()
    save(world, connection, "4010", "200")
    with pytest.raises(mappings.NotSaved):
        save_form(world, connection, Edit("4010", "", "400"))
    assert save_form(world, connection, Edit("4010", "", "200")) == 0
    assert save_form(world, connection, Edit("4010", "200", "400")) == 1


def test_a_mapping_whose_target_is_gone_may_stay_while_others_are_saved(world: World) -> None:
    connection = world.connect_xero()
    world.map_all(connection)
    with writing(world.session):
        references.store(
            world.session,
            connection,
            ACCOUNT.reference_kind,
            [ReferenceItem(ACCOUNT.reference_kind, "a-400", "400", "Purchases", True)],
            world.now(),
            is_whole=True,
        )
    edits = [Edit(DEFAULT_SALES_ACCOUNT, "200", "200"), Edit("4010", "", "400")]
    assert save_form(world, connection, *edits) == 1


def fail(world: World, count: int, *faults: Fault) -> None:
    exports = world.approve(world.records(count))
    with writing(world.session):
        for export in exports:
            lifecycle.move(world.session, export, Status.FAILED, Cause.PREFLIGHT, world.now(), faults=faults)


def not_mapped(value: str) -> Fault:
    return Fault(ErrorCode.ACCOUNT_NOT_MAPPED, value, f"{value} is not mapped", value)


def test_what_is_missing_is_counted_once_per_record_and_goes_when_it_is_mapped(world: World) -> None:
    connection = world.connect_xero()
    fail(world, 2, not_mapped("4010"), not_mapped("4010"), not_mapped("4020"))
    fail(world, 1, not_mapped("4010"), Fault(ErrorCode.PERIOD_CLOSED, "2026-09", "closed"))
    fail(world, 1, Fault(ErrorCode.NUMBER_EXISTS, "T-1", "exists"))
    missing = missing_mappings.of(world.session, connection)
    assert [(each.source_value, each.exports) for each in missing.values] == [("4010", 3), ("4020", 2)]
    assert missing.mended == 0
    save(world, connection, "4010", "400")
    missing = missing_mappings.of(world.session, connection)
    assert [(each.source_value, each.exports) for each in missing.values] == [("4020", 2)]
    assert missing.mended == 0
    save(world, connection, "4020", "400")
    missing = missing_mappings.of(world.session, connection)
    assert missing.values == ()
    assert missing.mended == 2


def test_another_organisations_failures_are_not_counted(world: World) -> None:
    mine = world.connect_xero()
    world.connect_xero(world.maple)
    exports = world.approve(world.records(tenant=world.maple))
    with writing(world.session):
        for export in exports:
            lifecycle.move(
                world.session, export, Status.FAILED, Cause.PREFLIGHT, world.now(), faults=[not_mapped("4010")]
            )
    assert missing_mappings.of(world.session, mine).values == ()


@pytest.mark.parametrize(
    ("kind", "value", "is_so"),
    [
        (ACCOUNT, "4010", True),
        (ACCOUNT, DEFAULT_PURCHASE_ACCOUNT, True),
        (ACCOUNT, "", False),
        (ACCOUNT, "x" * 301, False),
        (ACCOUNT, "a\0b", False),
        (TAX, "sale:S:25:SE", True),
        (TAX, "purchase:AE:0:-", True),
        (TAX, "sale:S:25", False),
        (TAX, "gift:S:25:SE", False),
        (TAX, "sale:::", False),
        (CONTACT, "tax:SE1", True),
        (CONTACT, "name:ann", True),
        (CONTACT, "Ann", False),
    ],
)
def test_only_values_of_their_kinds_shape_can_be_mapped(kind: MappingKind, value: str, is_so: bool) -> None:
    assert is_mappable(kind, value) is is_so
