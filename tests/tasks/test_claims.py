"""A ledger that gives the id of another document: that is not believed, and costs the others of its call nothing."""

from collections.abc import Callable

from dashboard.models.export import AttemptState
from dashboard.vocabulary.statuses import Status
from jobs.connectors.wire import Transport
from jobs.tasks import drain
from jobs.tasks.office import Office
from tests.tasks.network import Confused
from tests.tasks.scene import Scene


def test_only_the_one_whose_document_stands_for_another_is_in_doubt(
    scene: Scene, office_over: Callable[[Transport], Office]
) -> None:
    (earlier,) = scene.approve(1)
    scene.run()
    exports = scene.approve(3)

    drain.run(office_over(Confused(scene.seen(earlier).ledger_id)))

    first, second, third = (scene.seen(export) for export in exports)
    assert [each.status for each in (first, second, third)] == [Status.SYNCED, Status.CHECKING, Status.SYNCED]
    assert [scene.states(each) for each in (first, third)] == [[AttemptState.ACCEPTED]] * 2
    assert scene.states(second) == [AttemptState.UNANSWERED]
    (outcome,) = scene.outcomes(second)
    assert outcome.words == (
        "No clear answer; it is looked up before anything is sent again "
        f"(it was answered with document {earlier.ledger_id}, which stands for T-00001 here)"
    )

    scene.settle()

    assert scene.statuses() == [Status.SYNCED] * 4
    assert scene.seen(second).ledger_id == scene.books.document("T-00003")["id"]
    assert len(scene.books.document_writes()) == 2, "nothing was sent again"
