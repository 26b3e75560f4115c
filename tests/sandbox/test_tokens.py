"""Tokens and connections of the imitated Xero: rotation, grace, expiry, revocation."""

import base64
import json

import httpx2

from tests.sandbox.client import Desk
from tests.sandbox.conftest import open_desk


def _refresh(desk: Desk, token: str) -> httpx2.Response:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": token,
        "client_id": desk.client_id,
        "client_secret": desk.client_secret,
    }
    return desk.http.post("/xero/connect/token", data=form)


def _status(desk: Desk) -> int:
    return desk.send("GET", "/Organisation").status_code


def test_a_refresh_gives_a_pair_in_which_both_are_new(desk: Desk) -> None:
    renewed = _refresh(desk, desk.refresh_token).json()

    assert renewed["access_token"] != desk.token
    assert renewed["refresh_token"] != desk.refresh_token
    desk.token = renewed["access_token"]
    assert _status(desk) == 200


def test_the_previous_refresh_token_works_for_thirty_minutes(desk: Desk) -> None:
    _refresh(desk, desk.refresh_token)

    desk.control("clock", advance=1790)
    assert _refresh(desk, desk.refresh_token).status_code == 200
    desk.control("clock", advance=20)
    late = _refresh(desk, desk.refresh_token)
    assert (late.status_code, late.json()) == (400, {"error": "invalid_grant"})


def test_the_previous_refresh_token_dies_when_the_new_one_is_used(desk: Desk) -> None:
    renewed = _refresh(desk, desk.refresh_token).json()
    _refresh(desk, renewed["refresh_token"])

    assert _refresh(desk, desk.refresh_token).json() == {"error": "invalid_grant"}


def test_a_refresh_token_unused_for_sixty_days_is_dead(desk: Desk) -> None:
    desk.control("clock", advance=61 * 24 * 3600)

    assert _refresh(desk, desk.refresh_token).json() == {"error": "invalid_grant"}


def test_a_wrong_refresh_token_is_refused(desk: Desk) -> None:
    assert _refresh(desk, "nonsense").json() == {"error": "invalid_grant"}


def test_an_access_token_runs_out_after_thirty_minutes_and_says_when(desk: Desk) -> None:
    desk.control("clock", now="2026-11-20T08:00:00Z")
    fresh = open_desk(desk.http)
    desk.control("clock", now="2026-11-20T08:29:59Z")
    assert _status(fresh) == 200

    desk.control("clock", now="2026-11-20T08:30:01Z")
    answer = fresh.send("GET", "/Organisation")
    assert answer.status_code == 401
    body = answer.json()
    assert {**body, "Instance": ""} == {
        "Type": None,
        "Title": "Unauthorized",
        "Status": 401,
        "Detail": body["Detail"],
        "Instance": "",
        "Extensions": {},
    }
    assert body["Detail"].startswith("TokenExpired: token expired at 11/20/2026 08:30:0")


def test_access_can_be_made_to_expire(desk: Desk) -> None:
    desk.change("expire-access")

    assert desk.send("GET", "/Organisation").json()["Detail"].startswith("TokenExpired")
    assert _refresh(desk, desk.refresh_token).status_code == 200


def test_a_forged_token_is_refused(desk: Desk) -> None:
    desk.token += "x"

    answer = desk.send("GET", "/Organisation")
    assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthenticationUnsuccessful")


def test_the_token_names_its_consent_so_that_connections_can_be_told_apart(desk: Desk) -> None:
    other = open_desk(desk.http, company="Nordlys Norge AS")
    claims = json.loads(base64.urlsafe_b64decode(other.token.split(".")[1] + "=="))
    headers = {"Authorization": f"Bearer {other.token}"}

    mine = desk.http.get(
        "/xero/Connections", params={"authEventId": claims["authentication_event_id"]}, headers=headers
    ).json()
    everything = desk.http.get("/xero/connections", headers=headers).json()

    assert [one["tenantName"] for one in mine] == ["Nordlys Norge AS"]
    assert {one["tenantName"] for one in everything} == {"Nordlys AB", "Nordlys Norge AS"}
    assert "accounting.invoices" in claims["scope"]


def test_somebody_elses_organisation_is_forbidden(desk: Desk) -> None:
    stranger = open_desk(desk.http, company="Maple & Finch")
    stranger.company = desk.company

    answer = stranger.send("GET", "/Organisation")
    assert answer.status_code == 403
    assert {**answer.json(), "instance": ""} == {
        "title": "Forbidden",
        "status": 403,
        "detail": "AuthenticationUnsuccessful",
        "instance": "",
    }


def test_a_removed_connection_closes_that_organisation_only(desk: Desk) -> None:
    norway = open_desk(desk.http, company="Nordlys Norge AS")
    headers = {"Authorization": f"Bearer {desk.token}"}
    connection = next(
        one["id"]
        for one in desk.http.get("/xero/connections", headers=headers).json()
        if one["tenantId"] == desk.company
    )

    assert desk.http.delete(f"/xero/Connections/{connection}", headers=headers).status_code == 204
    assert _status(desk) == 403
    assert _status(norway) == 200
    assert desk.http.delete(f"/xero/Connections/{connection}", headers=headers).status_code == 404


def test_an_organisation_disconnected_inside_xero_is_forbidden_while_tokens_live(desk: Desk) -> None:
    desk.change("disconnect")

    assert _status(desk) == 403
    assert _refresh(desk, desk.refresh_token).status_code == 200


def test_revoking_ends_every_connection_of_that_user(desk: Desk) -> None:
    norway = open_desk(desk.http, company="Nordlys Norge AS")
    maple = open_desk(desk.http, company="Maple & Finch")
    form = {"token": desk.refresh_token, "client_id": desk.client_id, "client_secret": desk.client_secret}

    answer = desk.http.post("/xero/connect/revocation", data=form)

    assert (answer.status_code, answer.content) == (200, b"")
    assert [_status(one) for one in (desk, norway, maple)] == [401, 401, 200]
    assert _refresh(norway, norway.refresh_token).json() == {"error": "invalid_grant"}


def test_a_revoked_grant_cannot_be_refreshed(desk: Desk) -> None:
    desk.change("revoke-grant")

    assert _refresh(desk, desk.refresh_token).json() == {"error": "invalid_grant"}
    assert desk.send("GET", "/Organisation").json()["Detail"] == "AuthenticationUnsuccessful"


def test_consenting_again_after_a_revocation_works(desk: Desk) -> None:
    desk.change("revoke-grant")

    assert _status(open_desk(desk.http)) == 200


def test_a_scope_that_was_not_granted_is_refused(desk: Desk) -> None:
    reader = open_desk(desk.http, scope="accounting.invoices.read")

    assert reader.send("GET", "/Invoices").status_code == 200
    refused = reader.send("PUT", "/Invoices", {"Invoices": []})
    assert (refused.status_code, refused.json()["Detail"]) == (401, "AuthorizationUnsuccessful")
    assert reader.send("GET", "/Contacts").status_code == 401
    desk.control("settings", missing_scope_status=403)
    assert reader.send("GET", "/Contacts").status_code == 403
