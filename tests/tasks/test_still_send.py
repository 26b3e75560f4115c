"""A person's order that could not be carried out for more than a day is asked about instead of going by itself."""

from datetime import timedelta

import pytest

from dashboard.db import writing
from dashboard.domain import still_send, sync_config
from dashboard.models import Export, Record
from dashboard.models.resync import ResyncState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.records import Trigger
from dashboard.vocabulary.statuses import Status
from tests.tasks.scene import Scene


def waited(scene: Scene, hours: float) -> None:
    """Xero is out of reach for so long, and then it is back."""
    scene.books.fault("503", method="GET", times=0)
    scene.books.fault("503", times=0)
    scene.run()
    scene.later(hours=hours)
    scene.run()
    scene.books.calm()
    scene.later(minutes=2)
    scene.run()


def ordered_before_an_outage(scene: Scene, how_many: int = 1) -> list[Export]:
    """Orders that meet an outage which was noticed before they were given."""
    scene.books.fault("503", times=0)
    scene.approve(1)
    scene.run()
    return scene.by_hand(how_many)


def answered(scene: Scene, is_yes: bool, export: Export | None = None) -> int:
    (question,) = still_send.questions(scene.session, [scene.connection])
    with writing(scene.session):
        return still_send.answer(
            scene.session,
            scene.connection,
            is_yes,
            question.seen,
            scene.world.actor("bo"),
            scene.clock(),
            export_id=export.id if export else None,
        )


def test_an_order_that_waited_longer_than_a_day_asks_and_the_automatic_ones_go(scene: Scene) -> None:
    orders = ordered_before_an_outage(scene, 2)

    waited(scene, hours=24.5)

    assert [scene.seen(export).status for export in orders] == [Status.ON_HOLD] * 2
    assert scene.statuses().count(Status.SYNCED) == 1, "the automatic one went by itself"
    (question,) = still_send.questions(scene.session, [scene.connection])
    assert (question.n, {code: str(total) for code, total in question.sums.items()}) == (2, {"SEK": "250"})
    assert [entry.act for entry in scene.log(orders[0])][-1] is Act.EXPORT_HELD
    assert "still to be sent" in scene.log(orders[0])[-1].words
    scene.later(hours=30)
    scene.run()
    assert scene.attempts(orders[0]) == []


def test_an_order_that_waited_less_than_a_day_goes_by_itself(scene: Scene) -> None:
    (order,) = ordered_before_an_outage(scene)

    waited(scene, hours=23.5)

    assert scene.seen(order).status is Status.SYNCED


@pytest.mark.parametrize("trouble", ["limit", "broken", "disconnected"])
def test_whatever_it_waited_for_it_asks(scene: Scene, trouble: str) -> None:
    match trouble:
        case "limit":
            scene.books.limits(per_day=0)
        case "broken":
            scene.books.change("revoke-grant")
        case "disconnected":
            scene.books.change("disconnect")
    (order,) = scene.by_hand(1)
    scene.run()
    assert scene.seen(order).status is Status.PENDING
    scene.later(hours=25)
    scene.run()

    scene.books.limits(factor=1000)
    if trouble != "limit":
        scene.reconnect()
    scene.later(hours=24)
    scene.run()

    assert scene.seen(order).status is Status.ON_HOLD


def test_yes_sends_all_at_once_and_is_in_the_log(scene: Scene) -> None:
    orders = ordered_before_an_outage(scene, 3)
    waited(scene, hours=25)

    assert answered(scene, is_yes=True) == 3
    assert [entry.actor for entry in scene.log(orders[0])][-1] == "Bo"
    scene.run()

    assert [scene.seen(export).status for export in orders] == [Status.SYNCED] * 3
    assert still_send.questions(scene.session, [scene.connection]) == []
    assert all(export.trigger is Trigger.MANUAL for export in orders)


def test_one_is_sent_and_the_others_go_on_asking(scene: Scene) -> None:
    first, second = ordered_before_an_outage(scene, 2)
    waited(scene, hours=25)

    assert answered(scene, is_yes=True, export=second) == 1
    scene.run()

    assert (scene.seen(first).status, scene.seen(second).status) == (Status.ON_HOLD, Status.SYNCED)


def test_no_leaves_it_as_it_was_before_it_was_ordered(scene: Scene) -> None:
    """One that had failed is failed again with its former error; one that had not is listed as not sent."""
    (never_sent,) = scene.by_hand(1)
    scene.books.change("deactivate-account:200")
    scene.refresh_lists()
    scene.run()
    assert scene.seen(never_sent).error_code == "account-inactive"
    failed = never_sent
    scene.books.fault("503", times=0)
    scene.connection.export_on_approval = True
    scene.session.commit()
    scene.approve(1, kind="bill")
    scene.run()
    scene.send_again(failed)
    (never_sent,) = scene.by_hand(1)
    waited(scene, hours=25)
    assert scene.seen(failed).status is scene.seen(never_sent).status is Status.ON_HOLD

    assert answered(scene, is_yes=False) == 2
    scene.later(hours=30)
    scene.run()

    assert (scene.seen(failed).status, failed.error_code) == (Status.FAILED, "account-inactive")
    assert scene.seen(never_sent).status is Status.READY
    assert scene.session.get_one(Record, never_sent.record_id, populate_existing=True).has_export is False
    assert [entry.act for entry in scene.log(never_sent)][-1] is Act.EXPORT_CANCELLED
    assert answered_again(scene) == 0
    scene.send_again(never_sent)
    assert scene.seen(never_sent).status is Status.PENDING


def answered_again(scene: Scene) -> int:
    with writing(scene.session):
        return still_send.answer(
            scene.session, scene.connection, True, scene.clock(), scene.world.actor("bo"), scene.clock()
        )


def test_a_resync_does_not_wait_for_the_answer(scene: Scene) -> None:
    scene.books.change("deactivate-account:200")
    scene.refresh_lists()
    exports = scene.approve(2)
    scene.run()
    scene.books.change("activate-account:200")
    scene.books.fault("503", times=0)
    scene.books.fault("503", method="GET", times=0)
    resynced = scene.resync(exports)
    waited(scene, hours=25)

    scene.session.refresh(resynced)
    assert [scene.seen(export).status for export in exports] == [Status.ON_HOLD] * 2
    assert resynced.state is ResyncState.DONE
    assert "skipped" in scene.sentence(resynced)


def test_what_was_held_after_the_person_looked_is_not_answered(scene: Scene) -> None:
    ordered_before_an_outage(scene)
    waited(scene, hours=25)
    (question,) = still_send.questions(scene.session, [scene.connection])

    with writing(scene.session):
        early = question.seen - timedelta(seconds=1)
        n = still_send.answer(scene.session, scene.connection, True, early, scene.world.actor("bo"), scene.clock())

    assert n == 0


def test_another_start_date_releases_nothing_that_is_asked_about(scene: Scene) -> None:
    (order,) = ordered_before_an_outage(scene)
    waited(scene, hours=25)
    for day in ("2026-01-01", ""):
        with writing(scene.session):
            scene.session.refresh(scene.connection)
            before = sync_config.of(scene.connection)
            after = sync_config.Settings(
                before.export_on_approval,
                before.sales_post_as,
                before.purchases_post_as,
                before.attach_original,
                sync_config.start_date(day),
            )
            ada = scene.world.actor("ada")
            sync_config.save(scene.session, scene.connection, after, before.mark, ada, scene.clock())

    assert scene.seen(order).status is Status.ON_HOLD


def test_an_order_to_send_that_is_repeated_answers_too(scene: Scene) -> None:
    (order,) = ordered_before_an_outage(scene)
    waited(scene, hours=25)

    scene.send_again(order)
    scene.run()

    assert scene.seen(order).status is Status.SYNCED
