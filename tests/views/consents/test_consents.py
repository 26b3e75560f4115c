"""What a consent leads to: organisations connected or reconnected, each only when it was meant."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select, update

from dashboard.config import Config
from dashboard.db import writing
from dashboard.domain import connections, grants, lifecycle, lookups
from dashboard.domain.vault import Vault
from dashboard.models import AuditEntry, Export, Grant, Lookup
from dashboard.models.connection import ConnectionState
from dashboard.models.lookup import LookupKind, LookupState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Fault
from dashboard.vocabulary.statuses import Cause, Status
from tests.support.consenting import (
    CLIENT_SECRET,
    MAPLE,
    NORDLYS,
    NORGE,
    Visit,
    Xero,
    afresh,
    begin,
    break_off,
    company_ids,
    connect,
    known,
    lookup_of,
    tell,
)
from tests.support.world import World


def test_an_admin_connects_two_organisations_in_one_consent(world: World, xero: Xero, visit: Visit) -> None:
    ada = visit("ada")
    address = begin(ada)
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://localhost:5000/connections/xero/callback"]
    assert "offline_access" in asked["scope"][0].split()

    waiting = ada.get(xero.answer(address, NORDLYS, NORGE))
    assert "is being asked which organisations" in waiting.text
    lookup = tell(world, xero)
    choice = ada.get(f"/connections/consents/{lookup.id}")
    ids = company_ids(lookup_of(world))
    assert all(name in choice.text for name in ids)

    done = ada.post(f"/connections/consents/{lookup.id}", {"company": list(ids.values())})

    assert "connected" in done.text
    found = known(world)
    assert set(found) == {NORDLYS, NORGE}
    assert found[NORDLYS].grant_id == found[NORGE].grant_id
    assert {each.state for each in found.values()} == {ConnectionState.CONNECTED}
    asked_lists = world.session.scalars(select(Lookup.connection_id).where(Lookup.kind == LookupKind.LISTS)).all()
    assert set(asked_lists) == {each.id for each in found.values()}
    assert "Reading them from Xero" in done.text


def test_only_the_organisations_that_were_ticked_are_connected(world: World, xero: Xero, visit: Visit) -> None:
    ada = visit("ada")
    ada.get(xero.answer(begin(ada), NORDLYS, NORGE))
    lookup = tell(world, xero)
    page = ada.get(f"/connections/consents/{lookup.id}")
    assert "checked" not in page.text
    ada.post(f"/connections/consents/{lookup.id}", {"company": [company_ids(lookup_of(world))[NORDLYS]]})
    assert set(known(world)) == {NORDLYS}


def test_choosing_nothing_is_refused_at_the_choice_and_can_be_mended(world: World, xero: Xero, visit: Visit) -> None:
    ada = visit("ada")
    ada.get(xero.answer(begin(ada), NORDLYS))
    lookup = tell(world, xero)
    for nothing in ({}, {"company": ["not-one-of-them"]}):
        refused = ada.post(f"/connections/consents/{lookup.id}", nothing)
        assert refused.status_code == 422
        assert "Choose at least one organisation." in refused.text
    ada.post(f"/connections/consents/{lookup.id}", {"company": list(company_ids(lookup_of(world)).values())})
    assert set(known(world)) == {NORDLYS}


def test_a_consent_is_used_once(world: World, xero: Xero, visit: Visit) -> None:
    ada = visit("ada")
    ada.get(xero.answer(begin(ada), NORDLYS, NORGE))
    lookup = tell(world, xero)
    ada.get(f"/connections/consents/{lookup.id}")
    ids = company_ids(lookup_of(world))
    first = ada.post(f"/connections/consents/{lookup.id}", {"company": [ids[NORDLYS]]})
    second = ada.post(f"/connections/consents/{lookup.id}", {"company": [ids[NORGE]]})
    assert "connected" in first.text
    assert "used before" in second.text
    assert set(known(world)) == {NORDLYS}
    assert "This sign-in was used" in ada.get(f"/connections/consents/{lookup.id}").text
    entries = world.session.scalar(
        select(func.count()).select_from(AuditEntry).where(AuditEntry.act == Act.CONNECTION_CONNECTED)
    )
    assert entries == 1


def test_the_consent_page_asks_by_itself_until_the_answer_is_there(world: World, xero: Xero, visit: Visit) -> None:
    ada = visit("ada")
    page = ada.get(xero.answer(begin(ada), NORDLYS))
    lookup = lookup_of(world)
    assert "data-poll" in page.text
    part = ada.part(f"/connections/consents/{lookup.id}")
    assert part.text.lstrip().startswith('<div id="consent"')
    assert "data-poll" in part.text
    tell(world, xero)
    assert "data-poll" not in ada.part(f"/connections/consents/{lookup.id}").text


def test_a_long_wait_is_explained(world: World, xero: Xero, visit: Visit) -> None:
    ada = visit("ada")
    ada.get(xero.answer(begin(ada), NORDLYS))
    lookup = lookup_of(world)
    with writing(world.session):
        world.session.execute(
            update(Lookup).where(Lookup.id == lookup.id).values(asked_at=world.now() - timedelta(minutes=2))
        )
    assert "may not be running" in ada.get(f"/connections/consents/{lookup.id}").text


def test_a_ledger_that_does_not_say_what_it_allows_is_quoted(world: World, xero: Xero, visit: Visit) -> None:
    ada = visit("ada")
    ada.get(xero.answer(begin(ada), NORDLYS))
    lookup = lookup_of(world)
    with writing(world.session):
        lookups.fail(world.session, lookup, "<b>out of order</b>", world.now())
    page = ada.get(f"/connections/consents/{lookup.id}")
    assert "&lt;b&gt;out of order&lt;/b&gt;" in page.text
    assert "Begin again" in page.text


@pytest.mark.requirement("S0-06")
def test_reconnecting_stores_a_fresh_token_and_the_badge_reads_connected(
    world: World, xero: Xero, visit: Visit
) -> None:
    ada = visit("ada")
    connection = connect(world, xero, ada, NORDLYS)[NORDLYS]
    before = connection.grant_id
    break_off(world, connection)
    assert "Needs reconnecting" in ada.get("/connections").text

    ada.get(xero.answer(begin(ada, f"/connections/{connection.id}/reconnection"), NORDLYS))
    lookup = tell(world, xero)
    page = ada.get(f"/connections/consents/{lookup.id}")
    assert f"Reconnect {NORDLYS}" in page.text
    assert re.search(r'hx-trigger="load, submit"', page.text)
    done = ada.post(f"/connections/consents/{lookup.id}", {"reconnect": "yes"})

    again = known(world)[NORDLYS]
    assert (again.id, again.state, again.error_words) == (connection.id, ConnectionState.CONNECTED, "")
    assert again.grant_id != before
    assert "Connected" in done.text


def test_with_scripts_the_reconnection_leaves_the_consent_page_by_itself(
    world: World, xero: Xero, visit: Visit
) -> None:
    ada = visit("ada")
    connection = connect(world, xero, ada, NORDLYS)[NORDLYS]
    ada.get(xero.answer(begin(ada, f"/connections/{connection.id}/reconnection"), NORDLYS))
    lookup = tell(world, xero)
    ada.get(f"/connections/consents/{lookup.id}")
    headers = {"HX-Request": "true", "HX-Request-Type": "partial", "X-CSRFToken": ada._token}
    sent = ada.client.post(f"/connections/consents/{lookup.id}", data={"reconnect": "yes"}, headers=headers)
    assert (sent.status_code, sent.headers["HX-Redirect"]) == (200, "/connections")
    assert "Location" not in sent.headers


@pytest.mark.requirement("B-15")
def test_a_connection_is_never_moved_to_another_organisation_unasked(world: World, xero: Xero, visit: Visit) -> None:
    ada = visit("ada")
    connection = connect(world, xero, ada, NORDLYS)[NORDLYS]
    before = connection.grant_id
    break_off(world, connection)
    ada.get(xero.answer(begin(ada, f"/connections/{connection.id}/reconnection"), MAPLE))
    lookup = tell(world, xero)

    page = ada.get(f"/connections/consents/{lookup.id}")
    assert "You signed in to Maple &amp; Finch, this connection is Nordlys AB" in page.text
    assert "Nothing was changed" in page.text
    forced = ada.post(f"/connections/consents/{lookup.id}", {"reconnect": "yes"})
    assert forced.status_code == 422

    unmoved = known(world)[NORDLYS]
    assert (unmoved.grant_id, unmoved.state) == (before, ConnectionState.ERROR)
    assert unmoved.external_id == connection.external_id


def test_the_other_organisation_can_become_a_further_connection(world: World, xero: Xero, visit: Visit) -> None:
    ada = visit("ada")
    connection = connect(world, xero, ada, NORDLYS)[NORDLYS]
    break_off(world, connection)
    ada.get(xero.answer(begin(ada, f"/connections/{connection.id}/reconnection"), MAPLE))
    lookup = tell(world, xero)
    ada.get(f"/connections/consents/{lookup.id}")
    ada.post(f"/connections/consents/{lookup.id}", {"company": list(company_ids(lookup_of(world)).values())})
    found = known(world)
    assert found[MAPLE].state is ConnectionState.CONNECTED
    assert found[NORDLYS].state is ConnectionState.ERROR


def test_what_failed_during_the_outage_is_offered_for_a_resync(world: World, xero: Xero, visit: Visit) -> None:
    ada = visit("ada")
    connection = connect(world, xero, ada, NORDLYS)[NORDLYS]
    exports = world.approve(world.records(3))
    break_off(world, connection)
    fault = Fault(ErrorCode.CANNOT_TELL, "", "Two of them were found")
    with writing(world.session):
        for export in exports[:2]:
            fresh = world.session.get_one(Export, export.id)
            lifecycle.move(world.session, fresh, Status.FAILED, Cause.PREFLIGHT, world.now(), faults=[fault])
    assert "while disconnected" not in ada.get("/connections").text
    ada.get(xero.answer(begin(ada, f"/connections/{connection.id}/reconnection"), NORDLYS))
    lookup = tell(world, xero)
    ada.get(f"/connections/consents/{lookup.id}")
    done = ada.post(f"/connections/consents/{lookup.id}", {"reconnect": "yes"})
    assert "Resync the 2 that failed while disconnected" in done.text


def test_an_organisation_that_is_connected_already_is_marked_and_cannot_be_chosen_again(
    world: World, xero: Xero, visit: Visit
) -> None:
    ada = visit("ada")
    connection = connect(world, xero, ada, NORDLYS)[NORDLYS]
    ada.get(xero.answer(begin(ada), NORDLYS, NORGE))
    lookup = tell(world, xero)
    page = ada.get(f"/connections/consents/{lookup.id}")
    assert "Connected already" in page.text
    assert f'value="{connection.external_id}"' not in page.text


def test_two_organisations_of_tieout_may_connect_one_company_and_learn_nothing_of_each_other(
    world: World, xero: Xero, visit: Visit
) -> None:
    connect(world, xero, visit("ada"), NORDLYS)
    dov = visit("dov")
    dov.get(xero.answer(begin(dov), NORDLYS))
    lookup = tell(world, xero)
    page = dov.get(f"/connections/consents/{lookup.id}")
    assert "Connected already" not in page.text
    dov.post(f"/connections/consents/{lookup.id}", {"company": list(company_ids(lookup_of(world)).values())})
    afresh(world)
    assert [each.company_name for each in connections.listed(world.session, world.maple.id)] == [NORDLYS]


def test_a_disconnected_one_is_connected_again_with_its_queue(world: World, xero: Xero, visit: Visit) -> None:
    ada = visit("ada")
    connection = connect(world, xero, ada, NORDLYS)[NORDLYS]
    (export,) = world.approve(world.records())
    for _ in range(2):
        ada.get(f"/connections/{connection.id}/disconnection")
        ada.post(f"/connections/{connection.id}/disconnection")
    assert "Connect again" in ada.get("/connections").text
    ada.get(xero.answer(begin(ada, f"/connections/{connection.id}/reconnection"), NORDLYS))
    lookup = tell(world, xero)
    ada.get(f"/connections/consents/{lookup.id}")
    ada.post(f"/connections/consents/{lookup.id}", {"reconnect": "yes"})
    assert known(world)[NORDLYS].state is ConnectionState.CONNECTED
    assert world.session.get_one(Export, export.id, populate_existing=True).status is Status.PENDING


def test_secrets_are_never_on_a_page_in_the_log_or_readable_in_the_database(
    world: World, xero: Xero, visit: Visit, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    ada = visit("ada")
    address = begin(ada)
    back = xero.answer(address, NORDLYS)
    pages = [ada.get(back).text]
    lookup = tell(world, xero)
    pages.append(ada.get(f"/connections/consents/{lookup.id}").text)
    ids = company_ids(lookup_of(world))
    pages.append(ada.post(f"/connections/consents/{lookup.id}", {"company": list(ids.values())}).text)
    pages.append(ada.get("/connections").text)
    config: Config = world.app.extensions["tieout"]
    grant = world.session.get_one(Grant, lookup.grant_id)
    tokens = grants.current(Vault(config.token_keys), grant)
    secrets = [tokens.access_token, tokens.refresh_token, CLIENT_SECRET]
    output = capfd.readouterr()
    said = "\n".join([*pages, caplog.text, output.out, output.err])
    for secret in secrets:
        assert secret not in said
        assert secret.encode() not in grant.tokens
    assert CLIENT_SECRET not in address
    assert lookup_of(world).state is LookupState.USED
