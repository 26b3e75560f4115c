"""Claims: one document of a ledger stands for one export, whoever comes second; and nothing is sent for that."""

import pytest

from dashboard.db import writing
from dashboard.domain import attempts, claims, lifecycle
from dashboard.models import Export
from dashboard.vocabulary.postings import Accepted, LedgerState
from dashboard.vocabulary.statuses import Cause, Status
from tests.support.attempting import answer, exchange, fall_silent, take
from tests.support.world import World


def sending(world: World, n: int = 2) -> list[Export]:
    world.connect_xero()
    exports = world.approve(world.records(n))
    with writing(world.session):
        for export in exports:
            lifecycle.move(world.session, export, Status.SENDING, Cause.TAKEN, world.now())
    return exports


def accept(world: World, export: Export, ledger_id: str = "doc-1") -> None:
    attempts.accept(
        world.session, export, Cause.ACCEPTED, world.now(), ledger_id=ledger_id, url="", state=LedgerState.APPROVED
    )


def test_a_document_stands_for_one_export_and_the_second_changes_nothing(world: World) -> None:
    first, second = sending(world)
    with writing(world.session):
        accept(world, first)
        with pytest.raises(lifecycle.StaleMove, match="doc-1"):
            accept(world, second)
    stored = [world.session.get_one(Export, each.id, populate_existing=True) for each in (first, second)]
    assert [(each.status, each.ledger_id) for each in stored] == [(Status.SYNCED, "doc-1"), (Status.SENDING, "")]
    assert claims.other_record(world.session, first, "doc-1") is None
    assert claims.other_record(world.session, second, "doc-1") is not None
    assert claims.other_record(world.session, second, "") is None


def test_a_late_answer_that_names_anothers_document_moves_nothing_and_asks_a_person_to_look(world: World) -> None:
    connection = world.connect_xero()
    world.map_all(connection)
    first, second = world.approve(world.records(2))
    accepted = Accepted("doc-1", LedgerState.APPROVED, exchange(200, "doc-1"))
    answer(world, take(world, first), accepted)
    late = fall_silent(world, second)

    answer(world, late, accepted)

    world.session.refresh(second)
    assert (second.status, second.ledger_id) == (Status.CHECKING, "")
    assert second.alarm == (
        "A late answer cannot be true: it was answered with document doc-1, which stands for T-00001 here. "
        "Look in the ledger for both."
    )


def test_each_may_have_a_document_of_its_own(world: World) -> None:
    first, second = sending(world)
    with writing(world.session):
        accept(world, first, "doc-1")
        accept(world, second, "doc-2")
    assert [each.status for each in (first, second)] == [Status.SYNCED, Status.SYNCED]
