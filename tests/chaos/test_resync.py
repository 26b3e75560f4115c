"""A resync of 2,000 records chosen by a filter, while the runner is killed and started again."""

import csv
import io
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from dashboard.models import Connection, Export, Record, Resync, ResyncItem
from dashboard.models.resync import ItemState, ResyncState
from dashboard.vocabulary.statuses import Status
from tests.chaos import documents, truth
from tests.chaos.conftest import RECORDS, map_accounts
from tests.chaos.processes import RunnerProcess, SandboxProcess, wait_until
from tests.chaos.storm import TIMES
from tests.support.visitor import Visitor
from tests.support.world import World

MANY = 2000


@pytest.fixture
def settings() -> dict[str, str]:
    return {**TIMES, "TIEOUT_XERO_PACE": "100", "TIEOUT_XERO_CALL_DEADLINE": "5", "TIEOUT_XERO_LEASE": "6"}


@pytest.fixture
def failed(world: World, connected: Connection, start: Callable[[], RunnerProcess]) -> list[Record]:
    """2,000 approved records, all of which failed because no account was chosen."""
    more = documents.papers(MANY - RECORDS, random.Random(2), first=RECORDS)  # noqa: S311 - chance, not secrecy
    ((name, content),) = documents.files(more)
    world.take_in(name, content)
    records = list(world.session.scalars(select(Record).order_by(Record.id)))
    world.approve(records)
    start()
    wait_until(
        "all have failed", lambda: truth.standing(world.session) == {Status.FAILED: MANY}, seconds=120, every=0.5
    )
    return records


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[[], RunnerProcess]]:
    """Start the runner; one that runs is killed first."""
    started: list[RunnerProcess] = []

    def once_more() -> RunnerProcess:
        for former in started:
            former.kill()
        started.append(RunnerProcess(environment, tmp_path / f"runner-{len(started)}.log"))
        return started[-1]

    yield once_more
    for each in started:
        each.kill()
        assert each.complaints() == []


@pytest.mark.requirement("S3-11")
def test_each_of_two_thousand_failed_records_has_a_result_and_is_in_the_ledger_once(
    app: Flask,
    world: World,
    connected: Connection,
    failed: list[Record],
    ledger: SandboxProcess,
    start: Callable[[], RunnerProcess],
) -> None:
    ledger.limits(factor=100)
    map_accounts(world, connected)
    bo = Visitor(app)
    bo.sign_in(world.email("bo"), world.password)
    bo.get("/exports/xero?code=account-not-mapped")
    question = bo.post(
        "/resyncs", {"provider": "xero", "scope": "matching", "code": "account-not-mapped", "form_token": "one press"}
    )
    assert question.request.path.startswith("/resyncs/"), question.text
    assert "2,000" in question.text
    world.session.rollback()
    resync = world.session.scalars(select(Resync)).one()
    bo.post(f"/resyncs/{resync.id}/confirmation", {"reason": ""})

    for share in (0.2, 0.6):
        wait_until(f"{share:.0%} are exported", lambda share=share: exported(world) > MANY * share, seconds=120)
        start()
    wait_until("the resync ends", lambda: state(world) is ResyncState.DONE, seconds=180, every=0.2)

    results = world.session.execute(select(ResyncItem.state, func.count()).group_by(ResyncItem.state))
    assert [tuple(row) for row in results] == [(ItemState.SYNCED, MANY)]
    assert "2,000 exported, 0 still failing" in bo.get(f"/resyncs/{resync.id}").text
    rows = list(csv.DictReader(io.StringIO(bo.get(f"/resyncs/{resync.id}/results.csv").text.lstrip("\ufeff"))))
    assert len(rows) == MANY
    assert {row["Result"] for row in rows} == {"Exported"}
    wait_until("the originals are attached", lambda: truth.is_settled(world.session), seconds=60, every=0.2)
    truth.assert_in_the_ledger_once(world.session, ledger)
    truth.assert_every_attempt_has_an_outcome(world.session)
    truth.assert_counts_equal_rows(world.session)


def exported(world: World) -> int:
    world.session.rollback()
    return world.session.scalar(select(func.count()).where(Export.status == Status.SYNCED)) or 0


def state(world: World) -> ResyncState:
    world.session.rollback()
    return world.session.scalars(select(Resync.state)).one()
