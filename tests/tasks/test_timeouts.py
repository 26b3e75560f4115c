"""A ledger that says nothing: the call ends at its deadline, and whether it was booked is found out."""

import pytest

from dashboard.models.export import AttemptState
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.statuses import Status
from tests.tasks.scene import Scene


@pytest.fixture
def changed_settings() -> dict[str, str]:
    return {"TIEOUT_XERO_CALL_DEADLINE": "1.5"}


@pytest.mark.requirement("S0-08", "B-02")
def test_after_silence_an_automatic_export_goes_again_and_a_manual_one_does_not(scene: Scene) -> None:
    (automatic,) = scene.approve(1)
    (manual,) = scene.by_hand(1)
    scene.books.fault("timeout", method="PUT")

    scene.run()
    assert scene.statuses() == [Status.CHECKING] * 2
    assert "no complete answer within 1.5 seconds" in scene.attempts(manual)[0].error_words
    scene.settle()

    assert (scene.seen(automatic).status, scene.states(automatic)) == (
        Status.SYNCED,
        [AttemptState.UNANSWERED, AttemptState.ACCEPTED],
    )
    assert (scene.seen(manual).status, manual.error_code) == (Status.FAILED, ErrorCode.NOT_IN_LEDGER)
    assert scene.states(manual) == [AttemptState.UNANSWERED]
    assert scene.books.numbers() == ["T-00001"]
