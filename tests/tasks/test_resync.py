"""A resync on the wire: a few first, then the rest; mended and unmended, cancelled, interrupted, told in full."""

from collections.abc import Callable

import pytest
from sqlalchemy import literal_column, select, update

from dashboard.db import writing
from dashboard.domain import resync
from dashboard.models import Export, Resync, ResyncItem
from dashboard.models.resync import ItemState, ResyncState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.mappings import MappingKind
from dashboard.vocabulary.records import Trigger
from dashboard.vocabulary.statuses import Status
from jobs.connectors.wire import Transport
from jobs.tasks import drain, resyncs
from jobs.tasks.office import Office
from tests.tasks.network import DyingAtACall, Killed
from tests.tasks.scene import Scene


def failed(scene: Scene, how_many: int, account: str = "210") -> list[Export]:
    """So many invoices that failed because their account was archived in the ledger."""
    scene.books.change(f"deactivate-account:{account}")
    exports = scene.approve(how_many, account=account)
    scene.run()
    assert {scene.seen(export).status for export in exports} == {Status.FAILED}
    return exports


def mend(scene: Scene, account: str = "210") -> None:
    scene.books.change(f"activate-account:{account}")


def sent(scene: Scene) -> int:
    """How many documents were sent so far."""
    return sum(call["elements"] for call in scene.books.document_writes())


def items(scene: Scene, resynced: Resync) -> list[ItemState]:
    query = (
        select(ResyncItem.state_in(resynced)).where(ResyncItem.resync_id == resynced.id).order_by(ResyncItem.position)
    )
    return list(scene.session.scalars(query))


@pytest.mark.requirement("S2-11", "S2-12", "S2-13")
def test_what_was_mended_moves_to_synced_and_what_was_not_keeps_its_newest_error(scene: Scene) -> None:
    mended, unmended = failed(scene, 38), failed(scene, 2, account="220")
    mend(scene)

    resynced = scene.resync([*mended, *unmended])
    assert scene.tile(Status.PENDING) == 5, "three of one cause and both of the other go first"
    scene.run()

    assert scene.sentence(resynced) == "38 exported, 2 still failing"
    assert (scene.tile(Status.SYNCED), scene.tile(Status.FAILED)) == (38, 2)
    assert len(scene.books.numbers()) == 38
    for export in unmended:
        newest = scene.outcomes(scene.seen(export))[-1]
        assert (export.error_code, newest.words) == (ErrorCode.ACCOUNT_INACTIVE, export.error_words)
        assert len(scene.outcomes(export)) == 2
    ended = [entry.words for entry in scene.log() if entry.act is Act.RESYNC_ENDED]
    assert ended == ["38 exported, 2 still failing"]


@pytest.mark.requirement("B-07")
def test_of_a_hundred_with_one_unmended_cause_three_are_tried_and_the_rest_stay_as_they_were(scene: Scene) -> None:
    scene.map(MappingKind.TAX, "sale:S:25:SE", "INPUT")
    exports = scene.approve(100)
    scene.run()
    assert {scene.seen(export).error_code for export in exports} == {ErrorCode.TAX_ACCOUNT_CLASH}
    before = {export.id: (export.failed_at, export.status_since) for export in exports}
    already = sent(scene)

    resynced = scene.resync(exports)
    scene.run()

    assert sent(scene) - already == 3
    assert scene.sentence(resynced) == "0 exported, 3 still failing, 97 not tried"
    untouched = [
        export for export in exports if before[export.id] == (scene.seen(export).failed_at, export.status_since)
    ]
    assert len(untouched) == 97
    assert {export.trigger for export in untouched} == {Trigger.AUTOMATIC}


@pytest.mark.requirement("B-07")
def test_of_forty_causes_no_more_than_twenty_five_exports_are_tried(scene: Scene) -> None:
    line = {"Description": "Tea", "Quantity": 1, "UnitAmount": 5, "AccountCode": "200"}
    theirs = {"Type": "ACCREC", "Contact": {"Name": "Somebody"}, "LineItems": [line]}
    scene.books.seed(invoices=[{**theirs, "InvoiceNumber": f"T-{n:05d}"} for n in range(1, 41)])
    exports = scene.approve(40)
    scene.run()
    already = sent(scene)

    resynced = scene.resync(exports)
    scene.run()

    assert sent(scene) - already == 25
    assert scene.sentence(resynced) == "0 exported, 25 still failing, 15 not tried"


def test_a_cancelled_resync_leaves_what_was_not_sent_with_its_former_error(scene: Scene) -> None:
    exports = failed(scene, 40)
    mend(scene)
    resynced = scene.resync(exports)
    drain.run(scene.office)
    resyncs.run(scene.office)
    assert (scene.tile(Status.SYNCED), scene.tile(Status.PENDING)) == (3, 37)

    with writing(scene.session):
        resync.cancel(scene.session, resynced, scene.world.actor("bo"), scene.clock())
    scene.run()

    assert scene.sentence(resynced) == "3 exported, 0 still failing, 37 cancelled"
    assert resynced.state is ResyncState.CANCELLED
    left = [export for export in exports if scene.seen(export).status is Status.FAILED]
    assert {(export.error_code, export.error_subject) for export in left} == {(ErrorCode.ACCOUNT_INACTIVE, "210")}
    assert len(scene.books.numbers()) == 3


def test_a_resync_on_a_connection_that_breaks_in_the_middle_waits_and_goes_on(scene: Scene) -> None:
    exports = failed(scene, 40)
    mend(scene)
    resynced = scene.resync(exports)
    drain.run(scene.office)
    scene.books.change("revoke-grant")

    scene.run()
    assert (scene.tile(Status.SYNCED), scene.tile(Status.PENDING), scene.tile(Status.FAILED)) == (3, 37, 0)
    assert not resynced.state.is_over
    scene.reconnect()
    scene.run()

    assert scene.sentence(resynced) == "40 exported, 0 still failing"
    assert len(scene.books.numbers()) == 40


def test_a_runner_that_dies_in_the_middle_of_a_resync_leaves_a_result_for_every_record(
    scene: Scene, office_over: Callable[[Transport], Office]
) -> None:
    exports = failed(scene, 40)
    mend(scene)
    resynced = scene.resync(exports)
    drain.run(scene.office)
    resyncs.run(scene.office)
    with pytest.raises(Killed):
        drain.run(office_over(DyingAtACall(1, is_answered=True)))

    scene.settle()

    assert scene.sentence(resynced) == "40 exported, 0 still failing"
    assert items(scene, resynced) == [ItemState.SYNCED] * 40
    assert len(scene.books.numbers()) == len(set(scene.books.numbers())) == 40


def test_two_presses_and_two_confirmations_make_one_job(scene: Scene) -> None:
    exports = failed(scene, 2)
    mend(scene)
    already = sent(scene)

    first, second = scene.freeze(exports), scene.freeze(exports)
    for frozen in (first, second, first):
        scene.confirm(frozen)
    scene.run()

    assert first.id == second.id
    assert sent(scene) - already == 2
    assert len([entry for entry in scene.log() if entry.act is Act.RESYNC_STARTED]) == 1


def test_what_somebody_sent_meanwhile_is_skipped(scene: Scene) -> None:
    mine, theirs = failed(scene, 2)
    mend(scene)
    frozen = scene.freeze([mine, theirs])
    scene.send_again(theirs)
    scene.run()

    scene.confirm(frozen)
    scene.run()

    assert scene.sentence(frozen) == "1 exported, 0 still failing, 1 skipped"
    assert items(scene, frozen) == [ItemState.SYNCED, ItemState.SKIPPED]
    assert len(scene.attempts(theirs)) == 2


def test_a_document_that_proves_to_be_there_already_counts_as_exported(scene: Scene) -> None:
    scene.books.fault("drop-after-commit", method="PUT")
    scene.books.fault(f"find-stale:{3_600_000}", method="GET", path="/Invoices", times=2)
    (export,) = scene.by_hand(1)
    scene.settle()
    assert scene.seen(export).error_code == ErrorCode.NOT_IN_LEDGER

    resynced = scene.resync([export])
    scene.run()

    assert scene.seen(export).status is Status.SYNCED
    assert scene.sentence(resynced) == "1 exported, 0 still failing"


def test_what_a_resync_sends_is_never_sent_again_by_the_machine(scene: Scene) -> None:
    (export,) = failed(scene, 1)
    mend(scene)
    scene.books.fault("drop-before", method="PUT", times=0)

    resynced = scene.resync([export])
    scene.settle()
    scene.later(hours=5)
    scene.run()

    assert (scene.seen(export).status, export.error_code) == (Status.FAILED, ErrorCode.NOT_IN_LEDGER)
    assert scene.sentence(resynced) == "0 exported, 1 still failing"
    assert len(scene.attempts(export)) == 2


def test_a_resync_that_cannot_go_on_does_not_hold_up_the_others(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    (first, second), others = failed(scene, 2), failed(scene, 1, account="220")
    mend(scene)
    mend(scene, account="220")
    broken, behind = scene.resync([first, second]), scene.resync(others, form_token="another form")
    drain.run(scene.office)
    spoiled = update(ResyncItem).where(ResyncItem.resync_id == broken.id, ResyncItem.export_id == first.id)
    with writing(scene.session):
        # A word that this version does not know, as a later one would have left it.
        scene.session.execute(spoiled.values(state=literal_column("'postponed'")))

    with pytest.raises(LookupError):
        resyncs.run(scene.office)

    scene.session.rollback()
    scene.session.refresh(behind)
    assert behind.state is ResyncState.DONE
    assert scene.session.get_one(Resync, broken.id, populate_existing=True).state is ResyncState.RUNNING
    assert f"'resync': {broken.id}, 'event': 'resync did not advance'" in caplog.text
