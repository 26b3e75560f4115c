"""Who tries again: nobody what a person sent; the machine what it sent itself, five times, ever further apart."""

from collections.abc import Callable

import pytest

from dashboard.db import writing
from dashboard.domain import standing
from dashboard.domain.backoff import SPREAD, STEPS
from dashboard.models.export import AttemptState
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.statuses import Status
from jobs.tasks import drain
from jobs.tasks.office import Office
from tests.tasks.network import Overruled
from tests.tasks.scene import KINDS, Scene

MINUTES = (1, 5, 15, 60, 240)


def let_every_back_off_time_pass(scene: Scene) -> None:
    for minutes in MINUTES:
        scene.later(minutes=minutes * (1 + SPREAD) + 1)
        scene.run()


@pytest.mark.requirement("S0-08")
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("drop-before", ErrorCode.NOT_IN_LEDGER),
        ("500-before", ErrorCode.NOT_IN_LEDGER),
        ("503", ErrorCode.PROVIDER_DOWN),
    ],
)
def test_a_manual_export_that_meets_a_fault_is_sent_exactly_once(scene: Scene, fault: str, code: ErrorCode) -> None:
    scene.books.fault(fault, method="PUT", times=0)
    (export,) = scene.by_hand(1)

    scene.run()
    let_every_back_off_time_pass(scene)

    assert len(scene.books.document_writes()) == 1
    assert (scene.seen(export).status, export.error_code) == (Status.FAILED, code)
    assert standing.of(export, scene.connection, "T-00001").onward == (
        "No retry is scheduled; it will not be sent again by itself."
    )


@pytest.mark.requirement("S0-08")
@pytest.mark.parametrize("kind", ["bill", "supplier credit note"])
def test_what_may_be_booked_twice_and_meets_an_outage_is_looked_up_and_sent_once(scene: Scene, kind: str) -> None:
    scene.books.fault("503", method="PUT", times=0)
    (export,) = scene.by_hand(1, kind=kind)

    scene.run()
    assert scene.seen(export).status is Status.CHECKING
    scene.session.refresh(scene.connection)
    assert scene.connection.waiting_for == "Xero out of reach"
    let_every_back_off_time_pass(scene)

    assert len(scene.books.document_writes()) == 1
    assert (scene.seen(export).status, export.error_code) == (Status.FAILED, ErrorCode.NOT_IN_LEDGER)


@pytest.mark.parametrize("kind", ["bill", "supplier credit note", "credit note", "invoice"])
@pytest.mark.parametrize("status", [503, 429])
def test_what_was_booked_although_the_answer_was_to_wait_is_booked_once(
    scene: Scene, office_over: Callable[[Overruled], Office], status: int, kind: str
) -> None:
    exports = scene.approve(2, kind=kind)

    drain.run(office_over(Overruled(status, {"Retry-After": "20"})))
    scene.later(seconds=61)
    scene.run()
    scene.settle()

    assert scene.statuses() == [Status.SYNCED] * 2
    assert len(scene.books.holds(KINDS[exports[0].kind])) == 2


@pytest.mark.requirement("S0-08")
def test_a_manual_export_that_was_refused_is_sent_exactly_once(scene: Scene) -> None:
    scene.books.change("deactivate-account:200")
    (export,) = scene.by_hand(1)

    scene.run()
    let_every_back_off_time_pass(scene)

    assert len(scene.books.document_writes()) == 1
    assert scene.seen(export).status is Status.FAILED


def test_an_automatic_export_that_never_arrives_is_sent_six_times_and_then_failed(scene: Scene) -> None:
    scene.books.fault("drop-before", method="PUT", times=0)
    (export,) = scene.approve(1)

    waits = []
    for _ in STEPS:
        before = len(scene.books.document_writes())
        scene.run()
        while scene.seen(export).status is Status.CHECKING:
            scene.later(minutes=5.1)
            scene.run()
        assert scene.seen(export).status is Status.PENDING
        assert len(scene.books.document_writes()) == before + 1
        assert export.next_try_at is not None
        waits.append((export.next_try_at - scene.clock()).total_seconds() / 60)
        scene.later(minutes=waits[-1] - 0.1)
        scene.run()
        assert len(scene.books.document_writes()) == before + 1, "it went before its time"
        scene.later(minutes=0.2)
    scene.settle()

    assert (scene.seen(export).status, export.error_code) == (Status.FAILED, ErrorCode.NOT_IN_LEDGER)
    assert len(scene.books.document_writes()) == 6
    assert scene.states(export) == [AttemptState.UNANSWERED] * 6
    for wait, minutes in zip(waits, MINUTES, strict=True):
        assert minutes * (1 - SPREAD) - 0.1 <= wait <= minutes * (1 + SPREAD)
    let_every_back_off_time_pass(scene)
    assert len(scene.books.document_writes()) == 6


@pytest.mark.requirement("S0-09")
def test_the_next_automatic_document_goes_and_the_failed_one_is_not_sent_by_that(scene: Scene) -> None:
    scene.books.change("deactivate-account:210")
    (failed,) = scene.world.approve(scene.world.records(1, account="210"))
    scene.run()
    assert scene.seen(failed).status is Status.FAILED
    scene.books.change("activate-account:210")
    scene.refresh_lists()

    (following,) = scene.approve(1)
    scene.run()

    assert scene.seen(following).status is Status.SYNCED
    assert (scene.seen(failed).status, len(scene.attempts(failed))) == (Status.FAILED, 1)


def test_a_record_that_an_automatic_export_could_not_bring_in_is_manual_once_a_person_sends_it(scene: Scene) -> None:
    scene.books.change("deactivate-account:200")
    (export,) = scene.approve(1)
    scene.run()
    scene.books.change("activate-account:200")
    scene.books.fault("drop-before", method="PUT", times=0)

    scene.send_again(export)
    scene.settle()
    let_every_back_off_time_pass(scene)

    assert (scene.seen(export).error_code, len(scene.books.document_writes())) == (ErrorCode.NOT_IN_LEDGER, 2)
    with writing(scene.session):
        assert export.tries == 1
