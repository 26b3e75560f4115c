"""From approval to the ledger, over the wire."""

import pytest
from sqlalchemy import select

from dashboard.domain import counts
from dashboard.models import Attempt, AuditEntry, Connection, Export
from dashboard.models.export import AttemptState
from dashboard.vocabulary.statuses import Status
from jobs.tasks import drain
from jobs.tasks.office import Office
from tests.support.ledger import Ledger
from tests.support.world import World


def statuses(world: World) -> list[Status]:
    world.session.rollback()
    return list(world.session.scalars(select(Export.status).order_by(Export.id)))


@pytest.mark.requirement("S2-01", "S3-03", "S3-05")
def test_an_approved_invoice_is_pending_and_then_in_the_ledger_once(
    world: World, xero: Connection, office: Office, ledger: Ledger
) -> None:
    drain.run(office)
    world.map_all(xero)
    world.approve(world.records(3))
    assert statuses(world) == [Status.PENDING] * 3
    drain.run(office)
    assert statuses(world) == [Status.SYNCED] * 3
    assert sorted(row["number"] for row in ledger.holds("invoices")) == ["T-00001", "T-00002", "T-00003"]
    assert counts.differences(world.session) == []
    attempts = world.session.scalars(select(Attempt)).all()
    assert {attempt.state for attempt in attempts} == {AttemptState.ACCEPTED}
    outcomes = world.session.scalars(select(AuditEntry).where(AuditEntry.status == Status.SYNCED)).all()
    assert len(outcomes) == 3


@pytest.mark.requirement("B-10")
def test_what_is_bound_to_fail_makes_no_write_call_and_names_every_fault(
    world: World, xero: Connection, office: Office, ledger: Ledger
) -> None:
    world.approve(world.records(1, account="4711", contact="Unknown Ltd", contact_tax_id="GB999999999"))
    drain.run(office)
    assert statuses(world) == [Status.FAILED]
    export = world.session.scalars(select(Export)).one()
    assert [fault["code"] for fault in export.faults] == ["contact-not-mapped", "account-not-mapped", "tax-not-mapped"]
    assert ledger.writes() == []
