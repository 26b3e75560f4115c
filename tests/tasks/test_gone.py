"""What was voided or deleted in the ledger books nothing there: it can be sent once more where the ledger takes the
number, or put away, and stands in no other's way."""

import pytest

from dashboard.db import writing
from dashboard.domain import archiving, publishing
from dashboard.domain.publishing import NotSendable
from dashboard.models import Export, Record
from dashboard.vocabulary.postings import LedgerState, PostAs
from dashboard.vocabulary.statuses import Status
from tests.tasks.scene import KINDS, Scene
from tests.tasks.test_following import change, synced
from tests.tasks.test_twins import both, sent


def record_of(scene: Scene, export: Export) -> Record:
    return scene.session.get_one(Record, export.record_id, populate_existing=True)


def held_alive(scene: Scene, export: Export) -> int:
    rows = scene.books.holds(KINDS[export.kind])
    return sum(row["status"] not in ("VOIDED", "DELETED") for row in rows)


@pytest.mark.parametrize(
    ("kind", "state", "what"),
    [
        ("bill", PostAs.APPROVED, "void"),
        ("supplier credit note", PostAs.APPROVED, "void"),
        ("bill", PostAs.DRAFT, "delete"),
        ("invoice", PostAs.DRAFT, "delete"),
    ],
)
def test_it_is_sent_once_more_where_the_ledger_takes_the_number(
    scene: Scene, kind: str, state: PostAs, what: str
) -> None:
    (export,) = synced(scene, kind=kind, state=state)
    former = export.ledger_id, export.key
    change(scene, export, what)
    assert (export.status, held_alive(scene, export)) == (Status.SYNCED, 0)

    scene.send_again(export)
    assert (export.status, export.ledger_id, export.ledger_state) == (Status.PENDING, "", None)
    scene.run()

    assert (scene.seen(export).status, held_alive(scene, export)) == (Status.SYNCED, 1)
    assert export.ledger_id != former[0]
    assert export.key != former[1]
    assert any(f"anew: document {former[0]} there is" in entry.words for entry in scene.log(export))


def test_a_number_of_ours_that_was_voided_stays_taken_and_that_is_said(scene: Scene) -> None:
    (export,) = synced(scene)
    change(scene, export, "void")

    with pytest.raises(NotSendable, match="was voided in Xero, where its number stays taken") as refused:
        scene.send_again(export)

    assert "can be archived" in str(refused.value)
    assert "already" not in str(refused.value)


def test_what_is_alive_in_the_ledger_is_not_sent_again(scene: Scene) -> None:
    (export,) = synced(scene, kind="bill")

    with pytest.raises(NotSendable, match="is in Xero already"):
        scene.send_again(export)


def test_it_can_be_put_away(scene: Scene) -> None:
    (export,) = synced(scene)
    record = record_of(scene, export)
    assert archiving.why_not_archivable(scene.session, record) == "T-00001 is in Xero: what is booked is not archived."
    change(scene, export, "void")

    with writing(scene.session) as session:
        archiving.archive(session, record, "Voided there", scene.world.actor("bo"), scene.clock())

    assert record_of(scene, export).archived_at is not None
    assert publishing.why_not_sendable(record, scene.connection, export) == "T-00001 is archived."


@pytest.mark.requirement("B-24")
def test_it_stands_in_the_way_of_no_other_record_of_the_same_bill(scene: Scene) -> None:
    first, second = both(scene)
    export = sent(scene, first)
    change(scene, export, "void")
    assert export.ledger_state is LedgerState.VOID

    other = sent(scene, second)
    assert other.status is Status.SYNCED
    scene.send_again(export)
    scene.run()

    assert (scene.seen(export).status, held_alive(scene, export)) == (Status.FAILED, 1)
