"""Claims: one document of a ledger stands for one export, whoever comes second; and nothing is sent for that."""

import pytest

from dashboard.db import writing
from dashboard.domain import attempts, claims, lifecycle
from dashboard.models import Export
from dashboard.vocabulary.postings import LedgerState
from dashboard.vocabulary.statuses import Cause, Status
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


def test_each_may_have_a_document_of_its_own(world: World) -> None:
    first, second = sending(world)
    with writing(world.session):
        accept(world, first, "doc-1")
        accept(world, second, "doc-2")
    assert [each.status for each in (first, second)] == [Status.SYNCED, Status.SYNCED]
