"""SIGTERM: take nothing further, end what is under way or hand it back, within 25 seconds."""

import shlex
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.app import create_app
from dashboard.config import load
from dashboard.db import db, writing
from dashboard.domain import lookups
from dashboard.domain.actors import MACHINE
from dashboard.models import Attempt, Connection, Lookup, Record
from dashboard.models.export import AttemptState
from dashboard.models.lookup import LookupKind, LookupState
from dashboard.vocabulary.statuses import Status
from jobs.demo.serving import ENVIRONMENT
from tests.browser.running import start_demo
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


def test_a_demo_whose_call_does_not_end_ends_all_the_same(tmp_path: Path) -> None:
    demo = start_demo(tmp_path / "demo")
    try:
        demo.ledger.fault("timeout", times=0)
        settings = dict(line.split("=", 1) for line in (demo.data / ENVIRONMENT).read_text().splitlines())
        app = create_app(load({name: shlex.split(value)[0] for name, value in settings.items() if value}))
        with app.app_context(), Session(db.engine) as session:
            connection = session.scalars(select(Connection).order_by(Connection.id)).first()
            assert connection is not None
            with writing(session):
                lookups.ask(session, connection, LookupKind.LISTS, {}, MACHINE, datetime.now(UTC))
            wait_until("a call is under way", lambda: begun(session))
            db.engine.dispose()

        demo.process.send_signal(signal.SIGINT)

        demo.process.wait(40)
    finally:
        demo.process.kill()


def begun(session: Session) -> bool:
    session.rollback()
    return session.scalar(select(Lookup.id).where(Lookup.state == LookupState.BEGUN)) is not None
