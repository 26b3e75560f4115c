"""From approval to the ledger, over the wire."""

import pytest

from dashboard.models import Connection, Export
from dashboard.models.export import AttemptState
from dashboard.vocabulary.statuses import Status
from jobs.tasks import drain
from jobs.tasks.office import Office
from tests.support.world import World
from tests.tasks.books import Books
from tests.tasks.scene import Scene, codes


@pytest.mark.requirement("S2-01", "S3-03", "S3-05")
def test_an_approved_invoice_is_pending_and_then_in_the_ledger_once(scene: Scene) -> None:
    scene.approve(3)
    assert scene.statuses() == [Status.PENDING] * 3
    assert scene.books.holds("invoices") == []

    scene.run()

    assert scene.statuses() == [Status.SYNCED] * 3
    assert scene.books.numbers() == ["T-00001", "T-00002", "T-00003"]
    assert scene.states() == [AttemptState.ACCEPTED] * 3
    assert [entry.status for entry in scene.log() if entry.attempt_id] == [Status.SYNCED] * 3
    assert [call["elements"] for call in scene.books.document_writes()] == [3]
