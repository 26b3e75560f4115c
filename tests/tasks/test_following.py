"""What becomes of documents in the ledger is read once an hour and shown: approved, paid, voided, deleted, changed."""

from decimal import Decimal

import pytest
from sqlalchemy import event, select

from dashboard.db import db, writing
from dashboard.domain import standing
from dashboard.models import Export, Lookup, Record
from dashboard.models.lookup import LookupKind
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.postings import LedgerState, PostAs
from dashboard.vocabulary.records import Payment
from dashboard.vocabulary.statuses import Status
from jobs.tasks import distrusting, following
from tests.support import backups
from tests.tasks.scene import KINDS, Scene

ALL_KINDS = ("invoice", "bill", "credit note", "supplier credit note")


def synced(scene: Scene, how_many: int = 1, kind: str = "invoice", state: PostAs = PostAs.APPROVED) -> list[Export]:
    """Documents that arrived, and the first reading of what changed is done."""
    scene.post_as(state)
    exports = scene.approve(how_many, kind=kind)
    scene.run()
    assert {scene.seen(export).status for export in exports} == {Status.SYNCED}
    an_hour_later(scene)
    return exports


def an_hour_later(scene: Scene) -> None:
    scene.later(hours=1.1)
    following.run(scene.office)
    scene.run()


def change(scene: Scene, export: Export, what: str, argument: str = "") -> None:
    scene.books.change(f"{what}:{export.ledger_id}{argument}")
    an_hour_later(scene)
    scene.seen(export)


def payment(scene: Scene, export: Export) -> Payment:
    scene.session.rollback()
    return scene.session.get_one(Record, export.record_id, populate_existing=True).payment


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_what_was_voided_in_the_ledger_is_shown_as_void_and_stays_synced(scene: Scene, kind: str) -> None:
    (export,) = synced(scene, kind=kind)

    change(scene, export, "void")

    assert (export.status, export.ledger_state) == (Status.SYNCED, LedgerState.VOID)
    assert standing.note(export, scene.connection) == "void"
    assert "has been voided there since" in standing.of(export, scene.connection, "T-00001").sentence
    (entry,) = [entry for entry in scene.log(export) if entry.act is Act.EXPORT_FOLLOWED]
    assert (entry.words, entry.actor) == ("Void in Xero", "tieout")


def test_a_draft_that_was_deleted_in_the_ledger_is_shown_so(scene: Scene) -> None:
    (export,) = synced(scene, kind="bill", state=PostAs.DRAFT)
    assert export.ledger_state is LedgerState.DRAFT

    change(scene, export, "delete")

    assert export.ledger_state is LedgerState.DELETED
    assert "has been deleted there since" in standing.of(export, scene.connection, "T-00001").sentence


@pytest.mark.parametrize("kind", ["invoice", "bill"])
def test_a_payment_in_the_ledger_makes_the_record_part_paid_and_then_paid(scene: Scene, kind: str) -> None:
    (export,) = synced(scene, kind=kind)
    assert payment(scene, export) is Payment.UNPAID

    change(scene, export, "pay", ":25")
    assert payment(scene, export) is Payment.PART_PAID
    assert scene.log(export)[-1].words == "Part paid, 100.00 SEK still open"

    change(scene, export, "pay")
    assert (payment(scene, export), export.ledger_state) == (Payment.PAID, LedgerState.PAID)
    assert scene.log(export)[-1].words == "Paid in Xero"


@pytest.mark.parametrize(("prepaid", "stated"), [(125, Payment.PAID), (25, Payment.PART_PAID)])
def test_what_was_paid_before_it_was_sent_stays_so_though_nobody_pays_in_the_ledger(
    scene: Scene, prepaid: int, stated: Payment
) -> None:
    (record,) = scene.world.records()
    with writing(scene.session):
        # As an invoice file states it, beside the total of 125.
        record.prepaid, record.payment = Decimal(prepaid), stated
    (export,) = scene.world.approve([record])
    scene.run()

    an_hour_later(scene)
    assert payment(scene, export) is stated
    change(scene, export, "pay", ":25")
    assert payment(scene, export) is stated
    change(scene, export, "pay")
    assert payment(scene, export) is Payment.PAID
    assert "Unpaid" not in [entry.words for entry in scene.log(export)]


def test_a_change_is_seen_though_the_ledger_shows_it_minutes_late(scene: Scene) -> None:
    (export,) = synced(scene)
    scene.later(minutes=60)
    scene.books.change(f"pay:{export.ledger_id}")
    scene.later(seconds=90)
    scene.books.fault("find-stale:200000", times=0)
    following.run(scene.office)
    scene.run()
    assert payment(scene, export) is Payment.UNPAID
    scene.books.calm()

    an_hour_later(scene)

    assert payment(scene, export) is Payment.PAID


def test_an_amount_that_was_changed_in_the_ledger_is_said_beside_what_was_sent(scene: Scene) -> None:
    (export,) = synced(scene)

    change(scene, export, "edit", ":500")
    assert export.drift.startswith("Not as it was sent any more: tax 100.00 SEK instead of 25.00 SEK, total 500.00 SEK")

    change(scene, export, "edit", ":125")
    assert export.drift == ""
    assert scene.log(export)[-1].words == "As it was sent again"


def test_nothing_is_written_while_nothing_changes(scene: Scene) -> None:
    exports = synced(scene, 30)
    with scene.office.app.app_context():
        engine = db.engine
    entries, written = len(scene.log()), []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith(("UPDATE export", "UPDATE record", "INSERT INTO audit")):
            written.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    for _ in range(3):
        an_hour_later(scene)
    event.remove(engine, "before_cursor_execute", note)

    assert written == []
    assert len(scene.log()) == entries
    assert {scene.seen(export).drift for export in exports} == {""}


def test_it_takes_two_calls_an_hour_however_often_it_is_asked(scene: Scene) -> None:
    synced(scene, 3)
    before = len(scene.books.calls())

    for _ in range(3):
        following.run(scene.office)
        scene.run()
    assert len(scene.books.calls()) == before
    an_hour_later(scene)

    made = [(call["method"], call["path"].rpartition("/")[2]) for call in scene.books.calls()[before:]]
    assert [call for call in made if call[1] in ("Invoices", "CreditNotes")] == [
        ("GET", "Invoices"),
        ("GET", "CreditNotes"),
    ]


def test_only_what_changed_is_read(scene: Scene) -> None:
    first, *_ = synced(scene, 20)
    scene.books.change(f"void:{first.ledger_id}")

    an_hour_later(scene)

    (asked,) = scene.session.scalars(select(Lookup).where(Lookup.kind == LookupKind.CHANGES)).all()
    assert asked.answer == {"read": 1, "changed": 1}


def test_a_ledger_in_which_nothing_of_ours_is_is_not_asked(scene: Scene) -> None:
    scene.approve(1)
    scene.later(hours=2)

    assert following.run(scene.office) == 0


def test_a_reading_that_breaks_off_is_made_again_from_where_it_began(scene: Scene) -> None:
    (export,) = synced(scene)
    scene.session.refresh(scene.connection)
    known = scene.connection.changes_asked_at
    scene.books.change(f"void:{export.ledger_id}")
    scene.books.fault("503", method="GET", path="CreditNotes")

    an_hour_later(scene)
    scene.session.refresh(scene.connection)
    assert scene.connection.changes_asked_at == known
    an_hour_later(scene)

    scene.session.refresh(scene.connection)
    assert scene.connection.changes_asked_at != known
    assert scene.seen(export).ledger_state is LedgerState.VOID
    assert len([entry for entry in scene.log(export) if entry.act is Act.EXPORT_FOLLOWED]) == 1


def test_more_than_a_page_that_changed_at_once_are_all_followed(scene: Scene) -> None:
    exports = synced(scene, 260)
    for row in scene.books.holds(KINDS[exports[0].kind]):
        scene.books.change(f"void:{row['id']}")

    an_hour_later(scene)

    assert {scene.seen(export).ledger_state for export in exports} == {LedgerState.VOID}


def test_after_a_restored_backup_everything_since_is_read_again(scene: Scene) -> None:
    (export,) = synced(scene)
    made_at, backup = scene.clock(), backups.take(scene.session)
    scene.books.change(f"void:{export.ledger_id}")
    an_hour_later(scene)
    assert scene.seen(export).ledger_state is LedgerState.VOID

    backups.restore(scene.session, backup)
    scene.reconnect()
    distrusting.run(scene.office, made_at)
    an_hour_later(scene)

    assert scene.seen(export).ledger_state is LedgerState.VOID
