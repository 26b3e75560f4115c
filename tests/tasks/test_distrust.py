"""An older copy of the database is restored while the ledger kept what was booked since: nothing is booked twice."""

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from dashboard.domain import distrust
from dashboard.models import Export
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.statuses import Status
from jobs.__main__ import main
from jobs.tasks import distrusting
from tests.support import backups
from tests.tasks.scene import KINDS, Scene

ALL_KINDS = ("invoice", "bill", "credit note", "supplier credit note")


def restored(scene: Scene, backup: backups.Backup, made_at: datetime) -> distrust.Distrusted:
    """Half an hour later the backup is back, and the person who restored it says so before the runner starts."""
    scene.later(minutes=31)
    backups.restore(scene.session, backup)
    # The tokens of the backup were traded in since.
    scene.reconnect()
    return distrusting.run(scene.office, made_at)


def held(scene: Scene) -> list[str]:
    """The numbers in the ledger, each as often as it is there."""
    return sorted(row["number"] for kind in KINDS.values() for row in scene.books.holds(kind))


def looked_up(scene: Scene) -> None:
    """Both looks, and what follows from them."""
    for _ in range(4):
        scene.run()
        scene.later(minutes=5.1)
    scene.run()


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_what_was_sent_after_the_backup_is_found_and_not_sent_again(scene: Scene, kind: str) -> None:
    (export,) = scene.approve(1, kind=kind)
    backup, made_at = backups.take(scene.session), scene.clock()
    scene.run()
    assert scene.seen(export).status is Status.SYNCED
    booked = export.ledger_id

    found = restored(scene, backup, made_at)
    looked_up(scene)

    assert (found.exports, found.compared) == (1, 0)
    assert (scene.seen(export).status, export.ledger_id, export.distrusted_at) == (Status.SYNCED, booked, None)
    assert len(scene.books.document_writes()) == 1
    assert held(scene) == ["T-00001"]


@pytest.mark.parametrize("by_hand", [False, True], ids=["automatic", "manual"])
def test_what_was_not_sent_since_goes_once_it_was_looked_up_twice(scene: Scene, by_hand: bool) -> None:
    (export,) = scene.by_hand(1, kind="bill") if by_hand else scene.approve(1)
    backup, made_at = backups.take(scene.session), scene.clock()

    restored(scene, backup, made_at)
    scene.run()
    assert scene.seen(export).status is Status.CHECKING
    assert scene.books.document_writes() == []
    looked_up(scene)

    assert scene.seen(export).status is Status.SYNCED
    assert held(scene) == ["T-00001"]


def test_every_standing_that_a_backup_can_hold_ends_with_each_record_in_the_ledger_once(scene: Scene) -> None:
    scene.books.fault("drop-after-commit")
    (checking,) = scene.approve(1, kind="credit note")
    scene.run()
    scene.books.change("deactivate-account:200")
    scene.refresh_lists()
    failed = scene.approve(2)
    scene.run()
    scene.books.change("activate-account:200")
    scene.refresh_lists()
    scene.books.fault("500-before", method="PUT", path="Invoices")
    (refused,) = scene.by_hand(1, kind="bill")
    scene.run()
    looked_up(scene)
    assert scene.seen(refused).error_code == ErrorCode.NOT_IN_LEDGER
    pending = scene.by_hand(3)
    backup, made_at = backups.take(scene.session), scene.clock()

    # In the time that is lost afterwards everything goes out.
    scene.resync([*failed, refused])
    scene.settle()
    assert set(scene.statuses()) == {Status.SYNCED}
    before = held(scene)

    found = restored(scene, backup, made_at)
    assert found.compared == 1, "the one that was sent once, and failed"
    scene.resync(failed, "another form")
    looked_up(scene)

    assert held(scene) == before == sorted(set(before))
    everything = [checking, *failed, refused, *pending]
    assert {scene.seen(export).status for export in everything} == {Status.SYNCED}


def test_what_the_ledger_holds_otherwise_than_it_would_be_sent_now_is_for_a_person(scene: Scene) -> None:
    (export,) = scene.approve(1)
    backup, made_at = backups.take(scene.session), scene.clock()
    scene.run()
    scene.books.change(f"edit:{scene.books.document('T-00001')['id']}:500")

    restored(scene, backup, made_at)
    looked_up(scene)

    assert (scene.seen(export).status, export.error_code) == (Status.FAILED, ErrorCode.FOUND_DIFFERENT)
    assert held(scene) == ["T-00001"]


def test_a_bill_that_was_taken_in_and_sent_after_the_backup_is_not_booked_again(scene: Scene) -> None:
    """Its record and its key are lost. The file is taken in anew, and the ledger knows the supplier's number."""
    backup, made_at = backups.take(scene.session), scene.clock()
    scene.approve(1, kind="bill")
    scene.run()

    restored(scene, backup, made_at)
    scene.world._numbers = 0
    (again,) = scene.approve(1, kind="bill")
    looked_up(scene)

    assert (scene.seen(again).status, again.error_code) == (Status.FAILED, ErrorCode.NUMBER_EXISTS)
    assert held(scene) == ["T-00001"]


def test_what_was_sent_last_may_still_be_booked_so_nothing_is_looked_up_at_once(scene: Scene) -> None:
    scene.approve(1)
    backup, made_at = backups.take(scene.session), scene.clock()
    restored(scene, backup, made_at)
    before = len(scene.books.asked("Invoices", "GET"))

    scene.run()
    scene.later(minutes=4.5)
    scene.run()

    assert len(scene.books.asked("Invoices", "GET")) == before


def test_it_is_in_the_log_of_the_organisation(scene: Scene) -> None:
    scene.approve(2)
    moment = scene.clock() - timedelta(minutes=10)

    distrusting.run(scene.office, moment)

    (entry,) = [entry for entry in scene.log() if entry.act is Act.ORGANISATION_RESTORED]
    assert entry.actor == "command line"
    assert "2 exports that may have been sent since" in entry.words
    assert entry.details == {"since": moment.isoformat()}


def test_a_moment_that_is_still_to_come_is_refused_and_changes_nothing(scene: Scene) -> None:
    (export,) = scene.approve(1)

    with pytest.raises(ValueError, match="future"):
        distrusting.run(scene.office, scene.clock() + timedelta(minutes=1))

    assert scene.seen(export).distrusted_at is None


def test_the_command_says_what_it_did(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    scene.approve(3)
    scene.session.rollback()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    moment = (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="minutes")

    said = CliRunner().invoke(main, ["once", "distrust", "--since", moment])
    wrong = CliRunner().invoke(main, ["once", "distrust", "--since", "yesterday"])

    assert said.exit_code == 0
    assert said.output == "3 exports are looked up before they are sent, 0 of them by themselves.\n"
    assert wrong.exit_code == 2
    assert "2026-11-20T14:05" in wrong.output
    scene.session.rollback()
    assert all(scene.session.scalars(select(Export.distrusted_at)).all())
