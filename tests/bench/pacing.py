"""The runner's pace against the published ceiling of calls, with an attachment behind every document."""

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from dashboard.models import Record
from dashboard.vocabulary.postings import Company
from jobs.tasks import drain
from jobs.tasks.office import Office
from tests.bench.figures import Figure
from tests.bench.stage import SETTINGS, Stages
from tests.chaos import documents
from tests.chaos.conftest import map_accounts
from tests.chaos.processes import RunnerProcess, SandboxProcess, wait_until
from tests.support.ledger import NORDLYS
from tests.support.world import World

CEILING = 60
STEADY = timedelta(minutes=2)
"""Counted from the second minute on."""
QUEUED = 4 * CEILING
BAR = 0.95


def measure(stages: Stages, kind: str) -> list[Figure]:
    sandbox = SandboxProcess(stages.folder / "sandbox.log")
    try:
        with stages.world(kind, TIEOUT_XERO_BASE_URL=sandbox.xero) as world:
            queue(world, sandbox)
            calls = calls_of_a_runner(world, sandbox, stages.folder / "runner.log")
    finally:
        sandbox.stop()
    begun = at(calls[0])
    counted = [call for call in calls if timedelta(minutes=1) <= at(call) - begun < timedelta(minutes=1) + STEADY]
    minutes = STEADY / timedelta(minutes=1)
    pace = len(counted) / minutes
    refused = sum(call["status"] == 429 for call in calls)
    attached = sum("/Attachments/" in call["path"] for call in counted) / minutes
    return [
        Figure(
            f"Pace, {CEILING} calls a minute allowed",
            kind,
            f"{pace:.1f} calls a minute: {pace / CEILING:.0%}",
            f"≥ {BAR:.0%}",
            pace / CEILING >= BAR,
        ),
        Figure("… calls refused with 429", kind, str(refused), "0", refused == 0),
        Figure(
            "… documents a minute",
            kind,
            f"{50 * pace:,.0f} without attachments (50 a call), {attached:.0f} with one each",
        ),
    ]


def queue(world: World, sandbox: SandboxProcess) -> None:
    """More documents with a file of their own than there will be calls."""
    sandbox.seed(contacts=[{"Name": name, "TaxNumber": tax_id} for name, tax_id in documents.CONTACTS])
    tokens, company_id = sandbox.consent()
    connection = world.connect_xero(company=Company(company_id, NORDLYS, ""), tokens=tokens, lists=False)
    office = Office(world.app)
    drain.run(office)
    office.close()
    map_accounts(world, connection)
    papers = documents.papers(QUEUED, random.Random(1))  # noqa: S311 - chance, not secrecy
    for name, content in documents.files(papers, alone=QUEUED)[:QUEUED]:
        world.take_in(name, content)
    world.approve(list(world.session.scalars(select(Record).order_by(Record.id))))


def calls_of_a_runner(world: World, sandbox: SandboxProcess, log: Path) -> list[dict[str, Any]]:
    """Every call of a runner process from its first one until all is measured."""
    before = max(call["number"] for call in sandbox.calls_after(0))
    environment = {
        **SETTINGS,
        "TIEOUT_DATABASE_URL": world.app.config["SQLALCHEMY_DATABASE_URI"],
        "TIEOUT_XERO_BASE_URL": sandbox.xero,
    }
    runner = RunnerProcess(environment, log)
    try:
        wait_until("the first call", lambda: bool(sandbox.calls_after(before)))
        begun = at(sandbox.calls_after(before)[0])
        ends = begun + timedelta(minutes=1) + STEADY
        wait_until(
            "the last minute",
            lambda: datetime.now(ends.tzinfo) > ends,
            seconds=2 * (ends - begun).total_seconds(),
            every=1.0,
        )
        return sandbox.calls_after(before)
    finally:
        runner.tell_to_stop()
        runner.ended_within(25)
        runner.kill()


def at(call: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(call["time"])
