"""Saved filters of the audit log: a person's own, kept as an address, opened again, replaced and deleted."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import select

from dashboard.domain import saved_filters
from dashboard.models import SavedFilter
from tests.support.visitor import Visitor
from tests.support.world import World
from tests.views.test_audit_log import links, note, rows

Visit = Callable[[str], Visitor]


def save(person: Visitor, name: str, **asked: str) -> str:
    person.get("/audit-log/filters")
    return person.post("/audit-log/filters", {"name": name, **asked}).text


def kept(world: World) -> list[tuple[str, str]]:
    world.session.rollback()
    return [(each.name, each.query) for each in world.session.scalars(select(SavedFilter).order_by(SavedFilter.id))]


def test_a_filter_is_saved_under_a_name_and_opened_again(visit: Visit) -> None:
    bo = visit("bo")
    assert "Saved as “Failed ones”." in save(bo, " Failed  ones ", status="error", q="lock date")
    part = bo.part("/audit-log/filters").text
    assert part.strip().startswith('<div id="saved-list"')
    (address,) = links(part, "Failed ones")
    assert address == "/audit-log?status=failed&q=lock+date"
    assert links(bo.get(address).text, "Status: Failed") == ["/audit-log?q=lock+date"]


def test_a_relative_range_stays_relative(world: World, visit: Visit) -> None:
    for day in (1, 8, 20):
        note(world, datetime(2026, 11, day, 12, tzinfo=UTC), f"N-{day}")
    with time_machine.travel(datetime(2026, 11, 8, 12, 30, tzinfo=UTC), tick=False):
        cleo = visit("cleo")
        save(cleo, "This week", range="last-7-days", reference="N-")
        (address,) = links(cleo.get("/audit-log/filters").text, "This week")
        assert [row.split("|")[1] for row in rows(cleo.get(address).text)] == ["N-8"]
    with time_machine.travel(datetime(2026, 11, 20, 12, 30, tzinfo=UTC), tick=False):
        again = visit("cleo")
        assert [row.split("|")[1] for row in rows(again.get(address).text)] == ["N-20"]
        assert links(again.get(address).text, "Last 7 days") == ["/audit-log?reference=N-"]


def test_the_same_name_again_replaces_what_it_stood_for(world: World, visit: Visit) -> None:
    bo = visit("bo")
    save(bo, "Mine", status="failed")
    save(bo, "Mine", status="synced")
    assert kept(world) == [("Mine", "status=synced")]


def test_everybody_has_their_own_and_deletes_none_but_these(world: World, visit: Visit) -> None:
    bo, cleo = visit("bo"), visit("cleo")
    save(bo, "Mine", status="failed")
    save(cleo, "Mine", status="synced")
    assert links(cleo.get("/audit-log/filters").text, "Mine") == ["/audit-log?status=synced"]
    assert "“Mine” is deleted." in cleo.post("/audit-log/filters/removal", {"name": "Mine"}).text
    assert kept(world) == [("Mine", "status=failed")]
    assert links(visit("dov").get("/audit-log/filters").text, "Mine") == []


@pytest.mark.parametrize(
    ("name", "asked", "said"),
    [
        ("", {"status": "failed"}, "Give the filter a name"),
        ("x" * 61, {"status": "failed"}, "Give the filter a name"),
        ("Everything", {}, "There is no filter in force"),
        ("Wrong", {"status": "zz"}, "There is no filter in force"),
    ],
)
def test_what_cannot_be_saved_is_said_and_not_saved(
    world: World, visit: Visit, name: str, asked: dict[str, str], said: str
) -> None:
    bo = visit("bo")
    bo.get("/audit-log/filters")
    answer = bo.post("/audit-log/filters", {"name": name, **asked})
    assert answer.status_code == 422
    assert said in answer.text
    assert kept(world) == []


def test_nobody_keeps_more_than_can_be_looked_through(world: World, visit: Visit) -> None:
    bo = visit("bo")
    for n in range(saved_filters.MOST):
        save(bo, f"No {n}", q=str(n))
    assert "Delete one first" in save(bo, "One more", q="x")
    assert "Saved as" in save(bo, "No 3", q="anew")
    assert len(kept(world)) == saved_filters.MOST
