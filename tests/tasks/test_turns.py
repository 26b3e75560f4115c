"""Nothing that cannot be answered keeps what could go from going."""

import pytest

from dashboard.db import writing
from dashboard.domain import lookups
from dashboard.models import Lookup
from dashboard.models.lookup import LookupKind, LookupState
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.statuses import Status
from jobs.tasks import drain, sending
from tests.tasks.scene import Scene


def test_a_doubt_that_cannot_be_looked_up_does_not_hold_up_other_documents(scene: Scene) -> None:
    scene.books.fault("drop-after-commit", method="PUT")
    (doubtful,) = scene.approve(1)
    scene.run()
    scene.books.fault("503", method="GET", path="/Invoices", times=0)
    (other,) = scene.approve(1)

    for _ in range(6):
        scene.later(minutes=1.3)
        scene.run()

    assert scene.seen(doubtful).status is Status.CHECKING
    assert scene.seen(other).status is Status.SYNCED


def test_a_question_that_the_ledger_cannot_answer_is_told_so_and_holds_nothing_up(scene: Scene) -> None:
    (sent,) = scene.approve(1)
    scene.run()
    scene.books.fault("503", method="GET", path="/Invoices", times=0)
    with writing(scene.session):
        question = {"export": sent.id}
        ada = scene.world.actor("ada")
        asked = lookups.ask(scene.session, scene.connection, LookupKind.FIND, question, ada, scene.clock())
    (other,) = scene.approve(1)

    for _ in range(3):
        scene.run()
        scene.later(minutes=1.3)

    scene.session.rollback()
    answered = scene.session.get_one(Lookup, asked.id, populate_existing=True)
    assert answered.state is LookupState.FAILED
    assert "Ask again later" in answered.error
    assert scene.seen(other).status is Status.SYNCED


def test_what_may_be_in_the_ledger_twice_is_not_sent_by_the_machine(scene: Scene) -> None:
    (export,) = scene.approve(1)
    with writing(scene.session):
        export.alarm = "It may be in the ledger twice."

    scene.run()

    assert (scene.seen(export).status, export.error_code) == (Status.FAILED, ErrorCode.DOUBLE_BOOKED)
    assert scene.books.document_writes() == []


def test_a_fault_of_our_own_lets_the_connection_rest_with_a_reason(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one place where something of ours is replaced: a fault that nobody knows cannot be had otherwise."""

    def stumble(*_: object) -> None:
        raise ZeroDivisionError

    scene.approve(1)
    with monkeypatch.context() as broken:
        broken.setattr(sending, "send_next", stumble)
        with pytest.raises(ZeroDivisionError):
            drain.run(scene.office)
        assert drain.run(scene.office) is False

    scene.session.rollback()
    scene.session.refresh(scene.connection)
    assert scene.connection.waiting_for == "an error of tieout's own; it is tried again"
    scene.later(minutes=5.1)
    scene.run()
    assert scene.statuses() == [Status.SYNCED]


def test_what_a_person_waits_for_goes_first_and_takes_along_what_came_earliest(scene: Scene) -> None:
    earlier = scene.approve(50)
    (urgent,) = scene.by_hand(1)

    scene.run()

    assert [call["elements"] for call in scene.books.document_writes()] == [50, 1]
    tried = [attempt.export_id for attempt in scene.attempts()]
    assert tried == [urgent.id, *(export.id for export in earlier)]
