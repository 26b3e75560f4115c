"""The front door and the top bar: which organisation one works in, and how one gets to another."""

import re
from collections.abc import Callable

from dashboard.db import writing
from dashboard.domain import members
from dashboard.vocabulary.roles import Role
from tests.support.visitor import Visitor
from tests.support.world import World

Visit = Callable[[str], Visitor]


def switches(page: str) -> dict[str, str]:
    """The organisations that the top bar offers, with the address of each one's form."""
    return {
        name: address for address, name in re.findall(r'action="(/organisation/\d+)">.*?>([^<]+)</button>', page, re.S)
    }


def test_who_belongs_to_several_organisations_switches_in_the_top_bar(world: World, visit: Visit) -> None:
    with writing(world.session):
        members.give_role(world.session, world.maple, world.users["bo"], Role.VIEWER, world.now())
    bo = visit("bo")
    offered = switches(bo.get("/records").text)
    assert list(offered) == ["Maple &amp; Finch"]
    page = bo.post(offered["Maple &amp; Finch"]).text
    assert "<b>Maple &amp; Finch</b>" in page
    assert list(switches(page)) == ["Nordlys AB"]


def test_who_belongs_to_one_organisation_is_offered_no_other(world: World, visit: Visit) -> None:
    bo = visit("bo")
    assert switches(bo.get("/records").text) == {}
    refused = bo.post(f"/organisation/{world.maple.id}")
    assert refused.status_code == 404
    assert "<b>Nordlys AB</b>" in bo.get("/records").text


def test_the_forms_around_a_page_carry_the_token_of_its_own_session(world: World, visit: Visit) -> None:
    people = visit("alma"), visit("ada")
    pages = [each.get("/audit-log").text for each in people]
    tokens = [set(re.findall(r'name="csrf_token" value="([^"]+)"', page)) for page in pages]
    assert [len(found) for found in tokens] == [1, 1]
    assert tokens[0] != tokens[1]
    assert all("You are signed out" in each.post("/sign-out").text for each in people)
