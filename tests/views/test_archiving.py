"""Archiving: a wrong record is put away with a reason, leaves every list but its own, and can be taken back."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from sqlalchemy import select, update

from dashboard.db import writing
from dashboard.domain import counts, duplicates
from dashboard.models import AuditEntry, Connection, Export, Record
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.roles import Permission
from dashboard.vocabulary.statuses import Status
from tests.support.attempting import accept, fail_check
from tests.support.visitor import Visitor
from tests.support.world import World

Visit = Callable[[str], Visitor]


def seen(world: World, record: Record) -> Record:
    world.session.rollback()
    return world.session.get_one(Record, record.id, populate_existing=True)


def test_a_wrong_record_is_archived_with_a_reason_and_restored(world: World, visit: Visit) -> None:
    (record,) = world.records(1, kind="bill")
    bo, page = visit("bo"), f"/records/{record.id}"
    assert f'href="{page}/archiving"' in bo.get(page).text
    assert "Archived" not in bo.get("/records").text

    bo.get(f"{page}/archiving")
    assert "Say why it is archived." in bo.post(f"{page}/archiving", {"reason": " "}).text
    bo.get(f"{page}/archiving")
    shown = bo.post(f"{page}/archiving", {"reason": "Addressed to another company"}).text

    assert "Awaiting approval" not in shown
    assert "It goes nowhere until it is approved" not in shown
    assert "It is archived, so it goes nowhere." in shown
    assert record.number not in bo.get("/records?list=all").text
    assert record.number in bo.get("/records?list=archived").text
    restored = bo.post(f"{page}/restoring", {}).text
    assert "Awaiting approval" in restored
    assert record.number in bo.get("/records?list=all").text
    world.session.rollback()
    acts = (Act.RECORD_ARCHIVED, Act.RECORD_RESTORED)
    entries = world.session.scalars(select(AuditEntry).where(AuditEntry.act.in_(acts)).order_by(AuditEntry.id))
    words = ["Archived: Addressed to another company", "Restored"]
    assert [(entry.actor, entry.words) for entry in entries] == [("Bo", each) for each in words]


def test_what_failed_counts_as_failed_no_more_and_fails_again_when_restored(world: World, visit: Visit) -> None:
    world.map_all(world.connect_xero())
    (record,) = world.records(1)
    (export,) = world.approve([record])
    fail_check(world, export)
    bo, page = visit("bo"), f"/records/{record.id}"
    bo.get(f"{page}/archiving")

    shown = bo.post(f"{page}/archiving", {"reason": "Not ours"}).text

    def status() -> Status:
        world.session.rollback()
        return world.session.scalars(select(Export.status).where(Export.id == export.id)).one()

    assert status() is Status.RESOLVED
    assert "It is archived: restore it first." in shown
    assert "restore it first" in bo.post(f"{page}/exports/{export.id}/reopening", {}).text
    bo.post(f"{page}/restoring", {})
    assert status() is Status.FAILED


def test_what_was_held_leaves_the_tile_with_the_record_and_is_held_again_when_restored(
    world: World, visit: Visit
) -> None:
    connection = world.connect_xero()
    with writing(world.session) as session:
        session.execute(update(Connection).values(start_date=date(2026, 12, 1)))
    world.session.refresh(connection)
    first, second = world.records(2)
    world.approve([first, second])
    bo, page = visit("bo"), f"/records/{first.id}"

    def held() -> tuple[int, set[str]]:
        """What the tile counts, and which records its list shows."""
        world.session.rollback()
        shown = bo.get("/exports/xero?status=on-hold").text
        assert counts.differences(world.session) == []
        listed = {record.number for record in (first, second) if record.number in shown}
        return counts.by_status(world.session, world.nordlys.id)[Status.ON_HOLD], listed

    assert held() == (2, {first.number, second.number})
    bo.get(f"{page}/archiving")
    assert "Archived: Not ours" in bo.post(f"{page}/archiving", {"reason": "Not ours"}).text
    assert held() == (1, {second.number})
    assert first.number in bo.get("/exports/xero?status=resolved").text

    bo.post(f"{page}/restoring", {})
    assert held() == (2, {first.number, second.number})
    world.session.rollback()
    export = world.session.scalars(select(Export).where(Export.record_id == first.id)).one()
    world.session.refresh(export)
    assert (export.resolution, export.resolution_note, export.error_code) == ("", "", "")


def test_what_was_held_goes_on_its_way_when_restored_once_nothing_holds_it(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    with writing(world.session) as session:
        session.execute(update(Connection).values(start_date=date(2026, 12, 1)))
    world.session.refresh(connection)
    (record,) = world.records(1)
    world.approve([record])
    bo, page = visit("bo"), f"/records/{record.id}"
    bo.get(f"{page}/archiving")
    bo.post(f"{page}/archiving", {"reason": "Not ours"})
    with writing(world.session) as session:
        session.execute(update(Connection).values(start_date=None))
    shown = bo.post(f"{page}/restoring", {}).text
    assert "Pending" in shown
    world.session.rollback()
    assert world.session.scalars(select(Export.status).where(Export.record_id == record.id)).one() is Status.PENDING
    assert counts.differences(world.session) == []


def test_what_is_on_its_way_or_booked_is_not_archived(world: World, visit: Visit) -> None:
    world.map_all(world.connect_xero())
    (record,) = world.records(1)
    (export,) = world.approve([record])
    bo, page = visit("bo"), f"/records/{record.id}"
    assert "is on its way to Xero: wait until that has ended" in bo.get(page).text
    accept(world, export)
    assert "what is booked is not archived" in bo.get(page).text
    assert "what is booked is not archived" in bo.post(f"{page}/archiving", {"reason": "Wrong"}).text
    assert seen(world, record).archived_at is None


def test_a_restored_duplicate_has_to_be_decided_again(world: World, visit: Visit) -> None:
    first, second = world.records(2, kind="bill")
    with writing(world.session) as session:
        values = {"duplicate_of_id": first.id, "archived_at": datetime.now(UTC)}
        session.execute(update(Record).where(Record.id == second.id).values(**values))
    bo, page = visit("bo"), f"/records/{second.id}"
    bo.get(page)
    assert "Possible duplicate" in bo.post(f"{page}/restoring", {}).text
    assert seen(world, second).is_possible_duplicate


def test_a_viewer_sees_why_not(world: World, visit: Visit) -> None:
    (record,) = world.records(1)
    cleo, page = visit("cleo"), f"/records/{record.id}"
    assert Permission.APPROVE.refusal in cleo.get(f"{page}/archiving").text
    assert cleo.post(f"{page}/archiving", {"reason": "Wrong"}).status_code == 403
    assert cleo.post(f"{page}/restoring", {}).status_code == 403


def test_what_was_kept_as_a_document_of_its_own_stays_so_when_it_is_restored(world: World, visit: Visit) -> None:
    first, second = world.records(2, kind="bill")
    with writing(world.session) as session:
        values = {"duplicate_of_id": first.id, "is_possible_duplicate": True}
        session.execute(update(Record).where(Record.id == second.id).values(**values))
    with writing(world.session) as session:
        duplicates.keep_both(session, seen(world, second), world.actor("bo"), world.now())
    bo, page = visit("bo"), f"/records/{second.id}"
    bo.get(f"{page}/archiving")
    bo.post(f"{page}/archiving", {"reason": "Not ours"})

    assert "Possible duplicate" not in bo.post(f"{page}/restoring", {}).text
    assert not seen(world, second).is_possible_duplicate
