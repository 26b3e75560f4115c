""" "Still send?" on the pages: for all of a connection at once, for one record, and on the overview."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from dashboard.db import writing
from dashboard.domain import leases, publishing, still_send
from dashboard.models import Connection, Export
from dashboard.vocabulary.statuses import Status
from tests.support.visitor import Visitor
from tests.support.world import World

Visit = Callable[[str], Visitor]


@pytest.fixture
def asked(world: World) -> list[Export]:
    """Three orders of bo, given more than a day ago."""
    connection = world.connect_xero()
    with writing(world.session):
        connection.export_on_approval = False
    records = world.records(3)
    world.approve(records)
    with writing(world.session):
        then = world.now() - timedelta(hours=25)
        found = [publishing.send(world.session, each, connection, world.actor("bo"), then) for each in records]
    with writing(world.session):
        lease = leases.take(world.session, "a runner", 30, world.now())
        assert lease is not None
        assert still_send.hold_back(world.session, lease, world.now()) == 3
        leases.release(world.session, lease)
    return found


def fields(page: str, label: str) -> dict[str, str]:
    """The hidden fields of the form whose button says that."""
    (form,) = [part for part in re.findall(r"<form.*?</form>", page, re.DOTALL) if label in part]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def statuses(world: World, exports: list[Export]) -> list[Status]:
    world.session.rollback()
    for export in exports:
        world.session.refresh(export)
    return [export.status for export in exports]


def test_the_exports_page_asks_with_count_and_sum_and_sends_all_on_yes(
    world: World, asked: list[Export], visit: Visit
) -> None:
    bo = visit("bo")
    page = bo.get("/exports/xero").text
    assert "3 exports waited longer than a day: still send?" in page
    assert "375.00 SEK" in page

    answer = bo.post(f"/connections/{asked[0].connection_id}/still-send-answers", fields(page, "Send 3 to Xero"))

    assert "3 queued for Xero." in answer.text
    assert statuses(world, asked) == [Status.PENDING] * 3
    again = bo.post(f"/connections/{asked[0].connection_id}/still-send-answers", fields(page, "Send 3 to Xero"))
    assert "answered already" in again.text


def test_no_takes_all_back(world: World, asked: list[Export], visit: Visit) -> None:
    bo = visit("bo")
    page = bo.get("/exports/xero").text

    answer = bo.post(f"/connections/{asked[0].connection_id}/still-send-answers", fields(page, "Do not send"))

    assert "3 not sent: back to where they were." in answer.text
    assert statuses(world, asked) == [Status.READY] * 3
    assert "T-00001" in bo.get("/records?list=not-sent").text


def test_the_record_asks_for_itself_alone(world: World, asked: list[Export], visit: Visit) -> None:
    bo = visit("bo")
    page = bo.get(f"/records/{asked[1].record_id}").text
    assert "Still export to Xero?" in page

    answer = bo.post(f"/connections/{asked[0].connection_id}/still-send-answers", fields(page, "Send to Xero"))

    assert "T-00002 is queued for Xero." in answer.text
    assert statuses(world, asked) == [Status.ON_HOLD, Status.PENDING, Status.ON_HOLD]


def test_a_viewer_sees_the_question_and_may_not_answer(world: World, asked: list[Export], visit: Visit) -> None:
    cleo = visit("cleo")
    page = cleo.get("/exports/xero").text
    assert "3 exports waited longer than a day" in page
    assert "Do not send" not in page
    seen = world.now().isoformat()

    answer = cleo.post(f"/connections/{asked[0].connection_id}/still-send-answers", {"answer": "send", "seen": seen})

    assert answer.status_code == 403
    assert statuses(world, asked) == [Status.ON_HOLD] * 3


@pytest.mark.parametrize("wrong", [{}, {"answer": "send"}, {"answer": "perhaps", "seen": "2030-01-01T00:00:00+00:00"}])
def test_an_answer_that_cannot_be_understood_changes_nothing(
    world: World, asked: list[Export], visit: Visit, wrong: dict[str, str]
) -> None:
    bo = visit("bo")
    bo.get("/exports/xero")

    answer = bo.post(f"/connections/{asked[0].connection_id}/still-send-answers", wrong)

    assert answer.status_code == 200
    assert statuses(world, asked) == [Status.ON_HOLD] * 3


def test_an_export_of_another_connection_is_not_found(world: World, asked: list[Export], visit: Visit) -> None:
    bo = visit("bo")
    bo.get("/exports/xero")
    theirs: Connection = world.connect_xero(world.maple)
    form = {"answer": "send", "seen": world.now().isoformat(), "export": asked[0].id}

    assert bo.post(f"/connections/{theirs.id}/still-send-answers", form).status_code == 404
    form["export"] = 999_999
    assert bo.post(f"/connections/{asked[0].connection_id}/still-send-answers", form).status_code == 404


def test_the_overview_lists_it_among_what_is_to_be_decided(asked: list[Export], visit: Visit) -> None:
    page = visit("bo").get("/").text

    assert "Waited longer than a day for Xero" in page
    assert "held back" not in page
