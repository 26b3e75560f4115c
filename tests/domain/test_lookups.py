"""Lookups: a question asked once, taken once, answered once, and used once."""

from datetime import timedelta

from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import lookups
from dashboard.models import Connection, Lookup
from dashboard.models.lookup import LookupKind, LookupState
from tests.support.world import World


def ask(world: World, connection: Connection, **question: int) -> Lookup:
    with writing(world.session):
        return lookups.ask(world.session, connection, LookupKind.FIND, dict(question), world.actor("bo"), world.now())


def state(world: World, lookup: Lookup) -> LookupState:
    world.session.rollback()
    world.session.refresh(lookup)
    return lookup.state


def test_the_same_question_still_open_is_not_asked_twice(world: World) -> None:
    connection = world.connect_xero()
    first, again, other = ask(world, connection, export=1), ask(world, connection, export=1), ask(world, connection)
    assert (first.id == again.id, first.id == other.id) == (True, False)
    with writing(world.session):
        lookups.answer(world.session, first, {"found": "absent"}, world.now())
    assert ask(world, connection, export=1).id != first.id


def test_an_answered_question_is_not_taken_again(world: World) -> None:
    lookup = ask(world, world.connect_xero())
    with writing(world.session):
        assert lookups.begin(world.session, lookup)
        assert lookups.begin(world.session, lookup)
    with writing(world.session):
        lookups.answer(world.session, lookup, {"found": "absent"}, world.now())
        assert not lookups.begin(world.session, lookup)


def test_a_late_answer_does_not_open_what_was_withdrawn(world: World) -> None:
    connection = world.connect_xero()
    lookup = ask(world, connection)
    with writing(world.session):
        lookups.withdraw(world.session, connection.id, LookupKind.FIND, "no longer needed", world.now())
    with writing(world.session):
        lookups.answer(world.session, lookup, {"found": "ours"}, world.now())
    assert state(world, lookup) is LookupState.FAILED
    assert (lookup.error, lookup.answer) == ("no longer needed", {})


def test_withdrawing_leaves_questions_of_other_kinds_and_connections(world: World) -> None:
    mine, theirs = world.connect_xero(), world.connect_xero(world.maple)
    kept = ask(world, theirs)
    gone = ask(world, mine)
    with writing(world.session):
        lookups.withdraw(world.session, mine.id, LookupKind.FIND, "no longer needed", world.now())
    assert (state(world, gone), state(world, kept)) == (LookupState.FAILED, LookupState.WAITING)
    assert [each.kind for each in lookups.open_of_connection(world.session, mine.id)] == [LookupKind.LISTS]


def test_an_answer_is_used_once_and_not_before_it_is_there(world: World) -> None:
    lookup = ask(world, world.connect_xero())
    with writing(world.session):
        assert not lookups.use(world.session, lookup)
        lookups.answer(world.session, lookup, {"found": "ours"}, world.now())
    with Session(world.session.get_bind()) as second, writing(second):
        assert lookups.use(second, lookup)
    with writing(world.session):
        assert not lookups.use(world.session, lookup)
    assert state(world, lookup) is LookupState.USED


def test_a_page_is_told_when_an_answer_takes_long(world: World) -> None:
    lookup = ask(world, world.connect_xero())
    soon, later = lookup.asked_at + timedelta(seconds=5), lookup.asked_at + timedelta(minutes=1)
    assert [lookups.is_overdue(lookup, at) for at in (soon, later)] == [False, True]
    with writing(world.session):
        lookups.fail(world.session, lookup, "", later)
    assert state(world, lookup) is LookupState.FAILED
    assert lookup.error == "No answer"
    assert not lookups.is_overdue(lookup, later)


def test_the_newest_of_a_kind_is_found_whatever_its_state(world: World) -> None:
    connection = world.connect_xero()
    first = ask(world, connection, export=1)
    ask(world, connection, export=2)
    with writing(world.session):
        lookups.fail(world.session, first, "gone", world.now())
    found = lookups.newest(world.session, connection.id, LookupKind.FIND, ("export", 1))
    assert found is not None
    assert found.id == first.id
    assert lookups.newest(world.session, connection.id, LookupKind.DISCONNECT) is None


def test_however_many_came_after_it_the_newest_about_an_export_is_found(world: World) -> None:
    connection = world.connect_xero()
    first = ask(world, connection, export=1)
    for number in range(2, 62):
        ask(world, connection, export=number)
    found = lookups.newest(world.session, connection.id, LookupKind.FIND, ("export", 1))
    assert found is not None
    assert found.id == first.id
    assert lookups.newest(world.session, connection.id, LookupKind.FIND, ("export", 62)) is None
