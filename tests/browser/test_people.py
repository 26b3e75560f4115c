"""Somebody is invited, joins, loses their password and comes back in: two browsers, one link handed over each time."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Meet, in_every_way
from tests.browser.people import Person

pytestmark = [pytest.mark.browser, in_every_way]

NILS = "nils@nordlys.example"


def link_shown(person: Person) -> str:
    """The path of the link to hand over."""
    return person.page.get_by_label("Link", exact=True).input_value().removeprefix(person.site.url)


def test_a_colleague_is_invited_joins_and_loses_the_password(meet: Meet) -> None:
    ada, nils = meet("ada"), meet("")
    ada.go("/settings")
    ada.press("Invite, change roles, remove")
    ada.hands.write(ada.page.get_by_label("E-mail", exact=True), NILS)
    ada.hands.choose(ada.page.get_by_label("Role", exact=True), "Finance")
    ada.press("Invite")
    expect(ada.page.get_by_text(f"Hand this link to {NILS}, and to nobody else")).to_be_visible()
    nils.go(link_shown(ada))
    nils.look("invitation")
    nils.hands.write(nils.page.get_by_label("Your name"), "Nils Holm")
    nils.hands.write(nils.page.get_by_label("Password"), "a password of his own")
    nils.press("Join Nordlys AB")
    nils.waits_for(nils.told("Welcome to Nordlys AB."))
    nils.press("Sign out")

    ada.go("/settings/people")
    his = ada.page.get_by_role("row").filter(has_text=NILS)
    ada.press("New password…", his)
    expect(ada.page.get_by_text(f"Hand this link to {NILS}, and to nobody else")).to_be_visible()
    nils.go(link_shown(ada))
    nils.look("password-reset")
    nils.hands.write(nils.page.get_by_label("New password"), "another one of his own")
    nils.press("Set the password")
    nils.waits_for(nils.told("The password is set. Sign in with it; every other session ended."))
    nils.sign_in(NILS, "another one of his own")
    expect(nils.page.get_by_text("Nils Holm")).to_be_visible()
