"""Every route as support staff: without a visit, in one, and after its end."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from werkzeug.routing import Rule

from dashboard.db import writing
from dashboard.domain import support_visits
from dashboard.models import AuditEntry
from dashboard.views.guards import READS_ONLY
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.roles import Permission
from tests.architecture.places import STAFF, Place
from tests.architecture.test_routes import ANSWERS, TELLING, address, form, guard, led_on, rules


@pytest.fixture
def visited(place: Place) -> Iterator[Place]:
    """Sol visits Nordlys; in the end everything is as before."""
    enter(place)
    place_kept = place.file.with_suffix(".kept").read_bytes()
    place.keep()
    yield place
    place.file.with_suffix(".kept").write_bytes(place_kept)
    place.restore()


def enter(place: Place) -> None:
    world = place.world
    with writing(world.session):
        support_visits.enter(world.session, world.users[STAFF], world.nordlys.id, "Request 4711", 30, world.now())


def of_organisations(place: Place, method: str) -> list[Rule]:
    """The routes of that method that belong to an organisation."""
    found = [rule for rule in rules(place) if method in (rule.methods or ())]
    return [rule for rule in found if isinstance(guard(place, rule), Permission)]


def find_nothing(place: Place) -> list[tuple[str, int]]:
    """Routes at which Sol finds something, which nobody of support may without a visit."""
    wrong = []
    for rule in (*of_organisations(place, "GET"), *of_organisations(place, "POST")):
        answer, is_as_before = place.called(STAFF, address(place, rule), form(place, rule, STAFF))
        if answer.status_code != 404 or not is_as_before or TELLING.search(answer.text):
            wrong.append((rule.rule, answer.status_code))
    return wrong


@pytest.mark.requirement("B-14")
def test_staff_find_nothing_without_a_visit_and_are_led_to_the_desk(place: Place) -> None:
    assert find_nothing(place) == []
    assert place.called(STAFF, "/")[0].location == "/support"


@pytest.mark.requirement("B-14")
def test_in_a_visit_staff_read_every_page_and_each_is_in_the_log(visited: Place) -> None:
    wrong = []
    for rule in of_organisations(visited, "GET"):
        needed = guard(visited, rule)
        client = visited.people[STAFF].client
        answer = client.get(address(visited, rule))
        logged = newest_reading(visited)
        visited.restore()
        if needed is not Permission.VIEW:
            is_right = answer.status_code == 403 and logged is None
        elif answer.status_code in (302, 303):
            is_right = logged is None and led_on(visited, STAFF, answer).status_code == 200
        else:
            is_right = answer.status_code == 200
            is_right = is_right and logged == ("Sol (support)", "Nordlys AB", address(visited, rule))
        if not is_right:
            wrong.append((rule.rule, answer.status_code, logged))
    assert wrong == [], "\n".join(map(str, wrong))


@pytest.mark.requirement("B-14")
def test_in_a_visit_every_form_is_refused_and_changes_nothing(visited: Place) -> None:
    wrong = []
    for rule in of_organisations(visited, "POST"):
        answer, is_as_before = visited.called(STAFF, address(visited, rule), form(visited, rule, STAFF))
        if answer.status_code != 403 or READS_ONLY not in answer.text or not is_as_before:
            wrong.append((rule.rule, answer.status_code, is_as_before))
    assert wrong == [], "\n".join(map(str, wrong))


@pytest.mark.requirement("B-14")
def test_after_the_end_of_a_visit_staff_find_nothing(visited: Place) -> None:
    world = visited.world
    with writing(world.session):
        support_visits.leave(world.session, world.users[STAFF].id, world.now())
    visited.keep()
    assert find_nothing(visited) == []


@pytest.mark.requirement("B-14")
def test_staff_reach_their_own_pages_whether_or_not_they_visit(visited: Place) -> None:
    for rule in rules(visited):
        if guard(visited, rule) == "staff":
            answer, _ = visited.called(STAFF, address(visited, rule), form(visited, rule, STAFF))
            assert answer.status_code in ANSWERS, rule.rule


def newest_reading(place: Place) -> tuple[str, str, str] | None:
    """Who, of whom, and which address."""
    place.world.session.rollback()
    query = select(AuditEntry.actor, AuditEntry.reference, AuditEntry.details["address"].as_string())
    newest = query.where(AuditEntry.act == Act.SUPPORT_READ).order_by(AuditEntry.id.desc()).limit(1)
    found = place.world.session.execute(newest).one_or_none()
    return tuple(found) if found else None
