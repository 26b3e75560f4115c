"""Resyncs from the press of the button to the result of each record, without scripts and with them."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from dashboard.db import changed, db, writing
from dashboard.domain import connections, lifecycle, mappings, references
from dashboard.models import AuditEntry, Connection, Export, Resync, ResyncItem
from dashboard.models.resync import ResyncState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.mappings import MappingKind
from dashboard.vocabulary.postings import Company, Fault
from dashboard.vocabulary.statuses import Cause, Status
from tests.support import playing
from tests.support.board import hidden, numbers, press, tile, words
from tests.support.playing import UNMAPPED
from tests.support.visitor import Visitor
from tests.support.world import World

Visit = Callable[[str], Visitor]
PAGE = "/exports/xero"


@pytest.fixture
def xero(world: World) -> Connection:
    return world.connect_xero()


def mended(world: World, xero: Connection, how_many: int, *faults: Fault) -> list[Export]:
    """Failed exports whose cause ada has mended since."""
    exports = playing.failed(world, how_many, *faults)
    playing.mend(world, xero)
    return exports


def jobs(world: World) -> list[Resync]:
    world.session.rollback()
    return list(world.session.scalars(select(Resync).order_by(Resync.id).execution_options(populate_existing=True)))


@pytest.mark.requirement("S2-02", "S2-10", "S2-11", "S2-12", "S2-13")
def test_ticked_rows_are_sent_and_the_page_says_what_came_of_them(world: World, xero: Connection, visit: Visit) -> None:
    exports = mended(world, xero, 6)
    chosen, untouched = exports[:5], exports[5]
    bo = visit("bo")
    answer = press(bo, bo.get(PAGE), chosen, follow=False)
    (job,) = jobs(world)
    assert (answer.status_code, answer.location, job.state) == (303, f"/resyncs/{job.id}", ResyncState.RUNNING)
    begun = words(bo.get(answer.location))
    assert "0 of 5" in begun
    assert "on the way to Xero" not in begun
    assert playing.statuses(world, exports) == [*[Status.PENDING] * 5, Status.FAILED]
    closed = Fault(ErrorCode.PERIOD_CLOSED, "2026-09-30", "The period is closed since")
    rejected = {chosen[1].id, chosen[3].id}
    playing.run_out(world, xero, lambda export: closed if export.id in rejected else None)
    assert "3 exported, 2 still failing" in words(bo.get(f"/resyncs/{job.id}"))
    board = bo.get(PAGE)
    assert "3 exported, 2 still failing" in words(board)
    assert (tile(board, "Failed"), tile(board, "Synced")) == (3, 3)
    assert numbers(board) == ["T-00006", "T-00004", "T-00002"]
    assert numbers(bo.get(f"{PAGE}?status=synced")) == ["T-00005", "T-00003", "T-00001"]
    assert words(board).count("The period is closed since") == 2
    assert words(board).count(UNMAPPED.words) == 1
    assert playing.statuses(world, [untouched]) == [Status.FAILED]


def test_with_scripts_the_board_goes_on_showing_and_carries_the_message(
    world: World, xero: Connection, visit: Visit
) -> None:
    exports = mended(world, xero, 2)
    bo = visit("bo")
    page = bo.get(f"{PAGE}?q=t")
    partial = {"HX-Request": "true", "HX-Request-Type": "partial"}
    fields = {**hidden(page), "csrf_token": bo._token, "export": [str(exports[0].id)]}
    answer = bo.client.post("/resyncs", data=fields, headers=partial)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}?q=t")
    followed = bo.part(answer.location)
    assert "Resync no. 1: 1 on the way to Xero." in words(followed)
    assert "0 of 1 less than a minute left" in words(followed)


@pytest.mark.requirement("S2-10")
def test_nothing_ticked_is_refused_kindly_and_does_nothing(world: World, xero: Connection, visit: Visit) -> None:
    playing.failed(world, 2)
    bo = visit("bo")
    answer = press(bo, bo.get(f"{PAGE}?q=t-0"), [])
    assert answer.status_code == 200
    assert answer.request.full_path.startswith(f"{PAGE}?q=t-0")
    assert "Tick at least one export first; nothing was sent." in words(answer)
    assert jobs(world) == []


@pytest.mark.requirement("S2-10")
def test_foreign_and_unknown_ids_are_left_out_and_reported(world: World, xero: Connection, visit: Visit) -> None:
    world.connect_xero(world.maple)
    (foreign,) = world.approve(world.records(tenant=world.maple))
    playing.refuse(world, foreign)
    own = mended(world, xero, 2)
    bo = visit("bo")
    answer = press(bo, bo.get(PAGE), [foreign, own[0], "987654", "abc", "9" * 30, "-1"])
    assert "5 left out: not among the exports of your organisation." in words(answer)
    assert playing.statuses(world, [foreign, *own]) == [Status.FAILED, Status.PENDING, Status.FAILED]


def test_a_tick_gone_stale_is_reported_as_skipped(world: World, xero: Connection, visit: Visit) -> None:
    gone, still = mended(world, xero, 2)
    bo = visit("bo")
    page = bo.get(PAGE)
    with writing(world.session):
        lifecycle.move(world.session, gone, Status.RESOLVED, Cause.RESOLVED, world.now(), words="By hand")
    answer = press(bo, page, [gone, still])
    assert "no longer failed as it was when chosen" in words(answer)
    assert tile(answer, "Skipped") == 1
    only = press(bo, page, [gone])
    assert "None of them is failed any more, so nothing was sent." in words(only)


def test_two_clicks_make_one_job_and_other_ticks_another(world: World, xero: Connection, visit: Visit) -> None:
    exports = mended(world, xero, 3)
    bo = visit("bo")
    page = bo.get(PAGE)
    first, second = press(bo, page, exports[:2], follow=False), press(bo, page, exports[:2], follow=False)
    assert first.location == second.location
    assert press(bo, page, exports[2:], follow=False).location != first.location
    assert [job.total for job in jobs(world)] == [2, 1]


@pytest.mark.requirement("S2-04")
def test_a_resync_without_a_change_since_the_failure_warns_first(world: World, xero: Connection, visit: Visit) -> None:
    slow = Fault(ErrorCode.NOT_IN_LEDGER, "", "It is not in the ledger, and will not be sent again by itself")
    exports = playing.failed(world, 3, UNMAPPED, UNMAPPED, slow)
    bo = visit("bo")
    answer = press(bo, bo.get(PAGE), exports)
    assert "<h1>Resync 3 to Xero?</h1>" in answer.text
    assert "Nothing that mends 2 of them was changed here since they failed." in words(answer)
    assert playing.statuses(world, exports) == [Status.FAILED] * 3
    (job,) = jobs(world)
    bo.post(f"/resyncs/{job.id}/confirmation")
    assert playing.statuses(world, exports) == [Status.PENDING] * 3


def test_a_resync_while_the_ledger_is_disconnected_says_that_it_waits(
    world: World, xero: Connection, visit: Visit
) -> None:
    (export,) = mended(world, xero, 1)
    with writing(world.session):
        connections.break_off(world.session, xero, ErrorCode.ACCESS_EXPIRED, "revoked", world.now())
    bo = visit("bo")
    assert "Xero is disconnected: they wait until somebody reconnects it." in words(press(bo, bo.get(PAGE), [export]))


def test_nothing_is_sent_to_a_ledger_that_was_disconnected_on_purpose(
    world: World, xero: Connection, visit: Visit
) -> None:
    (export,) = mended(world, xero, 1)
    bo = visit("bo")
    page = bo.get(PAGE)
    with writing(world.session):
        connections.disconnect(world.session, world.session.merge(xero), world.actor("ada"), world.now())
    assert "Xero is disconnected, so nothing was sent; connect it first." in words(press(bo, page, [export]))
    assert "Xero is disconnected; connect it first." in words(bo.get(PAGE))
    assert 'action="/resyncs"' not in bo.get(PAGE).text


@pytest.mark.requirement("B-05", "B-07")
def test_all_that_match_are_frozen_with_count_and_sum_and_asked_about(
    world: World, xero: Connection, visit: Visit
) -> None:
    playing.multiply(world, *mended(world, xero, 1), 137)
    others = world.approve(world.records(1, contact="Somebody else", total_net=Decimal("10.00")))
    playing.refuse(world, others[0])
    bo = visit("bo")
    answer = press(bo, bo.get(f"{PAGE}?q=fjord"))
    (job,) = jobs(world)
    assert answer.request.path == f"/resyncs/{job.id}"
    assert "<h1>Resync 137 to Xero?</h1>" in answer.text
    said = words(answer)
    assert "Exports 137" in said
    assert "Invoices (137) 17,125.00 SEK" in said
    assert "All failed exports that match: Begins with “fjord”" in said
    assert "3 of each cause go first" in said
    assert "less than a minute at Xero’s pace" in said
    late = playing.failed(world, 1)
    confirmed = bo.post(f"/resyncs/{job.id}/confirmation", {"reason": "Account mapped"})
    assert "ordered by Bo: “Account mapped”" in words(confirmed)
    assert tile(confirmed, "Sending") == 3
    playing.run_out(world, xero, lambda export: None)
    assert playing.again(world, job.id).words == "137 exported, 0 still failing"
    assert playing.statuses(world, [*others, *late]) == [Status.FAILED] * 2
    started = select(AuditEntry.words).where(AuditEntry.act == Act.RESYNC_STARTED)
    assert world.session.scalars(started).one() == "137 to Xero (Invoice 17,125.00 SEK): Account mapped"


def test_a_filter_that_makes_no_sense_sends_nothing(world: World, xero: Connection, visit: Visit) -> None:
    playing.failed(world, 1)
    bo = visit("bo")
    page = bo.get(PAGE)
    fields = {**hidden(page), "scope": "matching"}
    refused = bo.post("/resyncs", {**fields, "since": "someday"})
    assert "Write the day as 2026-11-30. Nothing was sent." in words(refused)
    assert bo.post("/resyncs", {**fields, "connection": "987654"}).status_code == 404
    assert bo.post("/resyncs", {**fields, "provider": "nobody"}).status_code == 404
    assert "so nothing was sent" in words(bo.post("/resyncs", {**fields, "q": "nobody has this name"}))
    assert jobs(world) == []


def test_cancelling_the_question_sends_nothing(world: World, xero: Connection, visit: Visit) -> None:
    exports = playing.failed(world, 2)
    bo = visit("bo")
    page = press(bo, bo.get(PAGE))
    (job,) = jobs(world)
    assert f'formaction="/resyncs/{job.id}/cancellation"' in page.text
    answer = bo.post(f"/resyncs/{job.id}/cancellation")
    assert answer.request.path == PAGE
    assert "Nothing was sent." in words(answer)
    assert playing.statuses(world, exports) == [Status.FAILED] * 2


def test_a_lapsed_set_says_so_and_can_be_chosen_again(world: World, xero: Connection, visit: Visit) -> None:
    exports = playing.failed(world, 2)
    bo = visit("bo")
    press(bo, bo.get(PAGE))
    (job,) = jobs(world)
    with writing(world.session):
        long_ago = world.now() - timedelta(minutes=16)
        changed(world.session, update(Resync).where(Resync.id == job.id).values(created_at=long_ago))
    answer = bo.post(f"/resyncs/{job.id}/confirmation")
    assert "It was chosen more than 15 minutes ago and nothing was sent." in words(answer)
    assert "This set has lapsed" in words(answer)
    assert playing.statuses(world, exports) == [Status.FAILED] * 2
    (token,) = re.findall(r'name="form_token" value="([^"]+)"', answer.text)
    afresh = bo.post("/resyncs", {"rest_of": str(job.id), "form_token": token})
    assert "<h1>Resync 2 to Xero?</h1>" in afresh.text
    assert f"What resync no. {job.id} did not send" in words(afresh)


@pytest.mark.requirement("B-07")
def test_what_was_not_tried_is_shown_with_its_cause_and_can_be_sent_anyway(
    world: World, xero: Connection, visit: Visit
) -> None:
    exports = playing.failed(world, 40)
    bo = visit("bo")
    press(bo, bo.get(PAGE))
    (job,) = jobs(world)
    bo.post(f"/resyncs/{job.id}/confirmation")
    playing.run_out(world, xero, lambda export: UNMAPPED)
    page = bo.get(f"/resyncs/{job.id}")
    assert "0 exported, 3 still failing, 37 not tried" in words(page)
    assert "37 · No Xero account is chosen for a line (4010)" in words(page)
    assert "Resync the 37 anyway…" in words(page)
    assert 'hx-get="/resyncs/' not in page.text
    afresh = bo.post("/resyncs", {"rest_of": str(job.id), "form_token": "x"})
    assert "All are sent at once" in words(afresh)
    bo.post(f"/resyncs/{jobs(world)[-1].id}/confirmation")
    assert playing.statuses(world, exports).count(Status.PENDING) == 37


@pytest.mark.requirement("B-05")
def test_the_page_of_a_resync_follows_it_until_it_ends_and_can_cancel_it(
    world: World, xero: Connection, visit: Visit
) -> None:
    exports = mended(world, xero, 5)
    bo = visit("bo")
    press(bo, bo.get(PAGE), exports)
    playing.answer_all(world, xero, lambda export: None, limit=2)
    moving = bo.part("/resyncs/1")
    assert moving.text.lstrip().startswith('<div id="job"')
    assert 'data-poll="2" hx-get="/resyncs/1"' in moving.text
    assert "2 of 5" in words(moving)
    bo.post("/resyncs/1/cancellation")
    ended = bo.part("/resyncs/1")
    assert "data-poll" not in ended.text
    assert "2 exported, 0 still failing, 3 cancelled" in words(ended)
    for page in (ended, bo.get(PAGE)):
        assert 'class="banner warn"' in page.text
        assert 'class="banner good"' not in page.text
    assert playing.statuses(world, exports).count(Status.FAILED) == 3
    assert "It had ended already." in words(bo.post("/resyncs/1/cancellation"))


def test_the_count_of_failures_in_the_sidebar_follows_too(world: World, xero: Connection, visit: Visit) -> None:
    exports = mended(world, xero, 5)
    bo = visit("bo")
    press(bo, bo.get(PAGE), exports)
    assert '<b class="badge">' not in bo.part("/resyncs/1").text
    playing.answer_all(world, xero, lambda export: UNMAPPED, limit=2)
    assert '<hx-partial hx-target="#sidebar"' in bo.part("/resyncs/1").text
    assert '<b class="badge">2<' in bo.part("/resyncs/1").text


def test_results_are_filtered_by_outcome_and_paged(world: World, xero: Connection, visit: Visit) -> None:
    ids = playing.multiply(world, *mended(world, xero, 1), 70)
    bo = visit("bo")
    press(bo, bo.get(PAGE))
    bo.post("/resyncs/1/confirmation")
    rejected = set(ids[-4:])
    playing.run_out(world, xero, lambda export: UNMAPPED if export.id in rejected else None)
    first = bo.get("/resyncs/1")
    assert len(numbers(first)) == 50
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first.text)
    assert len(numbers(bo.get(older.replace("&amp;", "&")))) == 20
    failing = bo.get("/resyncs/1?state=failed")
    assert len(numbers(failing)) == tile(failing, "Still failing") == 4
    assert words(failing).count(UNMAPPED.words) == 4
    assert bo.get("/resyncs/1?state=nonsense&after=abc").status_code == 200


@pytest.mark.requirement("B-05")
def test_every_result_can_be_downloaded_and_no_cell_is_a_formula(world: World, xero: Connection, visit: Visit) -> None:
    records = world.records(2, contact="=HYPERLINK(1)")
    exports = world.approve(records)
    for export in exports:
        playing.refuse(world, export)
    playing.mend(world, xero)
    bo = visit("bo")
    press(bo, bo.get(PAGE), exports)
    minus = Fault(ErrorCode.UNKNOWN, "", "-1 is not a tax type")
    playing.run_out(world, xero, lambda export: minus if export.id == exports[0].id else None)
    answer = bo.get("/resyncs/1/results.csv")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="resync-1-results.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["Number"], row["Amount"], row["Result"], row["Message"]) for row in rows] == [
        ("T-00001", "125.00", "Still failing", "'-1 is not a tax type"),
        ("T-00002", "125.00", "Exported", ""),
    ]
    cells = [cell for row in rows for cell in row.values()]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert rows[0]["Contact"] == "'=HYPERLINK(1)"


def test_a_slow_reader_of_the_results_keeps_no_connection_of_the_database(
    app: Flask, world: World, xero: Connection, visit: Visit
) -> None:
    playing.multiply(world, *mended(world, xero, 1), 40)
    bo = visit("bo")
    press(bo, bo.get(f"{PAGE}?q=fjord"))
    world.session.rollback()
    with app.app_context():
        taken = db.engine.pool
        answer = bo.client.get("/resyncs/1/results.csv", buffered=False)
        lines = iter(answer.response)
        assert b"Position" in next(lines)
        assert b"T-00001" in next(lines)
        assert taken.checkedout() == 0
        assert len(list(lines)) == 39


def test_the_list_shows_who_ordered_what_and_what_came_of_it(world: World, xero: Connection, visit: Visit) -> None:
    exports = mended(world, xero, 2)
    bo = visit("bo")
    assert "No resyncs yet" in words(bo.get("/resyncs"))
    press(bo, bo.get(PAGE), exports)
    playing.run_out(world, xero, lambda export: None)
    page = words(visit("cleo").get("/resyncs"))
    assert "Bo Xero: Nordlys AB 2 Invoice 250.00 SEK Done 2 exported, 0 still failing" in page


def test_who_confirmed_and_who_cancelled_are_named_not_who_chose(world: World, xero: Connection, visit: Visit) -> None:
    playing.multiply(world, *mended(world, xero, 1), 40)
    bo, ada, alma = visit("bo"), visit("ada"), visit("alma")
    page = bo.get(f"{PAGE}?q=fjord")
    press(bo, page)
    (job,) = jobs(world)
    assert "Bo Xero: Nordlys AB" in words(ada.get("/resyncs"))
    ada.get(f"/resyncs/{job.id}")
    assert "ordered by Ada" in words(ada.post(f"/resyncs/{job.id}/confirmation", {"reason": "Mapped"}))
    assert "Ada Xero: Nordlys AB" in words(bo.get("/resyncs"))
    alma.get(f"/resyncs/{job.id}")
    alma.post(f"/resyncs/{job.id}/cancellation", {})
    world.session.rollback()
    acts = select(AuditEntry.act, AuditEntry.actor).where(AuditEntry.actor.in_(["Bo", "Ada", "Alma"])).distinct()
    said: dict[str, set[Act]] = {}
    for act, actor in world.session.execute(acts.where(AuditEntry.words.contains(job.label))):
        said.setdefault(actor, set()).add(act)
    assert "Bo" not in said
    assert len(said["Ada"]) == 1
    cancelled = select(AuditEntry.actor).where(AuditEntry.act == Act.RESYNC_CANCELLED)
    assert world.session.scalars(cancelled).one() == "Alma"
    put_back = select(AuditEntry.actor).where(AuditEntry.act == Act.EXPORT_CANCELLED).distinct()
    assert world.session.scalars(put_back).all() == ["Alma"]


def test_ticks_of_two_organisations_are_a_resync_for_each(world: World, xero: Connection, visit: Visit) -> None:
    other = Company("22222222-aaaa-4aaa-8aaa-000000000002", "Nordlys Norge AS", "link-2")
    second = world.connect_xero(company=other, lists=False)
    exports = world.approve(world.records(2))
    for export in exports:
        playing.refuse(world, export)
    playing.mend(world, xero)
    bo = visit("bo")
    answer = press(bo, bo.get(PAGE), exports)
    unmended, mended_since = jobs(world)[1], jobs(world)[0]
    assert (mended_since.connection_id, mended_since.state) == (xero.id, ResyncState.RUNNING)
    assert (unmended.connection_id, unmended.state) == (second.id, ResyncState.FROZEN)
    assert answer.request.path == f"/resyncs/{unmended.id}"
    assert "Nordlys Norge AS · nothing has been sent yet." in words(answer)


def test_confirming_one_organisation_leads_to_the_question_about_the_next(
    world: World, xero: Connection, visit: Visit
) -> None:
    other = Company("22222222-aaaa-4aaa-8aaa-000000000002", "Nordlys Norge AS", "link-2")
    world.connect_xero(company=other, lists=False)
    for export in world.approve(world.records(2)):
        playing.refuse(world, export)
    bo = visit("bo")
    press(bo, bo.get(PAGE))
    first, second = jobs(world)
    answer = bo.post(f"/resyncs/{first.id}/confirmation")
    assert answer.request.path == f"/resyncs/{second.id}"
    assert bo.post(f"/resyncs/{second.id}/confirmation").request.path == f"/resyncs/{second.id}"
    assert [job.state for job in jobs(world)] == [ResyncState.RUNNING] * 2


def test_resyncs_of_another_organisation_do_not_exist(world: World, xero: Connection, visit: Visit) -> None:
    exports = mended(world, xero, 1)
    bo = visit("bo")
    press(bo, bo.get(PAGE), exports)
    dov = visit("dov")
    dov.get("/resyncs")
    answers = [
        dov.get("/resyncs/1"),
        dov.get("/resyncs/1/results.csv"),
        dov.post("/resyncs/1/confirmation"),
        dov.post("/resyncs/1/cancellation"),
        dov.post("/resyncs", {"rest_of": "1"}),
        dov.get("/resyncs/99999999999999999999999"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 6
    assert "Resync no. 1" not in words(dov.get("/resyncs"))


def test_a_viewer_follows_a_resync_but_neither_confirms_nor_cancels(
    world: World, xero: Connection, visit: Visit
) -> None:
    playing.failed(world, 1)
    bo = visit("bo")
    press(bo, bo.get(PAGE))
    cleo = visit("cleo")
    question = cleo.get("/resyncs/1")
    assert "Viewers read only; sending needs the finance role." in words(question)
    assert cleo.post("/resyncs/1/confirmation").status_code == 403
    assert cleo.post("/resyncs/1/cancellation").status_code == 403
    bo.post("/resyncs/1/confirmation")
    followed = cleo.get("/resyncs/1")
    assert followed.status_code == 200
    assert 'action="/resyncs/1/cancellation"' not in followed.text


def test_sums_are_said_by_kind_and_currency_and_never_of_what_was_skipped(
    world: World, xero: Connection, visit: Visit
) -> None:
    exports = world.approve(
        [
            *world.records(2, total_net=Decimal("80.00")),
            *world.records(1, kind="bill", total_net=Decimal("10.00")),
            *world.records(1, kind="credit note", total_net=Decimal("20.00")),
        ]
    )
    for export in exports:
        playing.refuse(world, export)
    bo = visit("bo")
    page = bo.get(PAGE)
    bo.post(f"/records/{exports[0].record_id}/exports", {"connection": str(xero.id)})
    asked = press(bo, page, exports)
    assert "Exports 3Invoice (1) 100.00 SEKBill (1) 12.50 SEKCredit Note (1) 25.00 SEK" in words(asked)
    (job,) = jobs(world)
    bo.post(f"/resyncs/{job.id}/confirmation")
    assert "Exports 3Invoice (1) 100.00 SEKBill (1) 12.50 SEK" in words(bo.get(f"/resyncs/{job.id}"))
    row = words(bo.get("/resyncs").text.partition('id="resync-')[2])
    assert "Xero: Nordlys AB 3 Invoice 100.00 SEK Bill 12.50 SEK Credit Note 25.00 SEK" in row
    assert "0 of 3" in words(bo.get(PAGE))


def test_causes_are_counted_by_error_whatever_each_is_about(world: World, xero: Connection, visit: Visit) -> None:
    for code in ("4010", "4020", "4030"):
        fault = Fault(ErrorCode.ACCOUNT_NOT_MAPPED, code, f"Account {code} is not mapped", code)
        playing.multiply(world, *playing.failed(world, 1, fault), 12)
    bo = visit("bo")
    assert "(1 kind of error, 25 exports at most)" in words(press(bo, bo.get(PAGE)))


def test_what_a_resync_came_to_is_no_longer_said_once_its_failures_were_seen_to(
    world: World, xero: Connection, visit: Visit
) -> None:
    exports = mended(world, xero, 2)
    bo = visit("bo")
    press(bo, bo.get(PAGE), exports)
    playing.answer_all(world, xero, lambda export: UNMAPPED)
    playing.tick(world)
    said = "0 exported, 2 still failing"
    assert said in words(bo.get(PAGE))
    bo.post(f"/records/{exports[0].record_id}/exports", {"connection": str(xero.id)})
    assert said not in words(bo.get(PAGE))


def offer(page: TestResponse, mark: str) -> dict[str, str]:
    """The form of the button that stands behind the mark."""
    form = page.text[page.text.index(mark) :].partition("</form>")[0]
    return dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))


def unmapped_then_mapped(world: World, xero: Connection, how_many: int) -> list[int]:
    ids = playing.multiply(world, *playing.failed(world, 1), how_many)
    with writing(world.session):
        ledger = references.ledger(world.session, xero.id)
        mappings.save(world.session, xero, MappingKind.ACCOUNT, "4010", "400", ledger, world.actor("ada"), world.now())
    return ids


def test_one_button_sends_what_is_mended_however_many_there_are(world: World, xero: Connection, visit: Visit) -> None:
    unmapped_then_mapped(world, xero, 600)
    bo = visit("bo")
    for address, mark in ((PAGE, 'id="mended-'), ("/", 'id="cause-')):
        page = bo.get(address)
        assert "Resync 600" in words(page)
        assert len(offer(page, mark)) <= 8
    assert len(page.data) < 60_000
    answer = bo.post("/resyncs", offer(page, mark), follow=False)
    (job,) = jobs(world)
    assert (answer.location, job.state, job.total) == (f"/resyncs/{job.id}", ResyncState.RUNNING, 600)
    assert job.sums == {"invoice": {"SEK": "75000.00"}}


def test_what_is_not_as_many_as_the_button_said_is_asked_about_first(
    world: World, xero: Connection, visit: Visit
) -> None:
    ids = unmapped_then_mapped(world, xero, 5)
    bo, alma = visit("bo"), visit("alma")
    form = offer(bo.get(PAGE), 'id="mended-')
    press(alma, alma.get(PAGE), [world.session.get_one(Export, each) for each in ids[:2]])
    bo.post("/resyncs", form)
    job = jobs(world)[-1]
    assert (job.state, job.total, job.left_out) == (ResyncState.FROZEN, 3, 2)
    question = words(bo.get(f"/resyncs/{job.id}"))
    assert "Resync 3 to Xero" in question
    assert "Chosen Failed exports that lack nothing any more" in question
    assert "Left out 2 not failed any more" in question
    bo.post("/resyncs", form)
    assert len(jobs(world)) == 2


def test_what_failed_after_the_button_was_made_is_not_sent_by_it(world: World, xero: Connection, visit: Visit) -> None:
    bo = visit("bo")
    first = unmapped_then_mapped(world, xero, 2)
    form = offer(bo.get(PAGE), 'id="mended-')
    (later,) = playing.failed(world, 1)
    with writing(world.session):
        ledger = references.ledger(world.session, xero.id)
        for target in ("200", "400"):
            mappings.save(
                world.session, xero, MappingKind.ACCOUNT, "4010", target, ledger, world.actor("ada"), world.now()
            )
    bo.post("/resyncs", form)
    (job,) = jobs(world)
    assert (job.total, job.left_out) == (2, 0)
    sent = set(world.session.scalars(select(ResyncItem.export_id)))
    assert sent == set(first)
    assert later.id not in sent


@pytest.mark.parametrize(
    "change", [{"connection": "99"}, {"connection": ""}, {"seen": ""}, {"n": "9" * 40}, {"code": "no-such"}]
)
def test_an_offer_that_makes_no_sense_sends_nothing(
    world: World, xero: Connection, visit: Visit, change: dict[str, str]
) -> None:
    unmapped_then_mapped(world, xero, 2)
    bo = visit("bo")
    form = offer(bo.get(PAGE), 'id="mended-')
    assert bo.post("/resyncs", form | change).status_code in (200, 404)
    assert [job.state for job in jobs(world)] in ([], [ResyncState.FROZEN])
