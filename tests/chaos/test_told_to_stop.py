"""SIGTERM: take nothing further, end what is under way or hand it back, within 25 seconds."""

from pathlib import Path

import pytest
from sqlalchemy import select

from dashboard.models import Attempt, Record
from dashboard.models.export import AttemptState
from dashboard.vocabulary.statuses import Status
from tests.chaos import truth
from tests.chaos.processes import RunnerProcess, SandboxProcess, wait_until
from tests.chaos.storm import TIMES
from tests.support.world import World


@pytest.fixture
def settings() -> dict[str, str]:
    """A call may last for minutes, as it may at the provider."""
    return {**TIMES, "TIEOUT_XERO_CALL_DEADLINE": "90", "TIEOUT_XERO_LEASE": "120"}


def test_a_runner_told_to_stop_ends_its_call_and_leaves_the_rest_in_the_queue(
    world: World, records: list[Record], ledger: SandboxProcess, environment: dict[str, str], tmp_path: Path
) -> None:
    ledger.fault("slow:700", times=0, method="PUT")
    world.approve(records[:250])
    runner = RunnerProcess(environment, tmp_path / "first.log")
    wait_until("a write is under way", lambda: is_writing(ledger))

    runner.tell_to_stop()

    assert runner.ended_within(10)
    left = truth.standing(world.session)
    assert set(left) == {Status.SYNCED, Status.PENDING}
    assert left[Status.SYNCED] == sum(truth.booked(ledger).values()) > 0
    assert truth.held_connections(world.session) == []
    assert settled_by_another(world, environment, tmp_path / "second.log")
    truth.assert_nothing_lost_and_nothing_twice(world.session, ledger)


def test_a_runner_whose_call_does_not_end_hands_its_connection_back_and_ends(
    world: World, records: list[Record], ledger: SandboxProcess, environment: dict[str, str], tmp_path: Path
) -> None:
    ledger.fault("timeout", method="PUT")
    world.approve(records[:60])
    runner = RunnerProcess(environment, tmp_path / "first.log")
    wait_until("a write is under way", lambda: is_writing(ledger))

    runner.tell_to_stop()

    assert runner.ended_within(25)
    assert truth.standing(world.session)[Status.SENDING] == 0
    assert truth.standing(world.session)[Status.CHECKING] > 0
    assert set(world.session.scalars(select(Attempt.state))) == {AttemptState.UNANSWERED}
    assert truth.held_connections(world.session) == []
    assert settled_by_another(world, environment, tmp_path / "second.log")
    truth.assert_nothing_lost_and_nothing_twice(world.session, ledger)


def is_writing(ledger: SandboxProcess) -> bool:
    return any(call["method"] == "PUT" for call in ledger.calls_after(0))


def settled_by_another(world: World, environment: dict[str, str], log: Path) -> bool:
    """Whether another runner brings in all that is left, and stops when it is told to."""
    runner = RunnerProcess(environment, log)
    try:
        wait_until("the rest is brought in", lambda: truth.is_settled(world.session), seconds=90, every=0.2)
        runner.tell_to_stop()
        return runner.ended_within(25)
    finally:
        runner.kill()
