"""Mending an export: the booking date, side by side with the ledger, resolving, and possible duplicates."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from dashboard.db import writing
from dashboard.domain import checking
from dashboard.models import Attempt, AuditEntry, Export, Lookup, Record
from dashboard.models.lookup import LookupKind
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.postings import Absent, Foreign, LedgerState, Ours, Unsure
from dashboard.vocabulary.roles import Permission
from dashboard.vocabulary.statuses import Status
from tests.support.attempting import (
    LEDGER_ID,
    NUMBER_EXISTS,
    PERIOD_CLOSED,
    accept,
    answer_look,
    fail_check,
    fall_silent,
    held,
    refuse,
)
from tests.support.visitor import Visitor
from tests.support.world import World

Visit = Callable[[str], Visitor]

HEADINGS = (
    "type,number,issue_date,currency,seller_name,seller_tax_id,buyer_name,buyer_tax_id,description,quantity,"
    "unit_price,tax_category,tax_rate"
)
BILL = "bill,B-1,2026-11-01,SEK,Granit AB,SE555555000101,Nordlys AB,SE556677889901,Stone,1,{},S,25"
OCTOBER = {"date": "2026-10-01", "month": "2026-10", "reason": "August is filed"}


class Case:
    """One record with one export, and the addresses of what mends it."""

    def __init__(self, world: World, record: Record, export: Export) -> None:
        self.world = world
        self.record_id, self.export_id, self.number = record.id, export.id, record.number
        self.export = export
        self.page = f"/records/{record.id}"
        self.date = f"{self.page}/exports/{export.id}/booking-date"
        self.compare = f"{self.page}/exports/{export.id}/duplicate"
        self.look = f"{self.page}/exports/{export.id}/lookup"
        self.adopt = f"{self.page}/exports/{export.id}/adoption"
        self.resolve = f"{self.page}/exports/{export.id}/resolution"
        self.reopen = f"{self.page}/exports/{export.id}/reopening"
        self.alarm = f"{self.page}/exports/{export.id}/alarm-answer"

    def seen(self) -> Export:
        self.world.session.rollback()
        return self.world.session.get_one(Export, self.export_id, populate_existing=True)

    def entries(self, act: Act) -> list[AuditEntry]:
        self.world.session.rollback()
        return list(self.world.session.scalars(select(AuditEntry).where(AuditEntry.act == act)))


def closed(world: World, kind: str = "bill") -> Case:
    """Dated in August, which is closed, and failed for that."""
    world.map_all(world.connect_xero())
    (record,) = world.records(1, kind=kind, issued_on=date(2026, 8, 20))
    (export,) = world.approve([record])
    fail_check(world, export, PERIOD_CLOSED)
    return Case(world, record, export)


def taken_number(world: World) -> Case:
    """Refused, since the number exists in Xero already."""
    world.map_all(world.connect_xero())
    (record,) = world.records(1)
    (export,) = world.approve([record])
    refuse(world, export)
    return Case(world, record, export)


@pytest.mark.requirement("S4-08")
def test_a_booking_date_is_moved_and_the_record_sent_again_in_one_press(world: World, visit: Visit) -> None:
    case, bo = closed(world), visit("bo")
    page = bo.get(case.page).text
    assert f'href="{case.date}"' in page
    form = bo.get(case.date).text
    assert 'value="2026-10-01"' in form
    assert "Tax of 25.00 SEK moves from August 2026 to October 2026." in form
    done = bo.post(case.date, {**OCTOBER, "then": "resync"}).text
    assert "is booked on 2026-10-01 from now on. Queued for Xero." in done
    assert (case.seen().status, case.seen().booking_date) == (Status.PENDING, date(2026, 10, 1))
    (entry,) = case.entries(Act.EXPORT_DATE_MOVED)
    assert (entry.actor, entry.details["reason"]) == ("Bo", "August is filed")


def test_saved_alone_nothing_is_sent(world: World, visit: Visit) -> None:
    case, bo = closed(world), visit("bo")
    bo.get(case.date)
    bo.post(case.date, OCTOBER)
    assert (case.seen().status, case.seen().booking_date) == (Status.FAILED, date(2026, 10, 1))
    assert 'Booking date</dt><dd><time datetime="2026-10-01">' in bo.get(case.page).text


@pytest.mark.requirement("S4-08")
@pytest.mark.parametrize(
    ("entered", "field", "message"),
    [
        ({"date": "2026-09-30", "month": "2026-09"}, "date", "the period lock in Xero is 30 Sep 2026"),
        ({"date": "2025-12-31"}, "date", "the year-end lock in Xero is 31 Dec 2025"),
        ({"date": "next week"}, "date", "Choose a day"),
        ({"date": ""}, "date", "Choose a day"),
        ({"date": "2026-10-01", "month": ""}, "month", "moves from August 2026 to October 2026"),
        ({"date": "2027-01-04", "month": "2027-01"}, "date", "Only an admin may move"),
    ],
)
def test_a_refused_date_comes_back_filled_in_with_the_reason_at_its_field(
    world: World, visit: Visit, entered: dict[str, str], field: str, message: str
) -> None:
    case, bo = closed(world), visit("bo")
    bo.get(case.date)
    answer = bo.post(case.date, {"reason": "Because of the audit", **entered})
    assert answer.status_code == 422
    at_field = answer.text.partition(f'id="{field}-error"')[2].partition("</p>")[0]
    assert message in at_field
    assert "Because of the audit</textarea>" in answer.text
    assert f'value="{entered["date"]}"' in answer.text
    assert case.seen().booking_date is None


@pytest.mark.requirement("S4-08")
def test_an_issued_invoices_date_is_moved_by_an_admin_and_finance_sees_why_not(world: World, visit: Visit) -> None:
    case, bo, ada = closed(world, "invoice"), visit("bo"), visit("ada")
    page = bo.get(case.date).text
    assert Permission.MOVE_ISSUED_DATE.refusal.replace("'", "&#39;") in page
    assert 'name="date"' not in page
    assert bo.post(case.date, OCTOBER).status_code == 422
    ada.get(case.date)
    assert "Say why" in ada.post(case.date, {**OCTOBER, "reason": ""}).text
    assert case.seen().booking_date is None
    ada.post(case.date, OCTOBER)
    assert case.seen().booking_date == date(2026, 10, 1)


def test_a_viewer_may_move_no_date(world: World, visit: Visit) -> None:
    case, cleo = closed(world), visit("cleo")
    assert Permission.SEND.refusal in cleo.get(case.date).text
    assert cleo.post(case.date, OCTOBER).status_code == 403
    assert case.seen().booking_date is None


def test_asking_for_the_period_to_be_reopened_comes_first(world: World, visit: Visit) -> None:
    case = closed(world)
    page = visit("bo").get(case.date).text
    assert page.index("First: ask for the period to be reopened") < page.index("Otherwise: book it on another day")
    assert 'href="mailto:?subject=' in page
    for part in (case.number, "Nordlys AB", "dated 20 Aug 2026", "period lock date 30 Sep 2026"):
        assert part in page.partition("First: ask")[2].partition("Otherwise")[0]


def test_no_letter_asks_to_reopen_a_period_that_is_open(world: World, visit: Visit) -> None:
    case = taken_number(world)
    page = visit("bo").get(case.date).text
    assert "Book it on another day" in page
    assert "ask for the period to be reopened" not in page
    assert "mailto:" not in page


@pytest.mark.requirement("B-21")
def test_what_is_held_for_its_date_stays_so_until_an_admin_sends_it_with_a_reason(world: World, visit: Visit) -> None:
    with writing(world.session):
        world.connect_xero().start_date = date(2026, 12, 1)
    (record,) = world.records(1, kind="bill")
    (export,) = world.approve([record])
    case, held = Case(world, record, export), "Held: dated before 1 Dec 2026, from which on documents are sent."
    bo, ada, send = visit("bo"), visit("ada"), {"connection": str(export.connection_id)}

    page = bo.get(case.page).text
    assert f"{held} Only an admin may send it." in page
    assert "Its document date is before 1 Dec 2026, from which on documents are sent." in page
    assert "Only an admin may send it." in bo.post(f"{case.page}/exports", send).text
    assert "does not release it" in bo.get(case.date).text
    moved = bo.post(case.date, {"date": "2026-12-02", "month": "2026-12", "reason": "", "then": "resync"}).text
    assert f"It stays held. {held}" in moved
    assert case.seen().status is Status.ON_HOLD

    assert "Why it is sent all the same" in ada.get(case.page).text
    assert "say why" in ada.post(f"{case.page}/exports", send).text
    ada.post(f"{case.page}/exports", {**send, "why": "Left over"})
    assert case.seen().status is Status.PENDING


def test_a_field_that_only_one_side_has_is_not_said_to_agree(world: World, visit: Visit) -> None:
    case = taken_number(world)
    refused_found = Foreign(held(world, case.export), ("It does not carry this record's link.",))
    with writing(world.session) as session:
        session.execute(update(Export).where(Export.id == case.export_id).values(found=checking.told(refused_found)))
    page = visit("bo").get(case.compare).text
    assert '<th scope="row">State</th>' not in page


def test_beside_the_ledgers_document_stands_what_helps_when_it_cannot_be_adopted(world: World, visit: Visit) -> None:
    page = looked_at(world, visit, key="")
    assert "it carries no link to this record, so it cannot be adopted" in page
    assert "Resending works once Xero’s document was deleted, or renumbered there." in page
    assert "Resend from the record" in page


def looked_at(world: World, visit: Visit, **theirs: object) -> str:
    """The page that compares, after the ledger named a document that is not ours; `theirs` is how it differs."""
    case, bo = taken_number(world), visit("bo")
    bo.get(case.compare)
    bo.post(case.look)
    answer_look(world, case.export, Foreign(held(world, case.export, **theirs), ("It is another one.",)))
    return bo.get(case.compare).text


def test_another_document_under_the_number_is_not_said_to_be_ours_entered_by_hand(world: World, visit: Visit) -> None:
    theirs = {"key": "", "contact_id": "c-9", "contact_name": "Berg AS", "total": Decimal("99.00")}
    page = looked_at(world, visit, **theirs)
    assert "it is another document with the same number: correct its number in Xero" in page
    assert "It is in Xero already" not in page


def test_where_one_field_differs_both_ways_out_are_told(world: World, visit: Visit) -> None:
    page = looked_at(world, visit, key="", date=date(2026, 1, 2))
    assert "If it is this document all the same, press Resolve" in page
    assert "If it is another one, correct its number in Xero" in page


@pytest.mark.parametrize("tells", ["its link", "its document"])
def test_a_document_that_another_record_stands_for_names_and_links_it(world: World, visit: Visit, tells: str) -> None:
    case, bo = taken_number(world), visit("bo")
    (sibling,) = world.approve(world.records(1))
    if tells == "its document":
        accept(world, sibling)
    bo.get(case.compare)
    bo.post(case.look)
    key = sibling.key if tells == "its link" else ""
    answer_look(world, case.export, Foreign(held(world, case.export, key=key), ("It is another one.",)))
    page = bo.get(case.compare).text
    assert f'belongs to <a href="/records/{sibling.record_id}">Invoice T-00002</a> here.' in page
    linked = f'<th scope="row">Link to tieout</th><td>This record</td><td><a href="/records/{sibling.record_id}">'
    assert (linked in page) is (tells == "its link")
    assert "Another&#39;s" not in page
    assert "pick “It is not to be booked”" in page
    assert "It is in Xero already" not in page


def test_nothing_is_advised_where_nothing_is_there_any_more_or_it_can_be_adopted(world: World, visit: Visit) -> None:
    case, bo = taken_number(world), visit("bo")
    for finding, said in ((Absent(), "It can be sent again."), (Ours(held(world, case.export)), "Adopt Xero’s")):
        bo.get(case.compare)
        bo.post(case.look)
        answer_look(world, case.export, finding)
        page = bo.get(case.compare).text
        assert said in page
        assert "press Resolve" not in page
        assert "Press Resolve" not in page


def test_a_number_that_was_voided_in_the_ledger_is_said_to_stay_taken(world: World, visit: Visit) -> None:
    page = looked_at(world, visit, key="", state=LedgerState.VOID)
    assert "Xero holds T-00001, voided." in page
    assert "its number stays taken" in page
    assert "sent again" not in page
    assert "Resend from the record" not in page


def test_our_own_document_that_was_changed_there_is_accepted_or_mended(world: World, visit: Visit) -> None:
    page = looked_at(world, visit, total=Decimal("99.00"))
    assert "If the change is right, press Resolve" in page
    assert "Resend from the record" not in page
    assert "Entered in Xero by hand" not in page


def test_the_button_of_a_bill_that_another_record_brought_leads_to_the_decision(world: World, visit: Visit) -> None:
    first, second = twins(world)
    world.connect_xero()
    with writing(world.session) as session:
        session.execute(update(Record).where(Record.id == second).values(is_possible_duplicate=False))
    (export,) = world.approve([world.session.get_one(Record, second, populate_existing=True)])
    fail_check(world, export, NUMBER_EXISTS)
    with writing(world.session) as session:
        session.execute(update(Record).where(Record.id == second).values(is_possible_duplicate=True))
    page = visit("bo").get(f"/records/{second}").text
    assert 'href="#possible-duplicate"' in page
    assert "has not gone to any ledger" in page
    assert "archive the earlier one" in page
    assert f'href="/records/{first}"' in page


def test_the_notice_follows_the_chosen_day(world: World, visit: Visit) -> None:
    case, bo = closed(world), visit("bo")
    part = bo.part(f"{case.date}?date=2027-02-01").text
    assert "<html" not in part
    assert "from August 2026 to February 2027" in part
    assert "across a year end" in part
    assert "Tax stays in the same month" in bo.part(f"{case.date}?date=2026-08-25").text


def test_no_date_is_moved_while_the_record_is_on_its_way(world: World, visit: Visit) -> None:
    case, bo = closed(world), visit("bo")
    bo.get(case.date)
    bo.post(case.date, {**OCTOBER, "then": "resync"})
    page = bo.post(case.date, {**OCTOBER, "date": "2026-10-05"}).text
    assert "is pending: wait until that has ended" in page
    assert case.seen().booking_date == date(2026, 10, 1)
    assert 'name="date"' not in bo.get(case.date).text


def test_the_ledger_is_asked_and_the_page_waits_for_the_answer(world: World, visit: Visit) -> None:
    case, bo = taken_number(world), visit("bo")
    page = bo.get(case.compare).text
    assert "is not known here yet" in page
    for _ in range(2):
        page = bo.post(case.look).text
    assert "data-poll" in page
    world.session.rollback()
    assert world.session.scalar(select(func.count()).where(Lookup.kind == LookupKind.FIND)) == 1
    answer_look(world, case.export, Foreign(held(world, case.export, total=Decimal("99.00")), ("Its total differs.",)))
    part = bo.part(case.compare).text
    assert "data-poll" not in part
    assert '<tr class="differs"><th scope="row">Total</th><td>125.00</td><td>99.00</td>' in part
    assert '<tr><th scope="row">Number</th>' in part


def test_what_agrees_in_everything_is_adopted_once_and_nothing_is_sent(world: World, visit: Visit) -> None:
    case, bo = taken_number(world), visit("bo")
    bo.get(case.compare)
    bo.post(case.look)
    answer_look(world, case.export, Ours(held(world, case.export)))
    page = bo.get(case.compare).text
    assert "Adopt Xero’s document (sends nothing)" in page
    attempts = world.session.scalar(select(func.count()).select_from(Attempt))
    pages = [bo.post(case.adopt, {"ledger_id": LEDGER_ID}).text for _ in range(2)]
    assert "T-00001 is Synced with Xero" in pages[0]
    assert "T-00001 is Synced already." in pages[1]
    assert (case.seen().status, case.seen().ledger_id) == (Status.SYNCED, LEDGER_ID)
    assert len(case.entries(Act.EXPORT_ADOPTED)) == 1
    assert world.session.scalar(select(func.count()).select_from(Attempt)) == attempts


@pytest.mark.parametrize("looked", ["never", "foreign", "unsure"])
def test_what_is_not_ours_is_not_adopted_and_says_why(world: World, visit: Visit, looked: str) -> None:
    case, bo = taken_number(world), visit("bo")
    bo.get(case.compare)
    theirs = held(world, case.export, total=Decimal("99.00"))
    if looked != "never":
        bo.post(case.look)
        finding = Foreign(theirs, ("Its total differs.",)) if looked == "foreign" else Unsure("Two of them.", (theirs,))
        answer_look(world, case.export, finding)
    page = bo.get(case.compare).text
    assert f'action="{case.adopt}"' not in page
    reason = {"never": "look in Xero first", "foreign": "Its total differs.", "unsure": "Two of them."}[looked]
    assert reason in page.partition('id="no-adopt"')[2].partition("</span>")[0]
    assert "Not adopted." in bo.post(case.adopt, {"ledger_id": LEDGER_ID}).text
    assert case.seen().status is Status.FAILED


@pytest.mark.requirement("S3-11")
@pytest.mark.parametrize(
    ("entered", "words"),
    [
        ({"way": "by-hand", "reference": "A 1021"}, "Entered by hand as A 1021"),
        ({"way": "not-booked", "note": "A test of theirs"}, "Not to be booked: A test of theirs"),
        ({"way": "in-ledger", "picked": LEDGER_ID}, "Already in Xero as T-00001"),
        ({"way": "in-ledger", "number": "T-00001"}, "Already in Xero as T-00001"),
    ],
)
def test_resolving_takes_it_off_the_failed_tile_without_a_call(
    world: World, visit: Visit, entered: dict[str, str], words: str
) -> None:
    case, bo = taken_number(world), visit("bo")
    bo.get(case.compare)
    bo.post(case.look)
    answer_look(world, case.export, Foreign(held(world, case.export, key=""), ("It does not carry the link.",)))
    attempts = world.session.scalar(select(func.count()).select_from(Attempt))
    bo.get(case.resolve)
    pages = [bo.post(case.resolve, entered).text for _ in range(2)]
    assert "T-00001 is Resolved. Nothing was sent." in pages[0]
    assert "T-00001 is resolved: only what failed or is being looked up can be resolved." in pages[1]
    assert words in bo.get(case.page).text
    (entry,) = case.entries(Act.EXPORT_RESOLVED)
    assert (entry.actor, entry.status, entry.words) == ("Bo", Status.RESOLVED, words)
    assert world.session.scalar(select(func.count()).select_from(Attempt)) == attempts
    assert '<b class="badge">' not in bo.get(case.page).text


@pytest.mark.parametrize(
    ("entered", "field", "message"),
    [
        ({}, "way", "Say what became of the document"),
        ({"way": "in-ledger"}, "picked-number", "Pick the document in Xero"),
        ({"way": "in-ledger", "number": "X-1"}, "picked-number", "not among what was found"),
        ({"way": "by-hand"}, "reference", "Give the number or voucher"),
        ({"way": "not-booked"}, "note", "Say why it is not to be booked"),
    ],
)
def test_an_incomplete_resolution_comes_back_with_the_reason_at_its_field(
    world: World, visit: Visit, entered: dict[str, str], field: str, message: str
) -> None:
    case, bo = taken_number(world), visit("bo")
    bo.get(case.resolve)
    answer = bo.post(case.resolve, entered)
    assert answer.status_code == 422
    assert message in answer.text.partition(f'id="{field}-error"')[2].partition("</p>")[0]
    assert case.seen().status is Status.FAILED


def test_a_resolved_record_is_reopened_with_its_former_error(world: World, visit: Visit) -> None:
    case, bo = taken_number(world), visit("bo")
    bo.get(case.resolve)
    bo.post(case.resolve, {"way": "not-booked", "note": "By mistake"})
    bo.get(case.page)
    pages = [bo.post(case.reopen).text for _ in range(2)]
    assert "is Failed again" in pages[0]
    assert "is failed, not resolved" in pages[1]
    assert "Invoice # must be unique." in pages[0]
    assert len(case.entries(Act.EXPORT_REOPENED)) == 1


def test_what_is_in_doubt_may_be_resolved_with_a_reason(world: World, visit: Visit) -> None:
    world.map_all(world.connect_xero())
    (record,) = world.records(1)
    (export,) = world.approve([record])
    fall_silent(world, export)
    case, bo = Case(world, record, export), visit("bo")
    assert "It is still being looked up and may yet arrive." in bo.get(case.resolve).text
    assert bo.post(case.resolve, {"way": "by-hand", "reference": "A 1"}).status_code == 422
    bo.post(case.resolve, {"way": "by-hand", "reference": "A 1", "note": "Seen that it is missing"})
    assert case.seen().status is Status.RESOLVED


def test_a_viewer_sees_what_the_ledger_holds_and_may_decide_nothing(world: World, visit: Visit) -> None:
    case, cleo = taken_number(world), visit("cleo")
    for address in (case.compare, case.resolve):
        assert Permission.RESOLVE.refusal in cleo.get(address).text
    for address in (case.look, case.adopt, case.resolve, case.reopen, case.alarm):
        assert cleo.post(address).status_code == 403, address
    assert case.seen().status is Status.FAILED


def test_nobody_mends_another_organisations_exports_or_through_another_record(world: World, visit: Visit) -> None:
    case, dov, bo = taken_number(world), visit("dov"), visit("bo")
    (other,) = world.records(1)
    dov.get("/records")
    bo.get("/records")
    for address in (case.date, case.compare, case.resolve):
        assert dov.get(address).status_code == 404, address
        assert bo.get(address.replace(case.page, f"/records/{other.id}")).status_code == 404, address
    for address in (case.date, case.look, case.adopt, case.resolve, case.reopen, case.alarm):
        entered = {**OCTOBER, "way": "by-hand", "reference": "A 1", "note": "x"}
        assert dov.post(address, entered).status_code == 404, address
        assert bo.post(address.replace(case.page, f"/records/{other.id}"), entered).status_code == 404, address
    assert dov.post(f"{case.page}/duplicate-decision", {"decision": "same"}).status_code == 404
    assert case.seen().status is Status.FAILED


def test_a_possible_double_booking_stands_first_until_somebody_looked(world: World, visit: Visit) -> None:
    case, bo = taken_number(world), visit("bo")
    alarm = "An earlier try was booked after all: it may be in the ledger twice. Look there and void one."
    with writing(world.session) as session:
        session.execute(update(Export).values(alarm=alarm))
    main = bo.get(case.page).text.partition("<main")[2]
    assert main.index(alarm) < main.index("Invoice # must be unique.")
    assert "may be in Xero twice; look there first" in main
    assert "Say what you found" in bo.post(case.alarm, {"note": ""}).text
    long = f"Voided {'INV-7 ' * 200}"
    refused = bo.post(case.alarm, {"note": long})
    assert (refused.status_code, "At most 1000 characters." in refused.text, long in refused.text) == (422, True, True)
    assert "is taken down" in bo.post(case.alarm, {"note": "Voided INV-7"}).text
    assert alarm not in bo.get(case.page).text.partition('id="history"')[0]
    assert [entry.words for entry in case.entries(Act.EXPORT_LOOKED_INTO)] == ["Voided INV-7"]


def test_a_note_that_is_too_long_comes_back_whole(world: World, visit: Visit) -> None:
    case, ada = taken_number(world), visit("ada")
    long = "Voided INV-7 " * 300 + "and its double"
    for address, field, said in (
        (case.resolve, "note", {"way": "not-booked"}),
        (case.date, "reason", OCTOBER),
        (f"{case.page}/archiving", "reason", {}),
    ):
        ada.get(address)
        refused = ada.post(address, {**said, field: long})
        assert (refused.status_code, "At most" in refused.text, long in refused.text) == (422, True, True), address


def twins(world: World) -> tuple[int, int]:
    (first,) = world.take_in("one.csv", f"{HEADINGS}\n{BILL.format('100.00')}")
    (second,) = world.take_in("two.csv", f"{HEADINGS}\n{BILL.format('120.00')}")
    assert first.record_id is not None
    assert second.record_id is not None
    return first.record_id, second.record_id


@pytest.mark.requirement("B-24")
@pytest.mark.parametrize(
    ("decision", "is_archived", "act"),
    [("different", False, Act.RECORD_NOT_DUPLICATE), ("same", True, Act.RECORD_ARCHIVED)],
)
def test_a_possible_duplicate_stands_beside_the_other_and_is_decided_once(
    world: World, visit: Visit, decision: str, is_archived: bool, act: Act
) -> None:
    world.connect_xero()
    first, second = twins(world)
    bo = visit("bo")
    page = bo.get(f"/records/{second}").text
    assert "Possible duplicate: the same bill, stated differently?" in page
    assert f'href="/records/{first}"' in page
    assert '<tr class="differs"><th scope="row">Total</th><td>150.00 SEK</td><td>125.00 SEK</td>' in page
    assert f'href="/records/{second}"' in bo.get(f"/records/{first}").text
    refused = bo.post("/records/approvals", {"ids": [str(second)]}).text
    assert "possible duplicate, decide that first" in refused
    for _ in range(2):
        page = bo.post(f"/records/{second}/duplicate-decision", {"decision": decision}).text
    assert "was decided on already" in page
    world.session.rollback()
    record = world.session.get_one(Record, second, populate_existing=True)
    assert (record.is_possible_duplicate, record.archived_at is not None) == (False, is_archived)
    assert world.session.scalar(select(func.count()).where(AuditEntry.act == act)) == 1
    approved = bo.post("/records/approvals", {"ids": [str(second)]}).text
    assert ("Approved 1" in approved) is not is_archived


def test_a_decision_is_not_a_viewers_and_is_one_of_two(world: World, visit: Visit) -> None:
    _, second = twins(world)
    cleo, bo = visit("cleo"), visit("bo")
    assert Permission.APPROVE.refusal in cleo.get(f"/records/{second}").text
    assert cleo.post(f"/records/{second}/duplicate-decision", {"decision": "same"}).status_code == 403
    bo.get(f"/records/{second}")
    assert bo.post(f"/records/{second}/duplicate-decision", {"decision": "perhaps"}).status_code == 400
