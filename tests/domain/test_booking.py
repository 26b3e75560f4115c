"""Moving a booking date: what is locked, whose it is to move, what it means for tax, and what the log keeps."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from dashboard.db import writing
from dashboard.domain import booking, mappings, members, preflight, references
from dashboard.domain.booking import CannotMove, DateRefused
from dashboard.domain.preflight import Checked
from dashboard.models import AuditEntry, Connection, Export, Record
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.roles import Permission
from dashboard.vocabulary.statuses import Status
from tests.support.attempting import accept, fail_check, fall_silent
from tests.support.world import World

AUGUST, OCTOBER = date(2026, 8, 20), date(2026, 10, 1)


@dataclass
class Case:
    """One record whose export failed since its date is in a closed period."""

    world: World
    record: Record
    export: Export
    connection: Connection

    def move(
        self, to: date, *, name: str = "bo", reason: str = "Closed", month: str = "2026-10", at: datetime | None = None
    ) -> None:
        session = self.world.session
        user = self.world.users[name]
        standing = members.standing(session, user.id, user.session_mark)
        member = standing and standing.member(self.world.nordlys.id)
        assert member
        with writing(session):
            export = session.get_one(Export, self.export.id, populate_existing=True)
            booking.move(
                session, self.record, export, self.connection, to, reason, month, member, at or self.world.now()
            )

    def checked(self) -> Checked:
        session, connection = self.world.session, self.connection
        session.refresh(self.export)
        mapped, ledger = mappings.load(session, connection.id), references.ledger(session, connection.id)
        return preflight.check(self.record, self.export, connection, mapped, ledger, "http://localhost:5000/r/key")

    def entries(self) -> list[AuditEntry]:
        query = select(AuditEntry).where(AuditEntry.act == Act.EXPORT_DATE_MOVED)
        return list(self.world.session.scalars(query))


def closed(world: World, *, kind: str = "bill", issued_on: date = AUGUST, fails: bool = True) -> Case:
    connection = world.connect_xero()
    world.map_all(connection)
    (record,) = world.records(1, kind=kind, issued_on=issued_on)
    (export,) = world.approve([record])
    if fails:
        fail_check(world, export)
    return Case(world, record, export, connection)


@pytest.mark.requirement("S4-08")
@pytest.mark.parametrize(
    ("day", "lock"),
    [
        (date(2026, 9, 30), "the period lock in Xero is 30 Sep 2026"),
        (date(2025, 12, 31), "the year-end lock in Xero is 31 Dec 2025"),
    ],
)
def test_a_day_in_a_known_locked_period_is_refused_and_the_lock_is_named(world: World, day: date, lock: str) -> None:
    case = closed(world)
    with pytest.raises(DateRefused, match=lock) as refused:
        case.move(day, name="ada", month=f"{day:%Y-%m}")
    assert refused.value.field == "date"
    assert case.entries() == []


@pytest.mark.requirement("S4-08")
def test_the_moved_date_is_what_is_sent_and_the_document_date_stays_in_the_text(world: World) -> None:
    case = closed(world)
    assert case.checked().posting is None
    case.move(OCTOBER)
    posting = case.checked().posting
    assert posting is not None
    assert posting.date == OCTOBER
    assert "document date 2026-08-20" in posting.lines[0].description
    assert world.session.scalar(select(Record.issue_date).where(Record.id == case.record.id)) == AUGUST


def test_the_log_says_who_moved_it_from_when_to_when_and_why(world: World) -> None:
    case = closed(world)
    case.move(OCTOBER, reason="Return for August is filed")
    (entry,) = case.entries()
    assert (entry.actor, entry.status, entry.export_id) == ("Bo", Status.FAILED, case.export.id)
    assert entry.words == "Booking date 20 Aug 2026 → 1 Oct 2026: Return for August is filed"
    assert entry.details == {"before": "2026-08-20", "after": "2026-10-01", "reason": "Return for August is filed"}


def test_tax_that_moves_to_another_month_is_moved_only_when_that_was_agreed(world: World) -> None:
    case = closed(world)
    for month in ("", "2026-11"):
        with pytest.raises(DateRefused, match=r"Tax of 25\.00 SEK moves from August 2026 to October 2026") as refused:
            case.move(OCTOBER, month=month)
        assert refused.value.field == "month"
    case.move(OCTOBER, month="2026-10")
    case.move(date(2026, 10, 2), month="")


@pytest.mark.parametrize("kind", ["invoice", "credit note"])
def test_an_issued_sales_document_is_an_admins_to_move_with_a_reason(world: World, kind: str) -> None:
    case = closed(world, kind=kind)
    with pytest.raises(DateRefused, match="Only an admin may move") as refused:
        case.move(OCTOBER, name="bo")
    assert str(refused.value) == Permission.MOVE_ISSUED_DATE.refusal
    with pytest.raises(DateRefused, match="Say why") as refused:
        case.move(OCTOBER, name="ada", reason=" ")
    assert refused.value.field == "reason"
    case.move(OCTOBER, name="ada", reason="The adviser asked for it")


def test_a_bill_within_the_year_is_finances_to_move_and_needs_no_reason(world: World) -> None:
    case = closed(world)
    case.move(OCTOBER, name="bo", reason="")
    assert len(case.entries()) == 1


def test_across_a_year_end_even_a_bill_is_an_admins_to_move(world: World) -> None:
    case = closed(world)
    january = date(2027, 1, 4)
    with pytest.raises(DateRefused, match="Only an admin"):
        case.move(january, name="bo", month="2027-01")
    case.move(january, name="ada", month="2027-01")
    with pytest.raises(DateRefused, match="Only an admin"):
        case.move(date(2026, 12, 30), name="bo", month="2026-12")


def test_a_day_far_ahead_or_the_same_day_is_refused(world: World) -> None:
    case = closed(world)
    far = world.now().date() + timedelta(days=400)
    with pytest.raises(DateRefused, match="more than a year from now"):
        case.move(far, name="ada", month=f"{far:%Y-%m}")
    with pytest.raises(DateRefused, match="booked on 20 Aug 2026 already"):
        case.move(AUGUST)


def test_nothing_is_moved_while_it_is_on_its_way_or_once_it_is_there(world: World) -> None:
    pending = closed(world, issued_on=date(2026, 11, 2), fails=False)
    with pytest.raises(CannotMove, match="is pending: wait"):
        pending.move(date(2026, 11, 5))
    fall_silent(world, pending.export)
    with pytest.raises(CannotMove, match="is checking: wait"):
        pending.move(date(2026, 11, 5))
    (other,) = world.approve(world.records(1, kind="bill"))
    accept(world, other)
    synced = Case(world, world.session.get_one(Record, other.record_id), other, pending.connection)
    with pytest.raises(CannotMove, match="is synced"):
        synced.move(date(2026, 11, 5))


def test_the_request_to_reopen_names_organisation_number_date_and_lock(world: World) -> None:
    case = closed(world)
    known = booking.locks(world.session, case.connection)
    words = booking.request_to_reopen(case.record, case.export, case.connection, known)
    for part in ("Nordlys AB", case.record.number, "20 Aug 2026", "period lock date 30 Sep 2026", "125.00 SEK"):
        assert part in words


def test_a_year_from_now_is_counted_from_the_organisations_day(world: World) -> None:
    case = closed(world)
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    furthest = date(2026, 11, 21) + booking.FURTHEST

    case.move(furthest, name="ada", month="2027-11", at=late)

    with pytest.raises(DateRefused, match="more than a year from now"):
        case.move(furthest + timedelta(days=1), name="ada", month="2027-11", at=late)
