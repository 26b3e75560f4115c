"""Mailing: what people get, what nobody gets, and what happens when the mail server will not have it."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from dashboard.config import Encryption, MailServer
from dashboard.db import writing
from dashboard.domain import invitations, members, one_time_links, password_resets
from dashboard.models import OneTimeLink
from dashboard.vocabulary.roles import Role
from jobs.schedule import SCHEDULE
from jobs.tasks import forgetting, mailing
from tests.support.post_office import PostOffice, open_post_office
from tests.support.visitor import Visitor
from tests.tasks.scene import Scene

NILS = "nils@nordlys.example"


@pytest.fixture
def post_office(scene: Scene) -> Iterator[PostOffice]:
    with open_post_office() as office:
        server = MailServer("127.0.0.1", office.port, Encryption.NONE, "", "", "tieout <books@tieout.example>")
        scene.office.config = replace(scene.office.config, mail=server)
        yield office


def invite(scene: Scene) -> None:
    ada = members.one(scene.session, scene.world.nordlys, scene.world.users["ada"].id)
    with writing(scene.session):
        invitations.invite(scene.session, ada, NILS, Role.FINANCE, scene.clock(), by_mail=True)


def forget_password(scene: Scene, email: str) -> None:
    with writing(scene.session):
        password_resets.request(scene.session, email, scene.clock())


def newest(scene: Scene) -> OneTimeLink:
    scene.session.rollback()
    query = select(OneTimeLink).order_by(OneTimeLink.id.desc()).limit(1).execution_options(populate_existing=True)
    return scene.session.scalars(query).one()


def link_in(text: str) -> str:
    found = re.search(r"^http://localhost:5000(/\S+)$", text, re.MULTILINE)
    assert found is not None, text
    return found.group(1)


def opened(scene: Scene, link: str) -> int:
    return Visitor(scene.world.app).get(link).status_code


def test_an_invitation_is_mailed_with_a_link_that_works(scene: Scene, post_office: PostOffice) -> None:
    invite(scene)
    assert mailing.run(scene.office) == 1
    text = post_office.text_to(NILS)
    assert text.startswith("You are invited to Nordlys AB on tieout\n")
    assert "Ada (ada@nordlys.example) invites you to work for Nordlys AB on tieout, as finance." in text
    assert opened(scene, link_in(text)) == 200
    assert newest(scene).mailed_at is not None
    assert mailing.run(scene.office) == 0


def test_a_forgotten_password_is_mailed_to_whoever_has_the_e_mail_and_to_nobody_else(
    scene: Scene, post_office: PostOffice
) -> None:
    forget_password(scene, "nobody@nordlys.example")
    forget_password(scene, "Bo@nordlys.example")
    assert mailing.run(scene.office) == 1
    assert [letter["To"] for letter in post_office.letters] == ["bo@nordlys.example"]
    assert opened(scene, link_in(post_office.text_to("bo@nordlys.example"))) == 200
    assert mailing.run(scene.office) == 0


def test_a_mail_that_did_not_leave_is_tried_again_and_then_given_up(scene: Scene, post_office: PostOffice) -> None:
    post_office.is_mute = True
    invite(scene)
    for _ in range(5):
        assert mailing.run(scene.office) == 0
        scene.later(minutes=61)
    assert "could not be reached" in newest(scene).mail_trouble
    assert newest(scene).mail_due_at is None
    post_office.is_mute = False
    assert mailing.run(scene.office) == 0
    invite(scene)
    assert mailing.run(scene.office) == 1


def test_a_mail_that_left_late_carries_a_link_that_works(scene: Scene, post_office: PostOffice) -> None:
    post_office.is_mute = True
    forget_password(scene, "bo@nordlys.example")
    mailing.run(scene.office)
    post_office.is_mute = False
    assert mailing.run(scene.office) == 0
    scene.later(minutes=1, seconds=1)
    assert mailing.run(scene.office) == 1
    assert opened(scene, link_in(post_office.text_to("bo@nordlys.example"))) == 200
    assert newest(scene).mail_trouble == ""


def test_an_address_that_does_not_exist_is_told_and_not_tried_again(scene: Scene, post_office: PostOffice) -> None:
    post_office.refusals[NILS] = "550 No such user here"
    invite(scene)
    mailing.run(scene.office)
    assert (newest(scene).mail_trouble, newest(scene).mail_due_at) == ("550 No such user here", None)
    assert post_office.letters == []


def test_what_was_withdrawn_is_not_mailed(scene: Scene, post_office: PostOffice) -> None:
    invite(scene)
    with writing(scene.session):
        one_time_links.revoke(scene.session, newest(scene), scene.clock())
    assert mailing.run(scene.office) == 0
    assert post_office.letters == []


def test_nothing_is_said_in_clear_to_a_server_that_offers_no_encryption(scene: Scene, post_office: PostOffice) -> None:
    assert scene.office.config.mail is not None
    encrypted = replace(
        scene.office.config.mail, encryption=Encryption.STARTTLS, username="tieout", password="canary-password"
    )
    scene.office.config = replace(scene.office.config, mail=encrypted)
    invite(scene)
    assert mailing.run(scene.office) == 0
    assert "STARTTLS" in newest(scene).mail_trouble
    assert not [line for line in post_office.said if line.startswith(("AUTH", "MAIL", "RCPT"))]
    assert "canary-password" not in newest(scene).mail_trouble + repr(encrypted)


def test_without_a_mail_server_a_letter_waits(scene: Scene) -> None:
    invite(scene)
    assert mailing.run(scene.office) == 0
    assert newest(scene).mail_due_at is not None


def test_links_that_ended_long_ago_are_forgotten(scene: Scene) -> None:
    invite(scene)
    scene.later(hours=29 * 24)
    assert forgetting.run(scene.office)[2] == 0
    scene.later(hours=48)
    assert forgetting.run(scene.office)[2] == 1


def test_the_runner_mails_by_itself() -> None:
    assert [entry.name for entry in SCHEDULE if entry.task is mailing.run] == ["mail"]
