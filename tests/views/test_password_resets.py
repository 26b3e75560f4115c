"""Lost passwords: who gets a link, that nobody learns who has an account, and what a set password ends."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from dashboard.config import Config, Encryption, MailServer
from dashboard.db import writing
from dashboard.domain import members, one_time_links, password_resets
from dashboard.models import AuditEntry, Membership, OneTimeLink
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.roles import Role
from tests.support.consenting import Visit, afresh
from tests.support.visitor import Visitor
from tests.support.world import World
from tests.views.test_people import invite, link_on

FRESH = "a password nobody had"
SOMEWHERE = MailServer("127.0.0.1", 9, Encryption.NONE, "", "", "books@tieout.example")


@pytest.fixture
def with_mail(app: Flask) -> None:
    config: Config = app.extensions["tieout"]
    app.extensions["tieout"] = replace(config, mail=SOMEWHERE)


def offered(visitor: Visitor, world: World, name: str) -> str:
    """The page after making a link for that person."""
    visitor.get("/settings/people")
    return visitor.post(f"/settings/people/{world.users[name].id}/password-reset").text


def test_a_link_sets_a_password_once_and_ends_every_session(world: World, visit: Visit) -> None:
    before = visit("bo")
    link = link_on(offered(visit("ada"), world, "bo"))
    bo = visit("")
    assert "bo@nordlys.example" in bo.get(link).text
    assert "The password is set." in bo.post(link, {"password": FRESH}).text
    assert "Sign in" in before.get("/records").text
    assert bo.get(link).status_code == 404
    assert bo.sign_in("bo@nordlys.example", world.password).status_code == 422
    bo.sign_in("bo@nordlys.example", FRESH)
    assert bo.get("/records").status_code == 200
    afresh(world)
    acts = select(AuditEntry.act, AuditEntry.actor).where(AuditEntry.reference == "bo@nordlys.example")
    found = world.session.execute(acts.order_by(AuditEntry.id)).all()
    assert (Act.RESET_OFFERED, "Ada") in found
    assert (Act.PASSWORD_SET, "Bo") in found


def test_a_password_that_is_too_short_leaves_the_link_good(world: World, visit: Visit) -> None:
    link = link_on(offered(visit("ada"), world, "bo"))
    bo = visit("")
    bo.get(link)
    answer = bo.post(link, {"password": "short"})
    assert answer.status_code == 422
    assert "at least 8 characters" in answer.text
    assert bo.get(link).status_code == 200


def test_a_password_may_be_a_thousand_characters_long_and_no_longer(world: World, visit: Visit) -> None:
    link = link_on(offered(visit("ada"), world, "bo"))
    bo = visit("")
    bo.get(link)
    answer = bo.post(link, {"password": "x" * 1001})
    assert answer.status_code == 422
    assert '<p class="error" id="password-error">A password has at most 1,000 characters.</p>' in answer.text
    assert "The password is set." in bo.post(link, {"password": "x" * 1000}).text


def test_a_link_ends_after_an_hour(world: World, visit: Visit) -> None:
    link = link_on(offered(visit("ada"), world, "bo"))
    with time_machine.travel(world.now() + timedelta(minutes=61)):
        assert visit("").get(link).status_code == 404


def test_a_link_opens_no_page_of_another_kind(world: World, visit: Visit) -> None:
    link = link_on(offered(visit("ada"), world, "bo"))
    assert visit("").get(link.replace("/password-resets/", "/invitations/")).status_code == 404


def test_an_admin_is_shown_no_link_of_an_owner_or_of_somebody_who_also_works_elsewhere(
    world: World, visit: Visit
) -> None:
    with writing(world.session):
        members.give_role(world.session, world.maple, world.users["bo"], Role.VIEWER, world.now())
    ada = visit("ada")
    page = ada.get("/settings/people").text
    for name, why in (("alma", "Only an owner may make a link for Alma."), ("bo", "Bo also works elsewhere")):
        assert why in page
        said = offered(ada, world, name)
        assert why in said
        assert link_on(said) == ""
    assert link_on(offered(visit("alma"), world, "ada"))
    assert link_on(offered(visit("alma"), world, "bo")) == ""


def is_useless(visit: Visit, link: str) -> bool:
    nobody = visit("")
    nobody.get("/sign-in")
    answers = (nobody.get(link), nobody.post(link, {"password": FRESH}))
    return [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize("whose", ["bo", "ada"])
@pytest.mark.parametrize(("verb", "role"), [("role", "owner"), ("role", "viewer"), ("removal", "")])
def test_a_link_handed_over_ends_when_a_role_of_its_person_or_its_maker_changes(
    world: World, visit: Visit, whose: str, verb: str, role: str
) -> None:
    link = link_on(offered(visit("ada"), world, "bo"))
    alma = visit("alma")
    alma.get("/settings/people")
    alma.post(f"/settings/people/{world.users[whose].id}/{verb}", {"role": role})
    assert is_useless(visit, link)


def test_a_link_handed_over_ends_when_its_person_joins_another_organisation(world: World, visit: Visit) -> None:
    link = link_on(offered(visit("ada"), world, "bo"))
    asked = invite(visit("dov"), world.email("bo"), "admin")
    bo = visit("bo")
    bo.get(asked)
    assert "Welcome to Maple" in bo.post(asked).text
    assert is_useless(visit, link)


def test_a_link_handed_over_is_good_only_while_its_maker_could_make_it(world: World, visit: Visit) -> None:
    link = link_on(offered(visit("ada"), world, "bo"))
    query = select(Membership).where(Membership.tenant_id == world.nordlys.id)
    with writing(world.session):
        of_bo = world.session.scalars(query.where(Membership.user_id == world.users["bo"].id)).one()
        of_bo.role = Role.OWNER
    assert is_useless(visit, link)
    with writing(world.session):
        of_bo.role = Role.FINANCE
    assert visit("").get(link).status_code == 200
    with writing(world.session):
        world.users["bo"].is_staff = True
    assert is_useless(visit, link)


@pytest.mark.usefixtures("with_mail")
def test_a_link_that_is_mailed_stays_good_whatever_becomes_of_roles(world: World, visit: Visit) -> None:
    offered(visit("ada"), world, "bo")
    with writing(world.session):
        link = world.session.scalars(select(OneTimeLink)).one()
        path = one_time_links.hand_out(world.session, link, world.now())
        members.change_role(
            world.session, world.nordlys, world.users["bo"].id, Role.OWNER, world.actor("alma"), world.now()
        )
    assert visit("").get(path).status_code == 200


def test_finance_makes_no_links(world: World, visit: Visit) -> None:
    bo = visit("bo")
    bo.get("/settings/people")
    assert bo.post(f"/settings/people/{world.users['cleo'].id}/password-reset").status_code == 403


def test_without_mail_the_page_says_whom_to_ask(visit: Visit) -> None:
    nobody = visit("")
    assert "Forgotten password" in nobody.get("/sign-in").text
    page = nobody.get("/forgotten-password").text
    assert "ask an owner or admin" in page
    assert nobody.post("/forgotten-password", {"email": "bo@nordlys.example"}).status_code == 409


@pytest.mark.usefixtures("with_mail")
def test_known_and_unknown_people_get_the_same_answer_and_leave_the_same_behind(world: World, visit: Visit) -> None:
    answers = []
    for email in ("bo@nordlys.example", "nobody@nordlys.example"):
        nobody = visit("")
        nobody.get("/forgotten-password")
        answers.append(nobody.post("/forgotten-password", {"email": email}, follow=False))
        assert "If this e-mail has an account" in nobody.get("/sign-in").text
    known, unknown = answers
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location) == (303, "/sign-in")
    afresh(world)
    rows = world.session.execute(select(OneTimeLink.email, OneTimeLink.user_id, OneTimeLink.digest)).all()
    assert rows == [("bo@nordlys.example", None, None), ("nobody@nordlys.example", None, None)]


@pytest.mark.usefixtures("with_mail")
def test_requests_are_throttled_for_a_person_known_or_not_and_for_an_address(world: World, visit: Visit) -> None:
    nobody = visit("")
    for email in ("bo@nordlys.example", "nobody@nordlys.example"):
        nobody.get("/forgotten-password")
        answers = [
            nobody.post("/forgotten-password", {"email": email}, follow=False).status_code
            for _ in range(password_resets.REQUESTS_PER_EMAIL + 1)
        ]
        assert answers == [303] * password_resets.REQUESTS_PER_EMAIL + [429]
    with writing(world.session):
        for n in range(password_resets.REQUESTS_PER_ADDRESS - 2 * password_resets.REQUESTS_PER_EMAIL):
            password_resets.count_request(world.session, f"somebody-{n}@else.example", "127.0.0.1", world.now())
    refused = nobody.post("/forgotten-password", {"email": "cleo@nordlys.example"})
    assert refused.status_code == 429
    assert "Wait 15 minutes" in refused.text


@pytest.mark.usefixtures("with_mail")
def test_with_mail_no_link_is_shown_to_whoever_makes_it(world: World, visit: Visit) -> None:
    said = offered(visit("ada"), world, "alma")
    assert "is being mailed to alma@nordlys.example" in said
    assert link_on(said) == ""
    ada = visit("ada")
    ada.get("/settings/people")
    invited = ada.post("/settings/people/invitations", {"email": "nils@nordlys.example", "role": "viewer"}).text
    assert "The invitation to nils@nordlys.example is being mailed." in invited
    assert link_on(invited) == ""
    assert "on its way" in invited


def test_the_command_line_makes_a_link_too(app: Flask, world: World, visit: Visit) -> None:
    made = app.test_cli_runner().invoke(args=["reset-link", "Alma@nordlys.example"])
    assert made.exit_code == 0, made.output
    link = made.output.strip().removeprefix("http://localhost:5000")
    assert "alma@nordlys.example" in visit("").get(link).text
    unknown = app.test_cli_runner().invoke(args=["reset-link", "nobody@nordlys.example"])
    assert (unknown.exit_code, unknown.output.strip()) == (1, "Error: nobody@nordlys.example has no account.")
