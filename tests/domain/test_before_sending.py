"""Before a bill is sent: what a search in the ledger must have said for it to go."""

import pytest
from sqlalchemy import select

from dashboard.db import writing
from dashboard.domain import before_sending, leases, mappings, preflight, references
from dashboard.domain.attempts import Ready
from dashboard.models import Attempt, Export, Record
from dashboard.models.export import AttemptState
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Absent, Finding, Unsure
from dashboard.vocabulary.statuses import Status
from tests.support.world import World


def searched(world: World, finding: Finding) -> tuple[Export, bool]:
    """A bill, queued and checked, after the ledger was searched for it; whether it may be sent."""
    session = world.session
    connection = world.connect_xero()
    records = world.records(kind="bill")
    world.map_all(connection)
    (export,) = world.approve(records)
    with writing(session):
        lease = leases.take(session, "runner", 60, world.now())
        assert lease is not None
        record = session.get_one(Record, export.record_id)
        mapped, ledger = mappings.load(session, connection.id), references.ledger(session, connection.id)
        checked = preflight.check(record, export, connection, mapped, ledger, "http://localhost:5000/r/key")
        assert checked.posting is not None, checked.faults
        ready = Ready(export, checked.posting, checked.versions)
        return export, before_sending.settle(session, lease, [ready], [finding], world.now()) == [ready]


@pytest.mark.requirement("B-24")
@pytest.mark.parametrize(
    "reason",
    [
        "Xero holds too many documents that might be it.",
        "Neither its number nor its contact can be searched for in Xero.",
        "One of Xero's Invoices lacks an id, a date, an amount or a known status.",
    ],
)
def test_while_nobody_can_tell_whether_the_bill_is_there_it_is_not_sent(world: World, reason: str) -> None:
    export, may_go = searched(world, Unsure(reason))

    assert not may_go
    assert (export.status, export.error_code) == (Status.FAILED, ErrorCode.CANNOT_TELL)
    assert export.error_words == (
        "Look in the ledger for bill T-00001 of Fjord Kaffe AS: it is not sent before that is clear. " + reason
    )
    assert world.session.scalars(select(Attempt.state)).all() == [AttemptState.NOT_SENT]


def test_a_bill_that_is_not_there_may_go(world: World) -> None:
    export, may_go = searched(world, Absent())

    assert (may_go, export.status) == (True, Status.PENDING)
