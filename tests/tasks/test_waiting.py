"""Being told to wait is not a try: the whole connection waits, says why, and goes on by itself."""

from datetime import timedelta

import pytest

from dashboard.db import writing
from dashboard.domain import standing
from dashboard.models.export import AttemptState
from dashboard.vocabulary.statuses import Status
from tests.tasks.scene import Scene


@pytest.mark.requirement("S3-17")
@pytest.mark.parametrize("by_hand", [False, True], ids=["automatic", "manual"])
def test_at_the_ledgers_limit_the_whole_connection_waits_as_long_as_it_was_told(scene: Scene, by_hand: bool) -> None:
    scene.books.limits(per_minute=0)
    exports = scene.by_hand(2) if by_hand else scene.approve(2)

    scene.run()
    told_at = scene.clock()

    assert scene.statuses() == [Status.PENDING] * 2
    assert [export.tries for export in exports] == [0, 0]
    assert scene.states() == [AttemptState.TOLD_TO_WAIT] * 2
    scene.session.refresh(scene.connection)
    assert scene.connection.waiting_for == "Xero's limit"
    assert scene.connection.not_before is not None
    assert timedelta(seconds=50) < scene.connection.not_before - told_at <= timedelta(seconds=60)
    assert standing.note(scene.seen(exports[0]), scene.connection) == "waiting: Xero's limit"

    (later,) = scene.by_hand(1, kind="bill") if by_hand else scene.approve(1, kind="bill")
    before = len(scene.books.calls())
    scene.later(seconds=50)
    scene.run()
    assert len(scene.books.calls()) == before, "nothing of the connection may go meanwhile"
    assert scene.seen(later).status is Status.PENDING

    scene.books.limits(factor=1000)
    scene.later(seconds=11)
    scene.run()
    assert scene.statuses() == [Status.SYNCED] * 3
    scene.session.refresh(scene.connection)
    assert (scene.connection.not_before, scene.connection.waiting_for) == (None, "")


def test_at_the_limit_of_the_day_it_waits_for_hours_and_then_goes(scene: Scene) -> None:
    scene.books.limits(per_day=0)
    (export,) = scene.approve(1)

    scene.run()

    scene.session.refresh(scene.connection)
    assert scene.connection.not_before is not None
    wait = scene.connection.not_before - scene.clock()
    assert wait > timedelta(minutes=1)
    assert (scene.seen(export).status, export.tries) == (Status.PENDING, 0)

    scene.books.limits(factor=1000)
    scene.later(seconds=wait.total_seconds() + 1)
    scene.run()
    assert scene.seen(export).status is Status.SYNCED


def test_while_the_ledger_is_down_nothing_burns_a_try_and_all_goes_when_it_is_back(scene: Scene) -> None:
    scene.books.fault("503", times=6)
    scene.approve(5)

    for _ in range(6):
        scene.run()
        assert set(scene.statuses()) == {Status.PENDING}
        scene.session.refresh(scene.connection)
        assert scene.connection.waiting_for == "Xero out of reach"
        scene.later(seconds=61)
    scene.run()

    assert set(scene.statuses()) == {Status.SYNCED}
    assert scene.tile(Status.FAILED) == 0
    assert len(scene.books.numbers()) == 5


def test_what_a_person_sends_while_the_ledger_is_known_to_be_down_waits_and_goes_when_it_is_back(scene: Scene) -> None:
    scene.books.fault("503", times=0)
    scene.approve(1)
    scene.run()
    (manual,) = scene.by_hand(1)

    for _ in range(3):
        scene.later(seconds=61)
        scene.run()
    assert (scene.seen(manual).status, scene.attempts(manual)) == (Status.PENDING, [])
    assert len(scene.books.document_writes()) == 1
    scene.books.calm()
    scene.later(seconds=61)
    scene.run()

    assert scene.statuses() == [Status.SYNCED] * 2
    assert len(scene.attempts(manual)) == 1


def test_a_ledger_that_cannot_be_reached_at_all_is_waited_for(scene: Scene) -> None:
    (export,) = scene.approve(1)
    scene.books.fault("503", method="GET", times=0)
    scene.later(hours=7)

    scene.run()
    before = len(scene.books.calls())
    scene.run()

    assert len(scene.books.calls()) == before
    assert (scene.seen(export).status, scene.states(export)) == (Status.PENDING, [])


@pytest.mark.parametrize("trouble", ["outage", "limit"])
def test_when_the_wait_is_over_it_is_no_longer_said_though_nothing_is_to_be_sent(scene: Scene, trouble: str) -> None:
    if trouble == "outage":
        scene.books.fault("503", times=2)
    else:
        scene.books.limits(per_minute=0)
    (export,) = scene.by_hand(1)
    scene.run()
    with writing(scene.session):
        export.next_try_at = scene.clock() + timedelta(days=1)
    scene.session.refresh(scene.connection)
    assert scene.connection.waiting_for == {"outage": "Xero out of reach", "limit": "Xero's limit"}[trouble]
    scene.books.limits(factor=1000)

    scene.later(seconds=61)
    scene.run()
    scene.session.refresh(scene.connection)
    assert bool(scene.connection.waiting_for) is (trouble == "outage"), "it looked, and the ledger was still down"
    scene.later(seconds=61)
    scene.run()

    scene.session.refresh(scene.connection)
    assert (scene.connection.not_before, scene.connection.waiting_for) == (None, "")
