"""What the overview reads, on both databases: the verdict, the causes with their sums, what each person has seen."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from dashboard.db import writing
from dashboard.domain import connections, heartbeats, lifecycle, looks, members, overview, overview_verdict
from dashboard.domain.members import Member
from dashboard.domain.overview import Overview
from dashboard.domain.records import RecordList
from dashboard.models import Connection, Export, Grant, Tenant
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Company, Fault
from dashboard.vocabulary.statuses import Cause, Status
from tests.support.attempting import fail_check
from tests.support.world import World

UNMAPPED = Fault(ErrorCode.ACCOUNT_NOT_MAPPED, "5410", "Account 5410 is not mapped")
OTHER = Fault(ErrorCode.ACCOUNT_NOT_MAPPED, "5420", "Account 5420 is not mapped")
AT = datetime(2026, 11, 7, 12, 5, tzinfo=UTC)
"""13:05 in Stockholm, in the afternoon of a Saturday."""


def member(world: World, name: str = "bo") -> Member:
    user = world.users[name]
    standing = members.standing(world.session, user.id, user.session_mark)
    found = standing and standing.member(None)
    assert found
    return found


def seen(world: World, name: str = "bo", at: datetime = AT) -> Overview:
    world.session.rollback()
    world.session.expire_all()
    return overview.of(world.session, member(world, name), at)


def verdict(world: World, at: datetime = AT) -> str:
    return " ".join(overview_verdict.sentences(seen(world, at=at), world.nordlys.zone))


def run(world: World, at: datetime = AT) -> None:
    """A runner is at work."""
    with writing(world.session) as session:
        heartbeats.beat(session, heartbeats.RUNNER, at)


def sync(world: World, exports: Sequence[Export]) -> None:
    with writing(world.session) as session:
        for export in exports:
            lifecycle.move(session, export, Status.SENDING, Cause.TAKEN, AT)
            lifecycle.move(session, export, Status.SYNCED, Cause.ACCEPTED, AT)


def test_failures_of_one_cause_are_one_lot_with_its_count_its_money_and_its_oldest_document(world: World) -> None:
    world.connect_xero()
    dear = world.approve(world.records(2, total_net=Decimal("400.00"), issued_on=date(2026, 11, 4)))
    cheap = world.approve(world.records(3, total_net=Decimal("10.00"), issued_on=date(2026, 11, 3)))
    credit = world.approve(world.records(1, kind="credit note", total_net=Decimal("100.00")))
    for export in (*cheap, *credit):
        fail_check(world, export, UNMAPPED)
    for export in dear:
        fail_check(world, export, OTHER)
    found = seen(world)
    assert [(lot.subject, lot.n, lot.sums, lot.oldest) for lot in found.causes] == [
        ("5420", 2, {"SEK": Decimal("1000")}, date(2026, 11, 4)),
        ("5410", 4, {"SEK": Decimal("-87.5")}, date(2026, 11, 2)),
    ]


def test_what_names_the_document_itself_is_one_cause_for_all_of_them(world: World) -> None:
    world.connect_xero()
    for n, export in enumerate(world.approve(world.records(3))):
        fail_check(world, export, Fault(ErrorCode.NUMBER_EXISTS, f"T-{n}", "Invoice # must be unique."))
    (lot,) = seen(world).causes
    assert (lot.code, lot.subject, lot.n) == ("number-exists", "", 3)


def test_a_code_of_which_one_failure_has_no_subject_is_one_cause_since_no_filter_parts_them(world: World) -> None:
    world.connect_xero()
    first, second = world.approve(world.records(2))
    fail_check(world, first, UNMAPPED)
    fail_check(world, second, Fault(ErrorCode.ACCOUNT_NOT_MAPPED, "", "An account is not mapped"))
    (lot,) = seen(world).causes
    assert (lot.subject, lot.n) == ("", 2)


def test_the_verdict_counts_what_is_not_there_its_money_and_what_to_fix(world: World) -> None:
    world.connect_xero()
    run(world)
    exports = world.approve(world.records(2))
    euros = world.approve(world.records(1, currency="EUR", total_net=Decimal("1000.00")))
    fail_check(world, exports[0], UNMAPPED)
    fail_check(world, euros[0], OTHER)
    assert verdict(world) == "3 documents, 250.00 SEK and 1,250.00 EUR, are not in Xero. 2 things to fix."


def test_what_goes_by_itself_is_nothing_to_fix(world: World) -> None:
    world.connect_xero()
    run(world)
    world.approve(world.records(1))
    assert verdict(world) == "1 document, 125.00 SEK, is not in Xero. Nothing to fix: they go by themselves."


def test_everything_there_is_said_with_the_time_it_is_known_of(world: World) -> None:
    world.connect_xero()
    run(world, AT - timedelta(minutes=1))
    sync(world, world.approve(world.records(2)))
    assert verdict(world) == "Everything is in Xero as of 13:05."


def test_not_everything_is_there_while_something_waits_for_approval(world: World) -> None:
    world.connect_xero()
    run(world)
    sync(world, world.approve(world.records(1)))
    world.records(2)
    assert verdict(world) == "Everything that was sent is in Xero as of 13:05. 2 documents wait for approval."


def test_what_was_approved_while_nothing_was_connected_is_not_passed_over(world: World) -> None:
    world.approve(world.records(1))
    world.connect_xero()
    run(world)
    sync(world, world.approve(world.records(1)))
    found = seen(world)
    assert found.decisions[RecordList.NOT_SENT].n == 1
    assert verdict(world) == "Everything that was sent is in Xero as of 13:05."


def test_with_a_broken_connection_no_time_is_said(world: World) -> None:
    connection = world.connect_xero()
    run(world)
    sync(world, world.approve(world.records(1)))
    with writing(world.session) as session:
        fresh = session.get_one(Connection, connection.id)
        connections.break_off(session, fresh, ErrorCode.ACCESS_EXPIRED, "Access was withdrawn", AT)
    assert verdict(world) == (
        "Everything is in Xero as far as is known. "
        "Xero needs reconnecting: nothing goes there until it is connected again."
    )
    assert [each.id for each in seen(world).broken] == [connection.id]


@pytest.mark.parametrize(
    ("beaten", "said"),
    [
        (None, "Nothing is being sent: tieout's sender has never run."),
        (timedelta(minutes=3), "Nothing is being sent: tieout's sender was last seen at 13:02."),
        (timedelta(days=1), "Nothing is being sent: tieout's sender was last seen at 6 Nov 13:05."),
    ],
)
def test_a_runner_that_was_not_seen_is_told(world: World, beaten: timedelta | None, said: str) -> None:
    world.connect_xero()
    if beaten is not None:
        run(world, AT - beaten)
    sync(world, world.approve(world.records(1)))
    assert verdict(world) == f"Everything is in Xero as far as is known. {said}"


def test_two_connections_are_named_apart(world: World) -> None:
    world.connect_xero()
    second = world.connect_xero(company=Company("22222222-aaaa-4aaa-8aaa-000000000002", "Nordlys Shop AB"), lists=False)
    run(world)
    for export in world.approve(world.records(1)):
        fail_check(world, export, UNMAPPED)
    found = seen(world)
    assert [(lot.connection.company_name, lot.n) for lot in found.causes] == [("Nordlys AB", 1), ("Nordlys Shop AB", 1)]
    with writing(world.session) as session:
        connections.break_off(session, session.get_one(Connection, second.id), ErrorCode.ACCESS_EXPIRED, "Gone", AT)
    assert "Xero (Nordlys Shop AB) needs reconnecting" in verdict(world)


@pytest.mark.parametrize(
    ("closing_day", "said"),
    [(7, "October locks today."), (8, "October locks tomorrow."), (10, "October locks in 3 days."), (15, ""), (6, "")],
)
def test_the_next_lock_is_named_while_something_of_that_month_is_missing(
    world: World, closing_day: int, said: str
) -> None:
    world.connect_xero()
    run(world)
    (export,) = world.approve(world.records(1, issued_on=date(2026, 10, 30)))
    fail_check(world, export, UNMAPPED)
    with writing(world.session) as session:
        session.get_one(Tenant, world.nordlys.id).closing_day = closing_day
    assert verdict(world) == f"1 document, 125.00 SEK, is not in Xero. 1 thing to fix. {said}".strip()


def test_no_lock_is_named_when_only_later_documents_are_missing(world: World) -> None:
    world.connect_xero()
    run(world)
    (export,) = world.approve(world.records(1, issued_on=date(2026, 11, 2)))
    fail_check(world, export, UNMAPPED)
    with writing(world.session) as session:
        session.get_one(Tenant, world.nordlys.id).closing_day = 10
    assert "locks" not in verdict(world)


def test_access_that_nobody_renewed_for_weeks_is_told_before_it_ends(world: World) -> None:
    connection = world.connect_xero()
    assert connection.grant_id is not None
    for days, told in ((10, False), (46, True)):
        with writing(world.session) as session:
            grant = session.scalars(select(Grant).where(Grant.id == connection.grant_id)).one()
            grant.expires_at = AT - timedelta(days=days)
        expiring = seen(world).expiring
        assert [each.id for each, _ in expiring] == ([connection.id] if told else [])
    assert expiring[0][1] == AT - timedelta(days=46, minutes=30) + timedelta(days=60)


def test_what_is_broken_already_is_not_said_to_end_soon(world: World) -> None:
    sound = world.connect_xero()
    with writing(world.session) as session:
        grant = session.get_one(Grant, sound.grant_id)
        grant.expires_at = AT - timedelta(days=46)
        other = Company("22222222-aaaa-4aaa-8aaa-000000000002", "Nordlys Export AB", "link-2")
        (broken,) = connections.connect(session, grant, [other], world.actor("ada"), AT)
        connections.break_off(session, broken, ErrorCode.ACCESS_EXPIRED, "gone", AT)
    found = seen(world)
    assert [each.id for each, _ in found.expiring] == [sound.id]
    assert [each.id for each in found.broken] == [broken.id]


def test_a_visit_begins_after_half_an_hour_and_tells_what_came_since_the_one_before(world: World) -> None:
    def look(at: datetime) -> None:
        with writing(world.session) as session:
            looks.note(session, member(world), at)

    assert looks.since(world.session, member(world), AT) is None
    look(AT)
    assert looks.since(world.session, member(world), AT + timedelta(minutes=5)) is None
    tomorrow = AT + timedelta(days=1)
    assert looks.since(world.session, member(world), tomorrow) == AT
    look(tomorrow)
    look(tomorrow + timedelta(minutes=20))
    assert looks.since(world.session, member(world), tomorrow + timedelta(minutes=40)) == AT
    assert looks.since(world.session, member(world), tomorrow + timedelta(hours=2)) == tomorrow + timedelta(minutes=20)
    assert looks.since(world.session, member(world, "ada"), tomorrow) is None, "each person has looks of their own"


def test_the_steps_lead_from_nothing_to_the_first_synced_record(world: World) -> None:
    def done() -> list[bool]:
        return list(vars(seen(world).steps).values())

    assert done() == [False, False, False, False, False]
    connection = world.connect_xero()
    assert done() == [True, False, False, False, False]
    world.map_all(connection)
    assert done() == [True, True, False, False, False]
    records = world.records(1)
    assert done() == [True, True, True, False, False]
    exports = world.approve(records)
    assert done() == [True, True, True, True, False]
    sync(world, exports)
    assert done() == [True, True, True, True, True]


def test_another_organisation_sees_nothing_of_it(world: World) -> None:
    world.connect_xero()
    for export in world.approve(world.records(2)):
        fail_check(world, export, UNMAPPED)
    found = seen(world, "dov")
    assert (found.causes, found.decisions, found.connections) == ([], {}, [])
