"""A runner may die at any moment: nothing is lost, nothing is booked twice, and the log tells what happened."""

from collections.abc import Callable

import pytest

from dashboard.db import db
from dashboard.models.export import AttachmentState, AttemptState
from dashboard.vocabulary.records import Trigger
from dashboard.vocabulary.statuses import Cause, Status
from jobs.connectors.wire import Transport
from jobs.tasks import drain
from jobs.tasks.office import Office
from tests.tasks.network import DyingAtACall, DyingAtACommit, Killed
from tests.tasks.scene import Scene

Second = Callable[[Transport], Office]


@pytest.mark.requirement("B-01")
@pytest.mark.parametrize("is_answered", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", [1, 2, 3], ids=["the search for it", "the document", "the attachment"])
def test_a_runner_that_dies_at_a_call_leaves_each_record_in_the_ledger_once(
    scene: Scene, office_over: Second, at: int, is_answered: bool
) -> None:
    (export,) = scene.approve(1, kind="bill")
    with pytest.raises(Killed):
        drain.run(office_over(DyingAtACall(at, is_answered=is_answered)))

    scene.settle()

    assert scene.seen(export).status is Status.SYNCED
    assert scene.books.numbers("bills") == ["T-00001"]
    assert len(scene.books.attachments("T-00001", "bills")) == 1
    assert export.attachment is AttachmentState.DONE
    died = [entry for entry in scene.log(export) if "The sender stopped before an answer came" in entry.words]
    # A search books nothing: whoever comes next searches again.
    assert len(died) == (0 if at == 1 else 1)


@pytest.mark.requirement("B-01")
def test_a_runner_that_dies_at_any_commit_leaves_each_record_in_the_ledger_once(scene: Scene) -> None:
    with scene.office.app.app_context():
        engine = db.engine
    at, has_died = 0, True
    while has_died:
        at += 1
        scene.approve(1, kind="bill")
        try:
            with DyingAtACommit(engine, at):
                drain.run(scene.office)
            has_died = False
        except Killed:
            scene.later(seconds=31)
        scene.settle()

    assert at > 5, "it takes more commits than that to send a document"
    assert scene.books.numbers("bills") == [f"T-{n:05d}" for n in range(1, at + 1)]
    assert scene.tile(Status.SYNCED) == at
    held = scene.books.holds("attachments")
    assert len({row["document"] for row in held}) == len(held) == at


@pytest.mark.requirement("B-02")
def test_what_a_dead_runner_left_is_looked_up_and_goes_again_even_if_a_person_sent_it(
    scene: Scene, office_over: Second
) -> None:
    (export,) = scene.by_hand(1)
    with pytest.raises(Killed):
        drain.run(office_over(DyingAtACall(1, is_answered=False)))
    assert scene.seen(export).status is Status.SENDING

    scene.run()
    assert (scene.seen(export).status, export.trigger) == (Status.CHECKING, Trigger.MANUAL)
    scene.settle()

    assert scene.seen(export).status is Status.SYNCED
    assert scene.states(export) == [AttemptState.UNANSWERED, AttemptState.ACCEPTED]
    causes = [entry.details["cause"] for entry in scene.outcomes(export)]
    assert causes == [Cause.RUNNER_DIED, Cause.FOUND_ABSENT, Cause.ACCEPTED]


@pytest.mark.requirement("B-02")
def test_what_a_dead_runner_had_brought_in_is_found(scene: Scene, office_over: Second) -> None:
    (export,) = scene.by_hand(1)
    with pytest.raises(Killed):
        drain.run(office_over(DyingAtACall(1, is_answered=True)))

    scene.settle()

    assert scene.seen(export).status is Status.SYNCED
    assert len(scene.books.document_writes()) == 1
    assert scene.outcomes(export)[-1].details["cause"] == Cause.FOUND_OURS


def test_what_a_dead_runner_left_on_a_broken_connection_waits_to_be_looked_up(
    scene: Scene, office_over: Second
) -> None:
    (export,) = scene.approve(1)
    with pytest.raises(Killed):
        drain.run(office_over(DyingAtACall(1, is_answered=True)))
    scene.books.change("revoke-grant")
    scene.approve(1, kind="bill")

    for _ in range(3):
        scene.run()
        scene.later(minutes=6)

    assert scene.seen(export).status is Status.CHECKING
    assert scene.tile(Status.FAILED) == 0
