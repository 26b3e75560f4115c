"""One holder at a time: one that lost its lease moves nothing, and what it learns late is recorded as what it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

from dashboard.models.export import AttemptState
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.statuses import Cause, Status
from jobs.connectors.wire import Transport
from jobs.tasks import drain
from jobs.tasks.office import Office
from tests.tasks.network import PATIENCE, Held
from tests.tasks.scene import Scene

Second = Callable[[Transport], Office]


def drain_once(office: Office) -> None:
    with office.session() as session:
        drain.drain_one(office, session)


@contextmanager
def slow_runner(office: Office, held: Held) -> Iterator[None]:
    """A second runner that holds the connection once: its held call is under way within the block, and goes on then."""
    thread = Thread(target=drain_once, args=(office,))
    thread.start()
    try:
        assert held.is_under_way.wait(PATIENCE)
        yield
    finally:
        held.let_go.set()
        thread.join()


def test_two_drains_at_once_never_hold_one_connection(scene: Scene, office_over: Second) -> None:
    scene.approve(3)
    held = Held("PUT", "Invoices", is_answered=False)

    with slow_runner(office_over(held), held):
        assert drain.run(scene.office) is False
        assert scene.books.document_writes() == []

    assert scene.statuses() == [Status.SYNCED] * 3
    assert len(scene.books.document_writes()) == 1


def test_a_holder_that_lost_its_lease_sends_nothing_more(scene: Scene, office_over: Second) -> None:
    scene.later(hours=7)
    scene.approve(3)
    held = Held("GET", "Accounts", is_answered=True)

    with slow_runner(office_over(held), held):
        scene.later(seconds=31)
        scene.run()
        assert scene.statuses() == [Status.SYNCED] * 3
        scene.approve(2)
        calls = len(scene.books.calls())

    assert len(scene.books.calls()) == calls
    assert scene.statuses() == [Status.SYNCED] * 3 + [Status.PENDING] * 2
    assert scene.states() == [AttemptState.ACCEPTED] * 3


def test_a_late_answer_to_the_newest_try_counts(scene: Scene, office_over: Second) -> None:
    (export,) = scene.approve(1)
    held = Held("PUT", "Invoices", is_answered=True)

    with slow_runner(office_over(held), held):
        scene.later(seconds=31)
        scene.run()
        assert scene.seen(export).status is Status.CHECKING

    assert scene.seen(export).status is Status.SYNCED
    assert export.ledger_id == scene.books.document("T-00001")["id"]
    assert scene.outcomes(export)[-1].details["cause"] == Cause.LATE_OUTCOME
    scene.settle()
    assert len(scene.books.document_writes()) == 1


def test_a_late_refusal_of_the_newest_try_counts(scene: Scene, office_over: Second) -> None:
    scene.books.change("deactivate-account:200")
    (export,) = scene.approve(1)
    held = Held("PUT", "Invoices", is_answered=True)

    with slow_runner(office_over(held), held):
        scene.later(seconds=31)
        scene.run()

    assert (scene.seen(export).status, export.error_code) == (Status.FAILED, ErrorCode.ACCOUNT_INACTIVE)


def test_a_late_booking_by_an_older_try_raises_the_alarm(scene: Scene, office_over: Second) -> None:
    (export,) = scene.approve(1, kind="bill")
    held = Held("PUT", "Invoices", is_answered=False)

    with slow_runner(office_over(held), held):
        scene.later(seconds=31)
        scene.settle()
        assert scene.seen(export).status is Status.SYNCED
        scene.later(minutes=7)

    ours = scene.seen(export).ledger_id
    assert len(scene.books.holds("bills")) == 2
    (other,) = [row["id"] for row in scene.books.holds("bills") if row["id"] != ours]
    assert other in export.alarm
    entry = scene.outcomes(export)[-1]
    assert (entry.error_code, entry.words) == (ErrorCode.DOUBLE_BOOKED, export.alarm)
    assert export.status is Status.SYNCED


def test_a_late_answer_that_names_the_same_document_is_no_alarm(scene: Scene, office_over: Second) -> None:
    """The ledger gives its first answer again to the same call within six minutes."""
    (export,) = scene.approve(1, kind="bill")
    held = Held("PUT", "Invoices", is_answered=False)

    with slow_runner(office_over(held), held):
        scene.later(seconds=31)
        scene.settle()

    assert len(scene.books.holds("bills")) == 1
    assert scene.seen(export).alarm == ""


def test_a_late_refusal_of_an_older_try_changes_nothing(scene: Scene, office_over: Second) -> None:
    (export,) = scene.approve(1)
    held = Held("PUT", "Invoices", is_answered=False)

    with slow_runner(office_over(held), held):
        scene.later(seconds=31)
        scene.settle()
        scene.later(minutes=7)

    assert (scene.seen(export).status, export.alarm) == (Status.SYNCED, "")
    assert scene.books.numbers() == ["T-00001"]
    assert scene.states(export) == [AttemptState.REFUSED, AttemptState.ACCEPTED]
    assert "late answer to an earlier try" in scene.outcomes(export)[-1].words


def test_a_late_booking_by_an_older_try_counts_while_the_newer_ones_are_known_not_to_be_booked(
    scene: Scene, office_over: Second
) -> None:
    (export,) = scene.approve(1, kind="bill")
    held = Held("PUT", "Invoices", is_answered=False)

    with slow_runner(office_over(held), held):
        scene.later(seconds=31)
        scene.books.fault("drop-before", method="PUT")
        while len(scene.attempts(export)) < 2 or scene.seen(export).status is not Status.PENDING:
            scene.run()
            scene.later(minutes=5.1)

    assert (scene.seen(export).status, export.alarm) == (Status.SYNCED, "")
    scene.settle()
    assert len(scene.books.holds("bills")) == 1
