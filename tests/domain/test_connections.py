"""Connections: made from a consent, broken with their grant, healed, never moved to another company."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.config import Config
from dashboard.db import writing
from dashboard.domain import condition, connections, grants, lookups
from dashboard.domain.vault import Vault
from dashboard.models import AuditEntry, Connection, Grant, Tenant
from dashboard.models.connection import ConnectionState
from dashboard.models.lookup import LookupKind
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Company
from dashboard.vocabulary.providers import Provider
from tests.support.world import World

NORDLYS, NORGE = Company("c-1", "Nordlys AB", "link-1"), Company("c-2", "Nordlys Norge AS", "link-2")


def consent(world: World, tenant: Tenant | None = None, session: Session | None = None) -> Grant:
    config: Config = world.app.extensions["tieout"]
    opened = session or world.session
    tokens = grants.Tokens("canary-access", "canary-refresh", 1800)
    return grants.create(
        opened,
        Vault(config.token_keys),
        (tenant or world.nordlys).id,
        Provider.XERO,
        tokens,
        world.actor("ada"),
        world.now(),
    )


def connect(world: World, *companies: Company, tenant: Tenant | None = None) -> list[Connection]:
    with writing(world.session):
        grant = consent(world, tenant)
        return connections.connect(world.session, grant, companies, world.actor("ada"), world.now())


def acts(world: World, act: Act) -> int:
    return world.session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.act == act)) or 0


def test_several_connections_stand_on_one_grant_and_break_with_it(world: World) -> None:
    first, second = connect(world, NORDLYS, NORGE)
    grant = world.session.get_one(Grant, first.grant_id)
    for _ in range(2):
        with writing(world.session):
            connections.break_grant(world.session, grant, "no longer accepted", world.now())
    assert {first.state, second.state} == {ConnectionState.ERROR}
    assert grant.is_broken
    assert first.waiting_for == "Xero disconnected"
    assert acts(world, Act.CONNECTION_BROKE) == 2


def test_reconnecting_keeps_the_connection_and_heals_its_siblings(world: World) -> None:
    first, second = connect(world, NORDLYS, NORGE)
    with writing(world.session):
        grant = world.session.get_one(Grant, first.grant_id)
        connections.break_grant(world.session, grant, "no longer accepted", world.now())
        fresh = consent(world)
        healed = connections.reconnect(world.session, first, fresh, [NORGE, NORDLYS], world.actor("ada"), world.now())
    assert {each.id for each in healed} == {first.id, second.id}
    assert {each.state for each in (first, second)} == {ConnectionState.CONNECTED}
    assert {each.grant_id for each in (first, second)} == {fresh.id}
    assert (first.error_code, first.error_words, first.waiting_for) == ("", "", "")
    assert acts(world, Act.CONNECTION_RECONNECTED) == 2


@pytest.mark.requirement("B-15")
def test_a_consent_for_another_company_changes_nothing(world: World) -> None:
    (connection,) = connect(world, NORDLYS)
    before = connection.grant_id
    with pytest.raises(connections.AnotherCompany) as refused, writing(world.session):
        connections.reconnect(world.session, connection, consent(world), [NORGE], world.actor("ada"), world.now())
    assert (refused.value.expected, refused.value.found) == ("Nordlys AB", ("Nordlys Norge AS",))
    world.session.refresh(connection)
    assert connection.grant_id == before
    assert world.session.scalar(select(func.count()).select_from(Grant)) == 1


def test_one_that_a_person_disconnected_stays_so_when_a_sibling_is_reconnected(world: World) -> None:
    first, second = connect(world, NORDLYS, NORGE)
    with writing(world.session):
        connections.disconnect(world.session, second, world.actor("ada"), world.now())
        connections.reconnect(world.session, first, consent(world), [NORDLYS, NORGE], world.actor("ada"), world.now())
    assert (first.state, second.state) == (ConnectionState.CONNECTED, ConnectionState.DISCONNECTED)
    assert second.grant_id is None


def test_two_orders_at_once_for_one_company_make_one_connection(world: World) -> None:
    tenant_id, actor, faults = world.nordlys.id, world.actor("ada"), []

    def order() -> None:
        with Session(world.session.get_bind(), expire_on_commit=False) as session:
            try:
                with writing(session):
                    grant = consent(world, session.get_one(Tenant, tenant_id), session)
                    connections.connect(session, grant, [NORDLYS], actor, world.now())
            except Exception as fault:  # noqa: BLE001 - whatever a thread meets is the test's to report
                faults.append(fault)

    threads = [threading.Thread(target=order) for _ in range(4)]
    world.session.commit()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(connections.listed(world.session, tenant_id)) == 1


def test_the_same_company_in_two_organisations_is_two_connections(world: World) -> None:
    (mine,), (theirs,) = connect(world, NORDLYS), connect(world, NORDLYS, tenant=world.maple)
    assert mine.id != theirs.id
    assert connections.listed(world.session, world.maple.id) == [theirs]


def test_disconnecting_tells_the_provider_first_unless_it_cannot_be_told(world: World) -> None:
    well, broken = connect(world, NORDLYS, NORGE)
    with writing(world.session):
        connections.break_off(world.session, broken, ErrorCode.COMPANY_DISCONNECTED, "gone", world.now())
        actor, now = world.actor("ada"), world.now()
        waits = [connections.order_disconnection(world.session, each, actor, now) for each in (well, broken)]
    assert waits == [True, False]
    assert (well.state, broken.state) == (ConnectionState.CONNECTED, ConnectionState.DISCONNECTED)
    with writing(world.session):
        assert not connections.order_disconnection(world.session, well, world.actor("ada"), world.now())
    assert well.state is ConnectionState.DISCONNECTED
    pending = lookups.open_of_connection(world.session, well.id)
    assert LookupKind.DISCONNECT not in {each.kind for each in pending}


def test_a_link_that_another_organisation_stands_on_is_not_cut(world: World) -> None:
    (mine,), (theirs,) = connect(world, NORDLYS), connect(world, NORDLYS, tenant=world.maple)
    with writing(world.session):
        assert not connections.order_disconnection(world.session, mine, world.actor("ada"), world.now())
    assert (mine.state, theirs.state) == (ConnectionState.DISCONNECTED, ConnectionState.CONNECTED)
    with writing(world.session):
        assert connections.order_disconnection(world.session, theirs, world.actor("dov"), world.now())


def test_connecting_again_withdraws_an_order_to_disconnect(world: World) -> None:
    (connection,) = connect(world, NORDLYS)
    with writing(world.session):
        connections.order_disconnection(world.session, connection, world.actor("ada"), world.now())
        connections.connect(world.session, consent(world), [NORDLYS], world.actor("ada"), world.now())
    pending = {each.kind for each in lookups.open_of_connection(world.session, connection.id)}
    assert LookupKind.DISCONNECT not in pending


def test_the_last_outage_stays_known_until_it_is_no_longer_the_last(world: World) -> None:
    (connection,) = connect(world, NORDLYS)
    assert condition.of(world.session, connection).since is not None
    with writing(world.session):
        connections.break_off(world.session, connection, ErrorCode.ACCESS_EXPIRED, "dead", world.now())
    broken_at = connection.broken_at
    assert condition.of(world.session, connection).since == broken_at
    with writing(world.session):
        connections.connect(world.session, consent(world), [NORDLYS], world.actor("ada"), world.now())
    assert connection.broken_at == broken_at
    assert condition.of(world.session, connection).since != broken_at
    with writing(world.session):
        connections.connect(world.session, consent(world), [NORDLYS], world.actor("ada"), world.now())
    assert connection.broken_at is None


def test_a_pause_is_only_ever_lengthened_and_ends(world: World) -> None:
    (connection,) = connect(world, NORDLYS)
    later = world.now() + timedelta(hours=1)
    with writing(world.session):
        connections.pause(world.session, connection, later, "Xero's limit")
        connections.pause(world.session, connection, world.now(), "Xero's limit")
    assert connection.not_before == later
    with writing(world.session):
        connections.resume(world.session, connection)
    assert not connection.not_before
    assert connection.waiting_for == ""


def test_a_company_with_an_endless_name_is_connected_all_the_same(world: World) -> None:
    (connection,) = connect(world, Company("c-3", "N" * 500, "link-3"))
    assert len(connection.company_name) == 200
