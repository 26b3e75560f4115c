"""Approving ticked records: several after their number and sums were seen, one at once, each of them once."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from dashboard.models import AuditEntry, Record
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.records import Approval
from tests.support.visitor import Visitor
from tests.support.world import World

Visit = Callable[[str], Visitor]


def count(world: World, *conditions: object) -> int:
    world.session.rollback()
    return world.session.scalar(select(func.count()).select_from(AuditEntry).where(*conditions)) or 0  # type: ignore[arg-type]


@pytest.mark.requirement("S2-01")
def test_ticked_records_are_approved_with_their_sums_and_queued(world: World, visit: Visit) -> None:
    world.connect_xero()
    records = [*world.records(2), *world.records(1, currency="EUR", total_net=Decimal("10.00")), *world.records(1)]
    bo, ids = visit("bo"), [str(record.id) for record in records[:3]]
    bo.get("/records")

    asked = bo.post("/records/approvals", {"ids": ids, "list": "awaiting-approval"}).text
    assert "Approve 3 records?" in asked
    assert "<dt>Invoices (2)</dt><dd>250.00 SEK</dd>" in asked
    assert "<dt>Invoice (1)</dt><dd>12.50 EUR</dd>" in asked
    assert "Their exports to Xero (Nordlys AB) begin by themselves." in asked
    assert 'href="/records?list=awaiting-approval"' in asked
    assert re.findall(r'name="ids" value="(\d+)"', asked) == ids
    assert count(world, AuditEntry.act == Act.RECORD_APPROVED) == 0

    page = bo.post("/records/approvals", {"ids": ids, "confirmed": "yes"}).text
    assert "Approved 3: Invoice (1) 12.50 EUR, Invoices (2) 250.00 SEK. 3 exports began." in page
    world.session.rollback()
    states = world.session.scalars(select(Record.approval).order_by(Record.id)).all()
    assert states == [Approval.APPROVED] * 3 + [Approval.AWAITING]


def test_what_cannot_be_approved_is_named_before_the_rest_is(world: World, visit: Visit) -> None:
    first, second, third = world.records(3, kind="bill")
    (theirs,) = world.records(1, tenant=world.maple)
    world.approve([first])
    bo = visit("bo")
    bo.get("/records")
    asked = bo.post("/records/approvals", {"ids": [str(each.id) for each in (first, second, third, theirs)]}).text
    assert "<dt>Bills (2)</dt><dd>250.00 SEK</dd>" in asked
    assert "T-00001: approved already; 1 not found here" in asked
    assert "Nothing is sent by itself." in asked


def test_approving_twice_has_one_effect(world: World, visit: Visit) -> None:
    world.connect_xero()
    (record,) = world.records(1)
    bo = visit("bo")
    bo.get("/records")
    for _ in range(2):
        page = bo.post("/records/approvals", {"ids": [str(record.id)]}).text
    assert "Nothing was approved. Left out: T-00001: approved already." in page
    assert count(world, AuditEntry.act == Act.RECORD_APPROVED) == 1


def test_what_was_approved_is_summed_by_kind_and_what_is_on_hold_did_not_begin(world: World, visit: Visit) -> None:
    world.connect_xero().start_date = date(2026, 11, 1)
    world.session.commit()
    records = [
        *world.records(1, total_net=Decimal("80.00")),
        *world.records(1, kind="bill", total_net=Decimal("10.00")),
        *world.records(1, kind="credit note", total_net=Decimal("20.00"), issued_on=date(2026, 10, 1)),
    ]
    bo = visit("bo")
    page = bo.post("/records/approvals", {"ids": [str(record.id) for record in records], "confirmed": "yes"}).text
    assert "Approved 3: Invoice (1) 100.00 SEK, Bill (1) 12.50 SEK, Credit Note (1) 25.00 SEK." in page
    assert "2 exports began. 1 export is on hold." in page


def test_approving_nothing_is_refused_kindly(world: World, visit: Visit) -> None:
    world.records(1)
    bo = visit("bo")
    bo.get("/records")
    answer = bo.post("/records/approvals", {"list": "awaiting-approval", "q": "kaffe"})
    assert answer.status_code == 422
    assert "Nothing was ticked." in answer.text
    assert 'value="kaffe"' in answer.text


def test_foreign_ids_among_the_ticked_are_left_out_and_reported(world: World, visit: Visit) -> None:
    (mine,), (theirs,) = world.records(1), world.records(1, tenant=world.maple)
    bo = visit("bo")
    bo.get("/records")
    page = bo.post("/records/approvals", {"ids": [str(mine.id), str(theirs.id), str(10**30)]}).text
    assert "Approved 1: Invoice (1) 125.00 SEK." in page
    assert "2 not found here" in page
    world.session.rollback()
    assert world.session.scalar(select(Record.approval).where(Record.id == theirs.id)) is Approval.AWAITING
