"""The support bundle: what it holds for chosen exports, who gets it how, and that no secret is in it."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from dashboard.config import Config
from dashboard.db import writing
from dashboard.domain import lifecycle
from dashboard.models import Attempt, Connection, Export, Grant
from dashboard.models.export import AttemptState, Step
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Fault
from dashboard.vocabulary.records import Trigger
from dashboard.vocabulary.statuses import Cause, Status
from tests.support.consenting import Visit, afresh
from tests.support.world import World
from tests.views.test_support import enter

SAID = "Account code '4010' is not a valid code for this document."
CANARIES = (
    "canary-access",
    "canary-refresh",
    "canary-client-secret",
    "canary-header-1234567890",
    "canary-request-body",
    "canary-response-body",
    "canary-posting",
    "canary-query",
    "canary-echoed-1234567890",
    "eyJcanary0123.eyJcanary4567.canary-signature",
    "canary-named",
)


@pytest.fixture
def exports(world: World) -> list[Export]:
    """Two failed exports; what was exchanged for the first is full of secrets, and so is what was said of it."""
    connection: Connection = world.connect_xero()
    first, second = world.approve(world.records(2))
    for export in (first, second):
        fail(world, export, SAID)
    now = world.now()
    with writing(world.session):
        grant = world.session.get_one(Grant, connection.grant_id)
        grant.previous = grant.tokens
        world.session.add(
            Attempt(
                tenant_id=world.nordlys.id,
                export_id=first.id,
                step=Step.DOCUMENT,
                state=AttemptState.REFUSED,
                trigger=Trigger.AUTOMATIC,
                epoch=1,
                posting={"number": "T-00001", "note": "canary-posting"},
                begun_at=now,
                ended_at=now,
                method="PUT",
                address="https://api.xero.com/api.xro/2.0/Invoices?token=canary-query",
                request="Authorization: Bearer canary-header-1234567890\n\ncanary-request-body",
                response="Set-Cookie: canary-header-1234567890\n\ncanary-response-body",
                http_status=400,
                request_id="0f3c2a8e-4711",
                error_code="account-unknown",
                error_words=(
                    "Refused: Bearer canary-echoed-1234567890, eyJcanary0123.eyJcanary4567.canary-signature, "
                    'client_secret="canary-named", canary-access and canary-refresh'
                ),
            )
        )
    return [first, second]


def fail(world: World, export: Export, words: str, code: ErrorCode = ErrorCode.ACCOUNT_UNKNOWN) -> None:
    with writing(world.session):
        fault = Fault(code, "4010", words)
        lifecycle.move(world.session, export, Status.FAILED, Cause.PREFLIGHT, world.now(), faults=[fault])


def address(*exports: Export, **more: str) -> str:
    asked = [f"export={export.id}" for export in exports] + [f"{name}={value}" for name, value in more.items()]
    return "/exports/xero/support-bundle?" + "&".join(asked)


@pytest.mark.requirement("B-18", "S3-22")
def test_the_bundle_holds_organisation_destination_numbers_errors_request_ids_and_times(
    world: World, visit: Visit, exports: list[Export]
) -> None:
    found = json.loads(visit("bo").get(address(*exports, format="json")).text)
    assert found["organisation"] == "Nordlys AB"
    assert {each["number"] for each in found["exports"]} == {"T-00001", "T-00002"}
    first = found["exports"][-1]
    assert first["destination"] == "Xero, Nordlys AB"
    assert first["errors"] == ["account-unknown (4010)"]
    assert first["words"] == [SAID]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first["since"])
    (tried,) = first["tries"]
    assert (tried["request_id"], tried["http_status"]) == ("0f3c2a8e-4711", 400)
    assert tried["call"] == "PUT https://api.xero.com/api.xro/2.0/Invoices"
    text = visit("bo").get(address(*exports, format="text"))
    assert text.headers["Content-Disposition"].startswith('attachment; filename="support-nordlys-')
    for words in ("Nordlys AB", "T-00001", "T-00002", "Xero, Nordlys AB", SAID, "0f3c2a8e-4711"):
        assert words in text.text


@pytest.mark.requirement("B-18")
def test_no_secret_that_was_planted_is_in_it(visit: Visit, exports: list[Export]) -> None:
    bo = visit("bo")
    for form in ({}, {"format": "json"}, {"format": "text"}):
        said = bo.get(address(*exports, **form)).text
        assert "T-00001" in said
        assert [canary for canary in CANARIES if canary in said] == []
    assert "Refused: Bearer [secret], [secret], client_secret=" in bo.get(address(*exports, format="text")).text


@pytest.mark.requirement("B-18")
def test_ticked_rows_lead_to_it_and_nothing_else_of_the_form_does(visit: Visit, exports: list[Export]) -> None:
    bo = visit("bo")
    page = bo.get("/exports/xero").text
    assert 'formaction="/exports/xero/support-bundle"' in page
    answer = bo.post("/exports/xero/support-bundle", {"export": str(exports[0].id), "form_token": "x"}, follow=False)
    assert (answer.status_code, answer.location) == (303, address(exports[0]))
    assert "T-00001" in bo.get(answer.location).text
    part = bo.client.post(
        "/exports/xero/support-bundle",
        data={"export": str(exports[0].id), "csrf_token": bo._token},
        headers={"HX-Request": "true", "HX-Request-Type": "partial"},
    )
    assert (part.status_code, part.headers["HX-Redirect"]) == (200, address(exports[0]))
    assert "Tick at least one export first." in bo.post("/exports/xero/support-bundle").text


@pytest.mark.requirement("B-18")
def test_a_viewer_and_a_visitor_of_support_get_it_without_sending_a_form(
    world: World, visit: Visit, exports: list[Export]
) -> None:
    sol = visit("sol")
    enter(world, sol)
    for reader in (visit("cleo"), sol):
        page = reader.get("/exports/xero").text
        assert '<form class="bulk" id="bulk" method="get" action="/exports/xero/support-bundle"' in page
        assert f'id="tick-{exports[0].id}"' in page
        assert "T-00001" in reader.get(address(exports[0])).text


def test_exports_of_others_are_left_out_and_alone_are_not_found(
    world: World, visit: Visit, exports: list[Export]
) -> None:
    world.connect_xero(world.maple)
    (theirs,) = world.approve(world.records(tenant=world.maple))
    fail(world, theirs, "None of your business")
    said = visit("bo").get(address(exports[0], theirs)).text
    assert "T-00001" in said
    assert "None of your business" not in said
    assert visit("bo").get(address(theirs)).status_code == 404


@pytest.fixture
def with_support(app: Flask) -> None:
    config: Config = app.extensions["tieout"]
    object.__setattr__(config, "support_email", "help@tieout.example")


@pytest.mark.requirement("S0-18")
@pytest.mark.usefixtures("with_support")
@pytest.mark.parametrize("code", list(ErrorCode))
def test_writing_to_support_names_organisation_destination_and_error_for_every_failure(
    world: World, visit: Visit, code: ErrorCode
) -> None:
    world.connect_xero()
    (export,) = world.approve(world.records())
    fail(world, export, f"It said “{code.value}” & no", code)
    bo = visit("bo")
    link = re.search(r'href="([^"]+)">Contact support<', bo.get(f"/records/{export.record_id}").text)
    assert link is not None
    letter = re.search(r'href="(mailto:[^"]+)"', bo.get(link.group(1).replace("&amp;", "&")).text)
    assert letter is not None
    parts = urlsplit(letter.group(1).replace("&amp;", "&"))
    said = parse_qs(parts.query)
    assert parts.path == "help@tieout.example"
    for words in ("Nordlys AB", "Xero", f"It said “{code.value}” & no"):
        assert words in said["body"][0]
    assert said["subject"][0].startswith("Nordlys AB: ")


def test_without_an_address_no_letter_is_offered(visit: Visit, exports: list[Export], world: World) -> None:
    afresh(world)
    assert "mailto:" not in visit("bo").get(address(exports[0])).text
