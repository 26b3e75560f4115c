"""Support visits and the desk on both databases: one at a time, ended once, and sums that agree."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from dashboard.db import writing
from dashboard.domain import lifecycle, support_desk, support_visits
from dashboard.domain.actors import Actor
from dashboard.models import AuditEntry, SupportVisit
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.plans import Plan
from dashboard.vocabulary.postings import Company, Fault
from dashboard.vocabulary.providers import Provider
from dashboard.vocabulary.statuses import Cause, Status
from tests.support.world import World


@pytest.fixture
def visit(world: World) -> SupportVisit:
    with writing(world.session) as session:
        return support_visits.enter(session, world.users["sol"], world.nordlys.id, "Request  4711 ", 30, world.now())


def acts(world: World) -> list[Act]:
    query = select(AuditEntry.act).where(AuditEntry.operation.startswith("support visit"))
    return list(world.session.scalars(query.order_by(AuditEntry.id)))


def test_a_second_visit_ends_the_first(world: World, visit: SupportVisit) -> None:
    with writing(world.session) as session:
        support_visits.enter(session, world.users["sol"], world.maple.id, "Another", 15, world.now())
    assert acts(world) == [Act.SUPPORT_ENTERED, Act.SUPPORT_ENDED, Act.SUPPORT_ENTERED]
    visiting = support_visits.visitor(world.session, world.users["sol"].id, world.now())
    assert visiting is not None
    assert visiting.tenant.id == world.maple.id
    assert support_visits.under_way(world.session, world.nordlys.id, world.now()) == []


def test_a_visit_ends_once_whoever_ends_it(world: World, visit: SupportVisit) -> None:
    sol, alma = world.users["sol"].id, Actor(world.users["alma"].id, "Alma")
    with writing(world.session) as session:
        support_visits.send_away(session, world.nordlys.id, visit.id, alma, world.now())
        support_visits.send_away(session, world.nordlys.id, visit.id, alma, world.now())
        assert support_visits.leave(session, sol, world.now()) is None
        assert support_visits.end_those_over(session, world.now() + timedelta(hours=1)) == 0
    assert acts(world) == [Act.SUPPORT_ENTERED, Act.SUPPORT_ENDED]


def test_what_loads_itself_is_noted_once_and_a_page_each_time_it_is_opened(world: World, visit: SupportVisit) -> None:
    now = world.now()
    readings = [
        ("/a", False, 0),
        ("/a", True, 5),
        ("/a", False, 10),
        ("/a", False, 90),
        ("/b", True, 91),
        ("/b", True, 500),
    ]
    with writing(world.session) as session:
        for address, is_part, seconds in readings:
            at = now + timedelta(seconds=seconds)
            support_visits.note_reading(session, visit.id, address, "A" if address == "/a" else "", is_part, at)
    query = select(AuditEntry.words).where(AuditEntry.act == Act.SUPPORT_READ).order_by(AuditEntry.id)
    assert list(world.session.scalars(query)) == ["Read “A” (/a)", "Read “A” (/a)", "Read /b"]
    assert (visit.reason, visit.page, visit.page_at) == ("Request 4711", "A", now + timedelta(seconds=90))


def test_somebody_who_is_no_longer_staff_visits_nobody(world: World, visit: SupportVisit) -> None:
    with writing(world.session):
        world.users["sol"].is_staff = False
    assert support_visits.visitor(world.session, world.users["sol"].id, world.now()) is None


def test_the_desk_adds_up_by_currency_with_credits_counted_against(world: World) -> None:
    world.connect_xero()
    world.connect_xero(world.maple, company=Company("33333333-aaaa-4aaa-8aaa-000000000003", "Maple & Finch"))
    invoices = world.records(2) + world.records(currency="EUR", tax_rate="0")
    exports = world.approve(invoices) + world.approve(world.records(kind="credit note"))
    exports += world.approve(world.records(tenant=world.maple))
    codes = [ErrorCode.NUMBER_EXISTS, ErrorCode.PERIOD_CLOSED, ErrorCode.PERIOD_CLOSED, ErrorCode.PERIOD_CLOSED]
    with writing(world.session) as session:
        for export, code in zip(exports, [*codes, ErrorCode.UNKNOWN], strict=True):
            faults = [Fault(code, "", "No")]
            lifecycle.move(session, export, Status.FAILED, Cause.PREFLIGHT, world.now(), faults=faults)
    (nordlys, maple), has_more = support_desk.troubles(world.session)
    assert (nordlys.tenant.plan, nordlys.failed, has_more) == (Plan.GROWTH, 4, False)
    assert nordlys.sums == {"SEK": Decimal(125), "EUR": Decimal(100)}
    assert nordlys.top_causes == [(ErrorCode.PERIOD_CLOSED, 3), (ErrorCode.NUMBER_EXISTS, 1)]
    assert nordlys.since == min(export.status_since for export in exports[:4])
    assert (maple.failed, maple.causes) == (1, {ErrorCode.UNKNOWN: 1})
    (only,), _ = support_desk.troubles(world.session, code=ErrorCode.NUMBER_EXISTS, provider=Provider.XERO)
    assert (only.tenant.id, only.failed, only.sums) == (world.nordlys.id, 1, {"SEK": Decimal(125)})
    (named,), _ = support_desk.troubles(world.session, code=ErrorCode.NUMBER_EXISTS, words="MAPLE")
    assert (named.tenant.id, named.failed, named.since) == (world.maple.id, 0, None)
