"""What can go wrong on the way back from a provider: each is a message on /connections, and nothing is kept."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask

from dashboard.config import load
from dashboard.models import Grant, Lookup
from tests.support.consenting import (
    NORDLYS,
    Visit,
    Xero,
    begin,
    count,
)
from tests.support.visitor import Visitor
from tests.support.world import World


def refused_with(visitor: Visitor, world: World, address: str, words: str) -> None:
    """The way back fails: a message on /connections, and nothing is kept."""
    came = visitor.get(address)
    assert came.status_code == 200
    assert came.request.path == "/connections"
    assert words in came.text
    assert count(world, Grant) == 0
    assert count(world, Lookup) == 0


def test_declining_access_changes_nothing(world: World, xero: Xero, visit: Visit) -> None:
    ada = visit("ada")
    refused_with(ada, world, xero.answer(begin(ada), decision="cancel"), "You did not allow access in Xero.")


def test_a_forged_or_missing_state_is_refused_without_asking_the_provider(
    world: World, xero: Xero, visit: Visit
) -> None:
    ada = visit("ada")
    back = xero.answer(begin(ada), NORDLYS)
    code = parse_qs(urlsplit(back).query)["code"][0]
    for query in ({"code": code, "state": "forged"}, {"code": code}, {"code": code, "state": ""}, {}):
        refused_with(ada, world, f"/connections/xero/callback?{urlencode(query)}", "was not begun here")
    assert xero.token_calls() == []


def test_the_way_back_works_once(world: World, xero: Xero, visit: Visit) -> None:
    ada = visit("ada")
    back = xero.answer(begin(ada), NORDLYS)
    ada.get(back)
    again = ada.get(back)
    assert "was used before" in again.text
    assert count(world, Grant) == 1


def test_somebody_elses_way_back_is_refused(world: World, xero: Xero, visit: Visit) -> None:
    back = xero.answer(begin(visit("ada")), NORDLYS)
    refused_with(visit("alma"), world, back, "was not begun here")
    assert xero.token_calls() == []


def test_an_expired_code_is_refused(world: World, xero: Xero, visit: Visit) -> None:
    ada = visit("ada")
    back = xero.answer(begin(ada), NORDLYS)
    xero.control("clock", advance=600)
    refused_with(ada, world, back, "lasts five minutes and works once")


def test_a_code_that_was_left_out_is_refused(world: World, xero: Xero, visit: Visit) -> None:
    ada = visit("ada")
    state = parse_qs(urlsplit(begin(ada)).query)["state"][0]
    refused_with(ada, world, f"/connections/xero/callback?state={state}", "works once")


def test_a_server_that_the_provider_does_not_know_is_told_what_to_check(world: World, xero: Xero, visit: Visit) -> None:
    ada = visit("ada")
    back = xero.answer(begin(ada), NORDLYS)
    xero.control("settings", client_secret="another")
    refused_with(ada, world, back, "TIEOUT_XERO_CLIENT_ID")


@pytest.mark.parametrize("fault", ["drop-before", "drop-after-commit", "503", "500-before"])
def test_a_provider_that_does_not_answer_is_a_message(world: World, xero: Xero, visit: Visit, fault: str) -> None:
    ada = visit("ada")
    back = xero.answer(begin(ada), NORDLYS)
    xero.control("faults", fault=fault, path="/connect/token")
    refused_with(ada, world, back, "Xero did not answer")


def test_an_access_that_cannot_be_renewed_is_not_kept(world: World, xero: Xero, visit: Visit) -> None:
    ada = visit("ada")
    address = begin(ada)
    without = address.replace("offline_access+", "").replace("offline_access%20", "")
    assert without != address
    refused_with(ada, world, xero.answer(without, NORDLYS), "no lasting access")


@pytest.mark.parametrize("error", ["<script>alert(1)</script>", "server_error"])
def test_a_refusal_of_the_provider_never_speaks_from_the_address(
    world: World, xero: Xero, visit: Visit, error: str
) -> None:
    ada = visit("ada")
    state = parse_qs(urlsplit(begin(ada)).query)["state"][0]
    query = urlencode({"state": state, "error": error, "error_description": "Send your password to eve"})
    refused_with(ada, world, f"/connections/xero/callback?{query}", "Xero refused the sign-in.")
    assert "eve" not in ada.get("/connections").text


def test_many_begun_consents_do_not_burst_the_cookie(world: World, xero: Xero, visit: Visit) -> None:
    ada = visit("ada")
    addresses = [begin(ada) for _ in range(8)]
    cookie = ada.client.get_cookie("tieout", domain="localhost")
    assert cookie is not None
    assert len(cookie.value) < 2000
    assert ada.get(xero.answer(addresses[-1], NORDLYS)).request.path.startswith("/connections/consents/")


def test_a_consent_begun_in_another_organisation_is_refused(world: World, xero: Xero, visit: Visit) -> None:
    ada = visit("ada")
    back = xero.answer(begin(ada), NORDLYS)
    with ada.client.session_transaction() as session:
        (name,) = [name for name in session if name.startswith("_state_")]
        session[name]["data"]["organisation"] = world.maple.id
        session.modified = True
    refused_with(ada, world, back, "was not begun here")


@pytest.mark.parametrize("settings_without", ["TIEOUT_XERO_CLIENT_ID"])
def test_a_server_without_a_client_says_so_and_sends_nobody_away(
    settings: dict[str, str], settings_without: str, world: World, visit: Visit, app: Flask
) -> None:
    ada = visit("ada")
    app.extensions["tieout"] = load({**settings, settings_without: ""})
    assert "is missing" in ada.get("/connections").text
    sent = ada.post("/connections/xero")
    assert sent.request.path == "/connections"
    assert "is missing" in sent.text
