"""The original goes along with its document, once; whatever becomes of it, the document stays where it is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.db import writing
from dashboard.domain import attachments
from dashboard.models import AuditEntry, Export, Record
from dashboard.models.export import AttachmentState, AttemptState, Step
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.records import Direction
from dashboard.vocabulary.statuses import Status
from jobs.connectors.wire import Transport
from jobs.tasks.office import Office
from tests.tasks.network import Held
from tests.tasks.scene import Scene
from tests.tasks.test_fencing import slow_runner

SAMPLE = Path(__file__).parents[1] / "samples" / "ubl" / "invoice.xml"


def bill(scene: Scene) -> Export:
    """The bill of the UBL sample, approved; its file is the original."""
    records = scene.take_in("Faktura å/4.xml", SAMPLE.read_bytes(), Direction.PURCHASE)
    scene.map_all_of(records)
    (export,) = scene.world.approve(records)
    return export


def logged(scene: Scene, export: Export) -> list[AuditEntry]:
    """What the log says of the original, the oldest first."""
    return [entry for entry in scene.log(export) if entry.act is Act.ATTACHMENT_OUTCOME]


def test_the_original_is_beside_its_document_byte_for_byte_and_once(scene: Scene) -> None:
    export = bill(scene)

    scene.run()
    scene.later(hours=1)
    scene.run()

    (held,) = scene.books.attachments("F-2026-0042", "bills")
    assert (held["length"], held["type"]) == (SAMPLE.stat().st_size, "application/xml")
    assert held["name"].startswith("Faktura å")
    assert held["name"].endswith("4.xml")
    assert scene.seen(export).attachment is AttachmentState.DONE
    (attempt,) = scene.attempts(export, Step.ATTACHMENT)
    assert attempt.state is AttemptState.ACCEPTED
    assert SAMPLE.read_text()[:200] not in attempt.request, "the file is not kept a second time"


def test_a_refused_attachment_leaves_its_document_synced_with_a_warning(scene: Scene) -> None:
    export = bill(scene)
    big = b"<!-- " + b"x" * 10_000_001 + b" -->"
    with writing(scene.session):
        scene.connection.attach_original = True
    scene.run()
    assert scene.seen(export).status is Status.SYNCED
    (other,) = scene.world.approve(scene.take_in("big.xml", SAMPLE.read_bytes().replace(b"0042", b"0043") + big))

    scene.run()

    assert (scene.seen(other).status, other.attachment) == (Status.SYNCED, AttachmentState.REFUSED)
    assert "could not be attached" in other.warning
    assert scene.states(other, Step.ATTACHMENT) == [AttemptState.REFUSED]
    assert scene.states(other) == [AttemptState.ACCEPTED]
    assert scene.tile(Status.FAILED) == 0
    (entry,) = [entry for entry in scene.log(other) if entry.act is Act.ATTACHMENT_OUTCOME]
    assert (entry.status, entry.words) == (Status.SYNCED, other.warning)


@pytest.mark.parametrize("fault", ["drop-after-commit", "drop-before", "500-after-commit"])
def test_an_attachment_without_an_answer_is_sent_again_and_is_there_once(scene: Scene, fault: str) -> None:
    export = bill(scene)
    scene.books.fault(fault, method="PUT", path="/Attachments/")

    scene.run()
    assert (scene.seen(export).status, export.attachment) == (Status.SYNCED, AttachmentState.DUE)
    scene.later(minutes=2.1)
    scene.run()

    assert scene.seen(export).attachment is AttachmentState.DONE
    assert len(scene.books.attachments("F-2026-0042", "bills")) == 1
    assert scene.states(export, Step.ATTACHMENT) == [AttemptState.UNANSWERED, AttemptState.ACCEPTED]
    assert len(scene.books.document_writes()) == 1


def test_an_attachment_that_is_never_answered_is_given_up_with_a_warning(scene: Scene) -> None:
    export = bill(scene)
    scene.books.fault("drop-before", method="PUT", path="/Attachments/", times=0)

    for _ in range(8):
        scene.run()
        scene.later(minutes=11)

    assert (scene.seen(export).status, export.attachment) == (Status.SYNCED, AttachmentState.REFUSED)
    assert "did not answer" in export.warning
    assert scene.states(export, Step.ATTACHMENT) == [AttemptState.UNANSWERED] * 5


def test_an_original_that_was_given_up_is_attached_when_a_person_sends_it_again(scene: Scene) -> None:
    export = bill(scene)
    scene.books.fault("drop-before", method="PUT", path="/Attachments/", times=5)
    for _ in range(6):
        scene.run()
        scene.later(minutes=11)
    record = scene.session.get_one(Record, scene.seen(export).record_id)

    with writing(scene.session) as session:
        assert attachments.send_again(session, record, export, scene.connection, scene.world.actor("bo"), scene.clock())
    scene.run()

    assert (scene.seen(export).attachment, export.warning) == (AttachmentState.DONE, "")
    assert len(scene.books.attachments("F-2026-0042", "bills")) == 1
    assert len(scene.books.document_writes()) == 1


def test_an_attachment_that_is_told_to_wait_goes_later(scene: Scene) -> None:
    export = bill(scene)
    scene.books.fault("503", method="PUT", path="/Attachments/")

    scene.run()
    scene.later(minutes=1.1)
    scene.run()

    assert scene.seen(export).attachment is AttachmentState.DONE
    assert scene.states(export, Step.ATTACHMENT) == [AttemptState.TOLD_TO_WAIT, AttemptState.ACCEPTED]
    told, attached = logged(scene, export)
    assert told.words.startswith("The original waits and is sent later: ")
    assert (told.status, told.attempt_id) == (Status.SYNCED, scene.attempts(export, Step.ATTACHMENT)[0].id)
    assert attached.words == "The original is attached"


def test_an_attachment_told_the_same_again_and_again_is_logged_once(scene: Scene) -> None:
    export = bill(scene)
    scene.books.fault("503", method="PUT", path="/Attachments/", times=3)

    for _ in range(4):
        scene.run()
        scene.later(minutes=1.1)

    assert scene.states(export, Step.ATTACHMENT) == [AttemptState.TOLD_TO_WAIT] * 3 + [AttemptState.ACCEPTED]
    assert len(logged(scene, export)) == 2


def test_an_attachment_that_never_left_is_logged(scene: Scene) -> None:
    export = bill(scene)
    scene.books.fault("drop-before", method="PUT", path="/Attachments/")
    scene.run()
    scene.books.change("expire-access")

    scene.later(minutes=2.1)
    scene.run()

    states = [AttemptState.UNANSWERED, AttemptState.NOT_SENT, AttemptState.ACCEPTED]
    assert scene.states(export, Step.ATTACHMENT) == states
    _, kept_back, attached = logged(scene, export)
    assert kept_back.words.startswith("The original was not sent and goes later: ")
    assert attached.words == "The original is attached"


def test_a_table_of_many_documents_is_attached_to_none(scene: Scene) -> None:
    exports = scene.approve(2)

    scene.run()

    assert [scene.seen(export).attachment for export in exports] == [AttachmentState.NONE] * 2
    assert scene.books.holds("attachments") == []


def test_where_a_connection_does_not_want_originals_none_is_attached(scene: Scene) -> None:
    with writing(scene.session):
        scene.connection.attach_original = False
    export = bill(scene)

    scene.run()

    assert (scene.seen(export).status, export.attachment) == (Status.SYNCED, AttachmentState.NONE)
    assert scene.books.holds("attachments") == []


def test_a_late_silence_to_a_former_holder_does_not_take_an_original_for_missing(
    scene: Scene, office_over: Callable[[Transport], Office]
) -> None:
    export = bill(scene)
    with writing(scene.session):
        export.attachment_tries = 4
    held = Held("PUT", "/Attachments/", is_answered=False)

    with slow_runner(office_over(held), held):
        scene.later(seconds=31)
        scene.run()
        assert scene.seen(export).attachment is AttachmentState.DONE
        scene.books.fault("drop-before", method="PUT", path="/Attachments/")

    assert (scene.seen(export).attachment, export.warning) == (AttachmentState.DONE, "")
    assert scene.states(export, Step.ATTACHMENT) == [AttemptState.UNANSWERED, AttemptState.ACCEPTED]
    assert logged(scene, export)[-1].words == "A late answer to an earlier try to attach the original: unanswered"
