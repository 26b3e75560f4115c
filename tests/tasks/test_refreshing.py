"""Lists stay fresh by themselves, and every task of the schedule runs."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dashboard.db import writing
from dashboard.domain import connections, references
from dashboard.models import Lookup
from dashboard.models.lookup import LookupState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.references import ReferenceKind
from dashboard.vocabulary.statuses import Status
from jobs.schedule import SCHEDULE
from jobs.tasks import refreshing
from tests.tasks.scene import Scene


def test_lists_older_than_six_hours_are_read_though_nothing_is_to_be_sent(scene: Scene) -> None:
    scene.later(hours=5.9)
    assert refreshing.run(scene.office) == 0
    scene.books.change("lock-period:2026-09-30")
    entries = len(scene.log())

    scene.later(hours=0.2)
    assert refreshing.run(scene.office) == 1
    scene.run()

    organisation = references.ledger(scene.session, scene.connection.id).organisation
    assert organisation is not None
    assert str(organisation.locked_until) == "2026-09-30"
    asked = references.asked_at(scene.session, scene.connection.id)
    assert all(scene.clock() - asked[kind] < timedelta(minutes=1) for kind in ReferenceKind)
    assert len(scene.log()) == entries, "what the machine reads by itself is nobody's act"
    assert refreshing.run(scene.office) == 0


def test_lists_that_are_asked_for_already_are_not_asked_for_twice(scene: Scene) -> None:
    scene.later(hours=7)

    for _ in range(3):
        refreshing.run(scene.office)

    waiting = select(Lookup).where(Lookup.state == LookupState.WAITING)
    assert len(scene.session.scalars(waiting).all()) == 1


@pytest.mark.parametrize("state", ["broken", "disconnected", "waiting"])
def test_a_connection_that_cannot_be_asked_is_left_alone(scene: Scene, state: str) -> None:
    scene.later(hours=7)
    with writing(scene.session):
        now = scene.clock()
        match state:
            case "broken":
                scene.books.change("revoke-grant")
                connections.break_grant(scene.session, scene.grant, "It was withdrawn", now)
            case "disconnected":
                connections.disconnect(scene.session, scene.connection, scene.world.actor("ada"), now)
            case "waiting":
                connections.pause(scene.session, scene.connection, now + timedelta(hours=1), "Xero's limit")

    assert refreshing.run(scene.office) == 0


def test_a_person_who_refreshes_lists_is_in_the_log(scene: Scene) -> None:
    scene.refresh_lists()

    assert [entry.actor for entry in scene.log() if entry.act is Act.LISTS_REFRESHED][-1] == "Ada"


def test_every_task_of_the_schedule_runs(scene: Scene) -> None:
    (export,) = scene.approve(1)

    for entry in SCHEDULE:
        entry.task(scene.office)

    assert scene.seen(export).status is Status.SYNCED
    assert len({entry.name for entry in SCHEDULE}) == len(SCHEDULE)
