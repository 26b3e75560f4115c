"""Calls keep to the ledger's published limits by themselves, so that it never has to refuse one."""

import pytest

from dashboard.models.connection import ConnectionState
from dashboard.vocabulary.statuses import Status
from tests.tasks.scene import Scene

A_TENTH = "0.1"


@pytest.fixture
def changed_settings() -> dict[str, str]:
    return {"TIEOUT_XERO_PACE": A_TENTH}


def test_at_a_tenth_of_the_published_limits_no_call_is_ever_refused(scene: Scene) -> None:
    """60 a minute become 6, and 5,000 a day 500, here and in the ledger. A document and its original are two calls."""
    scene.later(minutes=2)
    scene.books.limits(per_minute=6, per_day=500)
    before = len(scene.books.calls())
    for _ in range(8):
        scene.approve(1, kind="bill")
    for _ in range(8):
        scene.approve(1)

    minutes = 0
    while scene.tile(Status.PENDING) or len(scene.books.holds("attachments")) < 16:
        scene.run()
        made = len(scene.books.calls()) - before
        assert made <= 6 * (minutes + 1)
        scene.session.refresh(scene.connection)
        assert scene.connection.state is ConnectionState.CONNECTED
        scene.later(seconds=61)
        minutes += 1

    calls = scene.books.calls()[before:]
    assert {call["status"] for call in calls} == {200}
    # Two calls hold the documents of both kinds, sixteen the originals: three minutes are enough.
    assert (len(calls), minutes) == (18, 3)
    assert scene.tile(Status.SYNCED) == 16


def test_what_waits_for_its_turn_says_so_and_is_no_try(scene: Scene) -> None:
    scene.later(minutes=2)
    for kind in ("invoice", "bill", "credit note", "supplier credit note") * 2:
        scene.approve(1, kind=kind)
    scene.run()
    assert scene.tile(Status.SYNCED) == 8
    (export,) = scene.approve(1)

    scene.run()

    scene.session.refresh(scene.connection)
    assert scene.connection.waiting_for == "Xero's limit"
    assert scene.connection.not_before is not None
    assert (scene.seen(export).status, export.tries, scene.attempts(export)) == (Status.PENDING, 0, [])
