"""Connections: how each one is, who may do what with it, its lists, disconnecting. Consents are in test_consents."""

import re

import pytest
from sqlalchemy import func, select

from dashboard.db import writing
from dashboard.domain import connections, lookups
from dashboard.models import AuditEntry, Export, Lookup
from dashboard.models.connection import ConnectionState
from dashboard.models.lookup import LookupKind
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.postings import Company
from dashboard.vocabulary.statuses import Status
from tests.support.consenting import NORDLYS, Visit, afresh, break_off, count, known
from tests.support.world import World


@pytest.mark.parametrize("name", ["bo", "cleo"])
def test_who_may_not_connect_sees_the_buttons_disabled_with_the_reason(world: World, visit: Visit, name: str) -> None:
    connection = world.connect_xero()
    visitor = visit(name)
    page = visitor.get("/connections")
    assert "Only an admin may connect or reconnect a ledger." in page.text
    assert f"/connections/{connection.id}/reconnection" not in page.text
    assert f"/connections/{connection.id}/disconnection" not in page.text
    refused = [
        visitor.post("/connections/xero"),
        visitor.post(f"/connections/{connection.id}/reconnection"),
        visitor.post(f"/connections/{connection.id}/disconnection"),
        visitor.get(f"/connections/{connection.id}/disconnection"),
        visitor.get("/connections/xero/callback?code=x&state=y"),
        visitor.get("/connections/consents/1"),
        visitor.post("/connections/consents/1"),
    ]
    assert {each.status_code for each in refused} == {403}


def test_finance_may_refresh_lists_and_a_viewer_may_not(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    bo, cleo = visit("bo"), visit("cleo")
    bo.get("/connections")
    assert "being read" in bo.post(f"/connections/{connection.id}/lists").text
    assert "refreshing lists needs the finance role" in cleo.get("/connections").text
    assert cleo.post(f"/connections/{connection.id}/lists").status_code == 403


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/connections/{id}"),
        ("get", "/connections/{id}/disconnection"),
        ("post", "/connections/{id}/reconnection"),
        ("post", "/connections/{id}/disconnection"),
        ("post", "/connections/{id}/lists"),
        ("get", "/connections/consents/{lookup}"),
        ("post", "/connections/consents/{lookup}"),
    ],
)
def test_what_belongs_to_another_organisation_is_not_found(
    world: World, visit: Visit, method: str, address: str
) -> None:
    connection = world.connect_xero(world.maple)
    lookup = world.session.scalars(select(Lookup)).first()
    ada = visit("ada")
    ada.get("/connections")
    for ids in (
        {"id": connection.id, "lookup": lookup.id if lookup else 1},
        {"id": 999, "lookup": 999},
        {"id": 10**30, "lookup": 10**30},
    ):
        assert getattr(ada, method)(address.format(**ids)).status_code == 404


def test_a_lookup_of_another_kind_is_no_consent(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    with writing(world.session):
        lookup = lookups.ask(world.session, connection, LookupKind.LISTS, {"again": 1}, world.actor("ada"), world.now())
    assert visit("ada").get(f"/connections/consents/{lookup.id}").status_code == 404


def test_an_unknown_provider_is_not_found(world: World, visit: Visit) -> None:
    ada = visit("ada")
    ada.get("/connections")
    assert ada.post("/connections/sage").status_code == 404
    assert ada.get("/connections/sage/callback").status_code == 404


@pytest.mark.requirement("S0-03")
def test_each_of_the_three_states_has_a_badge(world: World, visit: Visit) -> None:
    world.connect_xero(company=Company("c-1", "Alpha", "l-1"), lists=False)
    broken = world.connect_xero(company=Company("c-2", "Beta", "l-2"), lists=False)
    left = world.connect_xero(company=Company("c-3", "Gamma", "l-3"), lists=False)
    break_off(world, broken)
    with writing(world.session):
        connections.disconnect(world.session, left, world.actor("ada"), world.now())
    page = visit("cleo").get("/connections").text
    for name, state, tone in (
        ("Alpha", "Connected", "good"),
        ("Beta", "Needs reconnecting", "bad"),
        ("Gamma", "Disconnected", ""),
    ):
        card = page[page.index(f">{name} ") :]
        badge = re.search(r'<span class="pill ([a-z]*)">([^<]+)</span>', card)
        assert badge is not None
        assert badge.groups() == (tone, state)
    assert "the refresh token is dead" in page


@pytest.mark.requirement("S1-27")
def test_refreshing_lists_asks_for_lists_and_changes_no_export(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    exports = world.approve(world.records(2))
    with writing(world.session):
        lookups.withdraw(world.session, connection.id, LookupKind.LISTS, "", world.now())
    bo = visit("bo")
    assert "Refresh lists from Xero (sends nothing)" in bo.get("/connections").text
    done = [bo.post(f"/connections/{connection.id}/lists") for _ in range(2)]
    assert "Reading them from Xero" in done[-1].text
    afresh(world)
    waiting = lookups.open_of_connection(world.session, connection.id)
    assert [each.kind for each in waiting] == [LookupKind.LISTS]
    for export in exports:
        assert world.session.get_one(Export, export.id, populate_existing=True).status is Status.PENDING


def test_the_card_is_watched_until_the_lists_are_read(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    bo = visit("bo")
    part = bo.part(f"/connections/{connection.id}")
    assert part.text.lstrip().startswith(f'<section class="card" id="connection-{connection.id}"')
    assert "data-poll" in part.text
    (lookup,) = lookups.open_of_connection(world.session, connection.id)
    with writing(world.session):
        lookups.answer(world.session, lookup, {"counts": {"Accounts": 4, "Contacts": 1200}}, world.now())
    part = bo.part(f"/connections/{connection.id}")
    assert "data-poll" not in part.text
    assert "4 accounts, 1,200 contacts" in part.text
    assert bo.get(f"/connections/{connection.id}").request.path == "/connections"


def test_lists_that_could_not_be_read_say_why(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    (lookup,) = lookups.open_of_connection(world.session, connection.id)
    with writing(world.session):
        lookups.fail(world.session, lookup, "Xero is out of reach", world.now())
    assert "Xero is out of reach" in visit("bo").get("/connections").text


def test_lists_of_a_broken_connection_are_not_asked_for(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    break_off(world, connection)
    bo = visit("bo")
    assert "Reconnect it first." in bo.get("/connections").text
    before = count(world, Lookup)
    assert "first" in bo.post(f"/connections/{connection.id}/lists").text
    assert count(world, Lookup) == before


def test_disconnecting_asks_first_then_has_the_provider_told(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    world.approve(world.records(2))
    ada = visit("ada")
    page = ada.get(f"/connections/{connection.id}/disconnection")
    assert "Disconnect Nordlys AB" in page.text
    assert re.search(r"On their way: they will wait</dt><dd>2</dd>", page.text)
    done = ada.post(f"/connections/{connection.id}/disconnection")
    assert "is being told to disconnect" in done.text
    afresh(world)
    kinds = {each.kind for each in lookups.open_of_connection(world.session, connection.id)}
    assert LookupKind.DISCONNECT in kinds


def test_a_second_order_disconnects_without_waiting_for_the_provider(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    ada = visit("ada")
    ada.get(f"/connections/{connection.id}/disconnection")
    ada.post(f"/connections/{connection.id}/disconnection")
    assert "without waiting" in ada.get(f"/connections/{connection.id}/disconnection").text
    done = ada.post(f"/connections/{connection.id}/disconnection")
    assert "is disconnected" in done.text
    assert known(world)[NORDLYS].state is ConnectionState.DISCONNECTED
    third = ada.post(f"/connections/{connection.id}/disconnection")
    assert third.status_code == 200
    acts = select(func.count()).select_from(AuditEntry).where(AuditEntry.act == Act.CONNECTION_DISCONNECTED)
    assert world.session.scalar(acts) == 1


def test_a_broken_connection_is_disconnected_at_once(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    break_off(world, connection)
    ada = visit("ada")
    ada.get(f"/connections/{connection.id}/disconnection")
    ada.post(f"/connections/{connection.id}/disconnection")
    assert known(world)[NORDLYS].state is ConnectionState.DISCONNECTED
