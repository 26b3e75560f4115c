"""Sync config: what a start date releases and holds, in one transaction with counts and log."""

from dataclasses import replace
from datetime import date

import pytest

from dashboard.db import writing
from dashboard.domain import counts, sync_config
from dashboard.domain.sync_config import Saved
from dashboard.models import Connection, Export
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
