"""Sync config: what a start date releases and holds, in one transaction with counts and log."""

from dataclasses import replace
from datetime import date

import pytest

from dashboard.db import writing
from dashboard.domain import archiving, counts, duplicates, sync_config
from dashboard.domain.sync_config import Saved
from dashboard.models import Connection, Export, Record
from dashboard.vocabulary.statuses import Status
from tests.support.world import World


def start_from(world: World, connection: Connection, start: date | None) -> Saved:
    before = sync_config.of(connection)
    with writing(world.session):
        return sync_config.save(
            world.session,
            connection,
            replace(before, start_date=start),
            before.mark,
            world.actor("ada"),
            world.now(),
        )


def statuses(world: World, exports: list[Export]) -> list[Status]:
    return [world.session.get_one(Export, each.id, populate_existing=True).status for each in exports]


def test_a_start_date_holds_what_is_older_and_releases_it_when_it_moves_back(world: World) -> None:
    connection = world.connect_xero()
    records = [world.records(issued_on=day)[0] for day in (date(2026, 9, 30), date(2026, 10, 1), date(2026, 11, 2))]
    exports = world.approve(records)
    assert start_from(world, connection, date(2026, 11, 1)) == Saved(True, 0, 2)
    assert statuses(world, exports) == [Status.ON_HOLD, Status.ON_HOLD, Status.PENDING]
    assert start_from(world, connection, date(2026, 10, 1)) == Saved(True, 1, 0)
    assert statuses(world, exports) == [Status.ON_HOLD, Status.PENDING, Status.PENDING]
    assert start_from(world, connection, None) == Saved(True, 1, 0)
    assert statuses(world, exports) == [Status.PENDING] * 3
    assert counts.differences(world.session) == []


def test_another_connections_exports_are_left_alone(world: World) -> None:
    connection = world.connect_xero()
    world.connect_xero(world.maple)
    exports = world.approve(world.records(2, tenant=world.maple, issued_on=date(2026, 1, 5)))
    assert start_from(world, connection, date(2026, 11, 1)) == Saved(True, 0, 0)
    assert statuses(world, exports) == [Status.PENDING] * 2


def test_settings_that_somebody_else_changed_are_not_overwritten(world: World) -> None:
    connection = world.connect_xero()
    seen = sync_config.of(connection)
    start_from(world, connection, date(2026, 11, 1))
    chosen = replace(seen, attach_original=False)
    with pytest.raises(sync_config.ChangedMeanwhile), writing(world.session):
        sync_config.save(world.session, connection, chosen, seen.mark, world.actor("ada"), world.now())
    assert connection.attach_original


def test_a_possible_duplicate_stays_held_until_it_is_decided_on(world: World) -> None:
    connection = world.connect_xero()
    start_from(world, connection, date(2026, 12, 1))
    first, second = world.records(2, kind="bill")
    (export,) = world.approve([second])
    with writing(world.session):
        second.is_possible_duplicate, second.duplicate_of_id = True, first.id
    assert start_from(world, connection, None) == Saved(True, 0, 0)
    assert statuses(world, [export]) == [Status.ON_HOLD]
    with writing(world.session):
        duplicates.keep_both(world.session, second, world.actor("bo"), world.now())
    assert statuses(world, [export]) == [Status.PENDING]
    assert counts.differences(world.session) == []


@pytest.mark.parametrize(
    ("start", "status"), [(None, Status.PENDING), (date(2026, 12, 1), Status.ON_HOLD)], ids=["free", "held"]
)
def test_a_restored_record_is_held_only_while_something_holds_it(
    world: World, start: date | None, status: Status
) -> None:
    connection = world.connect_xero()
    start_from(world, connection, date(2026, 12, 31))
    (export,) = world.approve(world.records(1))
    record = world.session.get_one(Record, export.record_id)
    with writing(world.session):
        archiving.archive(world.session, record, "By mistake", world.actor("bo"), world.now())
    start_from(world, connection, start)
    with writing(world.session):
        archiving.restore(world.session, record, world.actor("bo"), world.now())
    assert statuses(world, [export]) == [status]
    assert counts.differences(world.session) == []
