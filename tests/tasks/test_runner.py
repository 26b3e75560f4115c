"""The runner around the tasks: a failure is recorded and the next tick comes; told to stop, it takes nothing more."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from dashboard.vocabulary.statuses import Status
from jobs.connectors.wire import Transport
from jobs.runner import Runner
from jobs.schedule import Entry
from jobs.tasks import drain
from jobs.tasks.office import Office
from tests.tasks.network import Held
from tests.tasks.scene import Scene
from tests.tasks.test_fencing import slow_runner

DRAIN = Entry("drain", drain.run, timedelta(seconds=1), "")


def test_what_a_task_raises_is_logged_and_the_next_tick_comes(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    def fail(office: Office) -> None:
        raise ZeroDivisionError("a fault of ours")

    runner = Runner(scene.office)
    (export,) = scene.approve(1)

    runner.attempt(Entry("faulty", fail, timedelta(seconds=1), ""))
    runner.attempt(DRAIN)

    assert "task failed" in caplog.text
    assert "a fault of ours" in caplog.text
    assert scene.seen(export).status is Status.SYNCED


def test_a_runner_that_was_told_to_stop_takes_nothing_further(scene: Scene) -> None:
    runner = Runner(scene.office)
    (export,) = scene.approve(1)
    scene.office.stopping.set()

    runner.attempt(DRAIN)
    assert drain.run(scene.office) is False

    assert scene.seen(export).status is Status.PENDING
    assert scene.books.document_writes() == []


def test_what_a_stopping_runner_hands_back_another_one_may_hold_at_once(
    scene: Scene, office_over: Callable[[Transport], Office]
) -> None:
    (sent,) = scene.approve(1)
    held = Held("PUT", "Invoices", is_answered=True)
    stopping = office_over(held)

    with slow_runner(stopping, held):
        stopping.stopping.set()
        drain.hand_back(stopping)
        assert scene.seen(sent).status is Status.CHECKING
        (other,) = scene.approve(1, kind="bill")
        scene.run()
        assert scene.seen(other).status is Status.SYNCED

    assert scene.seen(sent).status is Status.SYNCED, "its answer came late, and counts"
    assert scene.books.numbers() == ["T-00001"]
