"""Settings: what an organisation says of itself, its plan, its people."""

import html
import re

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.config import Config
from dashboard.models import AuditEntry, Tenant
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.roles import Role
from tests.support.consenting import Visit, afresh
from tests.support.visitor import Visitor
from tests.support.world import NORDLYS, World

FACTS = {
    "name": "Nordlys AB",
    "tax_id": "SE556677889901",
    "timezone": "Europe/Stockholm",
    "currency": "SEK",
}


def form_of(visitor: Visitor, **changes: str) -> dict[str, str]:
    """The form as it is on the page, with some fields changed."""
    seen = re.search(r'name="seen" value="([^"]*)"', visitor.get("/settings").text)
    assert seen is not None
    return {**FACTS, "seen": html.unescape(seen.group(1)), **changes}


def stored(world: World) -> Tenant:
    afresh(world)
    return world.session.get_one(Tenant, world.nordlys.id)


def test_everybody_sees_the_organisation_its_plan_and_its_people(world: World, visit: Visit) -> None:
    page = visit("cleo").get("/settings").text
    assert 'value="Nordlys AB"' in page
    assert "The audit log shows today and the 30 days before." in page
    for name, role in NORDLYS.items():
        row = page[page.index(f"{name}@nordlys.example") :]
        assert role.label in row[: row.index("</tr>")]
    assert "dov@maple.example" not in page


def test_what_is_kept_says_what_is_deleted_and_leads_to_the_rest(world: World, visit: Visit) -> None:
    kept = visit("cleo").get("/settings").text.partition('id="kept')[2]
    assert "today and the 120 days before" in kept
    assert 'href="/settings/retention"' in kept


def test_an_admin_changes_the_facts_and_the_log_tells_before_and_after(world: World, visit: Visit) -> None:
    ada = visit("ada")
    changed = form_of(ada, name=" Nordlys Group AB ", timezone="Europe/Oslo", currency="nok")
    assert "Saved." in ada.post("/settings", changed).text
    tenant = stored(world)
    assert (tenant.name, tenant.timezone, tenant.base_currency) == ("Nordlys Group AB", "Europe/Oslo", "NOK")
    logged = world.session.scalars(select(AuditEntry).where(AuditEntry.act == Act.ORGANISATION_CHANGED)).one()
    assert logged.actor == "Ada"
    assert logged.words == (
        "Name: Nordlys AB → Nordlys Group AB; Time zone: Europe/Stockholm → Europe/Oslo; Base currency: SEK → NOK"
    )
    assert "Nothing was changed." in ada.post("/settings", changed).text
    assert len(world.session.scalars(select(AuditEntry).where(AuditEntry.act == Act.ORGANISATION_CHANGED)).all()) == 1


def test_a_form_older_than_somebody_elses_change_is_not_saved(world: World, visit: Visit) -> None:
    ada, alma = visit("ada"), visit("alma")
    mine, theirs = form_of(ada, timezone="Europe/Oslo"), form_of(alma, name="Nordlys Group AB")
    assert "Saved." in alma.post("/settings", theirs).text
    refused = ada.post("/settings", mine)
    assert refused.status_code == 422
    assert "Somebody changed these facts meanwhile." in refused.text
    assert 'value="Nordlys Group AB"' in refused.text
    tenant = stored(world)
    assert (tenant.name, tenant.timezone) == ("Nordlys Group AB", "Europe/Stockholm")
    again = form_of(ada, name="Nordlys Group AB", timezone="Europe/Oslo")
    assert "Saved." in ada.post("/settings", again).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("name", "Nordlys\x07AB"),
        ("tax_id", "9" * 65),
        ("timezone", "Mars/Olympus"),
        ("timezone", ""),
        ("currency", "XXZ"),
        ("currency", ""),
        ("closing_day", "29"),
        ("closing_day", "soon"),
    ],
)
def test_a_refused_form_comes_back_filled_in(world: World, visit: Visit, field: str, value: str) -> None:
    ada = visit("ada")
    ada.get("/settings")
    refused = ada.post("/settings", {**FACTS, "name": "Kept as typed", field: value})
    assert refused.status_code == 422
    assert f'id="{field}-error"' in refused.text
    assert "Not saved" in refused.text
    if field != "name":
        assert 'value="Kept as typed"' in refused.text
    assert stored(world).name == "Nordlys AB"


@pytest.mark.parametrize("name", ["bo", "cleo"])
def test_who_may_not_configure_sees_it_disabled_with_the_reason(world: World, visit: Visit, name: str) -> None:
    visitor = visit(name)
    page = visitor.get("/settings").text
    assert "Only an admin may change these settings." in page
    assert 'action="/settings"' not in page
    fields = re.findall(r"<(?:input|select) id=[^>]*>", page)
    assert len(fields) == 5
    assert all("disabled" in each for each in fields)
    assert visitor.post("/settings", {**FACTS, "name": "Mine now"}).status_code == 403
    assert stored(world).name == "Nordlys AB"


def test_the_time_zone_chosen_is_the_one_selected(world: World, visit: Visit) -> None:
    page = visit("alma").get("/settings").text
    assert re.search(r'value="Europe/Stockholm" selected>Europe/Stockholm', page)
    assert Role.OWNER.label in page


def test_who_changes_the_plan_is_said(app: Flask, visit: Visit) -> None:
    config: Config = app.extensions["tieout"]
    assert "Whoever runs tieout changes the plan." in visit("bo").get("/settings").text
    object.__setattr__(config, "support_email", "help@tieout.example")
    assert 'write to <a href="mailto:help@tieout.example">' in visit("bo").get("/settings").text
