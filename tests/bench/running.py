"""The runner against a provider that answers after 20 ms, and a bare loop that sends the same bodies."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import urllib3
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import counts, lookups
from dashboard.models import Attempt, Connection, Export
from dashboard.vocabulary.postings import Company
from dashboard.vocabulary.statuses import Status
from jobs.schedule import SCHEDULE
from jobs.tasks import drain
from jobs.tasks.office import Office
from tests.bench import data
from tests.bench.figures import Figure
from tests.bench.stage import Stages
from tests.bench.timing import once
from tests.support.databases import ROOT
from tests.support.world import World

PER_CALL = 50
DOCUMENTS = 3_000
SINGLES = 2_000
IN_FLIGHT = 16
COPIES = next(entry.copies for entry in SCHEDULE if entry.task is drain.run)
BAR = 0.95


@contextmanager
def provider() -> Iterator[str]:
    """Its address."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.provider"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.terminate()


def measure(stages: Stages, kind: str) -> list[Figure]:
    with provider() as url:
        times = {"TIEOUT_XERO_BASE_URL": url, "TIEOUT_XERO_PACE": "100000"}
        with stages.world(kind, **times) as world:
            one = drained(world, [connected(world, "one")], 1)
            bodies = sent(world.session, PER_CALL)
            singles = sent(world.session, 1)[:SINGLES]
        with stages.world(kind, **times) as world:
            several = drained(world, [connected(world, str(n)) for n in range(COPIES)], COPIES)
        bare_one = DOCUMENTS / once(lambda: bare(url, bodies, 1))
        bare_several = DOCUMENTS / once(lambda: bare(url, bodies, COPIES))
        bare_singles = len(singles) / once(lambda: bare(url, singles, IN_FLIGHT))
    return [
        Figure(
            f"Runner, {PER_CALL} a call, 1 in flight",
            kind,
            f"{one:.0f} documents a second: {one / bare_singles:.0%} of a bare loop, 1 a call, {IN_FLIGHT} in flight",
            f"≥ {BAR:.0%}",
            one / bare_singles >= BAR,
        ),
        Figure(
            f"… against a bare loop, {PER_CALL} a call, 1 in flight",
            kind,
            f"{one / bare_one:.0%} of {bare_one:.0f}; {1000 * PER_CALL * (1 / one - 1 / bare_one):.0f} ms more a call",
        ),
        Figure(
            f"… {COPIES} connections at once, as one process has them",
            kind,
            f"{several:.0f} documents a second: {several / bare_several:.0%} of a bare loop, {COPIES} in flight",
        ),
    ]


def connected(world: World, company: str) -> Connection:
    """A connection with everything mapped and its share of the queue."""
    connection = world.connect_xero(company=Company(f"company-{company}", "Nordlys AB", f"link-{company}"))
    world.map_all(connection)
    with writing(world.session):
        connection.attach_original = False
    return connection


def drained(world: World, connections: Sequence[Connection], at_once: int) -> float:
    """Documents a second, from the queue to the last outcome stored."""
    session = world.session
    each = DOCUMENTS // len(connections)
    for connection in connections:
        answer_questions(session, connection)
        data.exports(session, connection, each, Status.PENDING, world.now(), prefix=f"{connection.id}-")
    office = Office(world.app)
    with ThreadPoolExecutor(at_once) as crew:

        def drain_all() -> None:
            for done in [crew.submit(drain.run, office) for _ in range(at_once)]:
                done.result()

        seconds = once(drain_all)
    office.close()
    session.rollback()
    assert counts.by_status(session, world.nordlys.id)[Status.SYNCED] == each * len(connections)
    return each * len(connections) / seconds


def answer_questions(session: Session, connection: Connection) -> None:
    """The lists are there already; nobody need ask the provider for them."""
    with writing(session):
        for lookup in lookups.open_of_connection(session, connection.id):
            lookups.answer(session, lookup, {"counts": {}}, connection.created_at)


def sent(session: Session, per_call: int) -> list[bytes]:
    """The bodies that the runner sent, so many documents in each."""
    requests = session.scalars(select(Attempt.request).join(Export, Export.attempt_id == Attempt.id)).all()
    return [
        b'{"Invoices":[' + b",".join(each.encode() for each in requests[start : start + per_call]) + b"]}"
        for start in range(0, len(requests), per_call)
    ]


def bare(url: str, bodies: Sequence[bytes], in_flight: int) -> None:
    """Send every body and read every answer; nothing is kept."""
    pool = urllib3.PoolManager(maxsize=in_flight)

    def send(body: bytes) -> None:
        answer = pool.request("PUT", f"{url}/api.xro/2.0/Invoices", body=body)
        assert answer.status == 200

    with ThreadPoolExecutor(in_flight) as crew:
        list(crew.map(send, bodies))
