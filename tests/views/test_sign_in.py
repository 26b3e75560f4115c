"""Signing in and out: who gets in, what nobody learns, how guessing is slowed, and when sessions end."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select, text, update
from werkzeug.test import TestResponse

from dashboard.db import writing
from dashboard.domain import members
from dashboard.domain.passwords import Renewal
from dashboard.domain.sign_in import (
    FAILURES_PER_ADDRESS,
    FAILURES_PER_EMAIL,
    FAILURES_PER_PAIR,
    count_try,
    forget_misses_of,
    note_sign_in,
)
from dashboard.models import AuditEntry, User
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.roles import Role
from tests.support.visitor import Visitor
from tests.support.world import World

Visit = Callable[[str], Visitor]
BO = "bo@nordlys.example"
EVAS = "a long password of hers"


def sign_in(visitor: Visitor, email: str, password: str, onward: str = "") -> TestResponse:
    visitor.get("/sign-in")
    return visitor.post("/sign-in", {"email": email, "password": password, "next": onward}, follow=False)


def in_by(visit: Visit, email: str) -> Visitor:
    nobody = visit("")
    sign_in(nobody, email, EVAS)
    return nobody


def is_in(visitor: Visitor) -> bool:
    return visitor.client.get("/audit-log").status_code == 200


def test_the_right_password_lets_in_and_is_noted_for_the_organisation(world: World, visit: Visit) -> None:
    nobody = visit("")
    assert not is_in(nobody)
    response = sign_in(nobody, " BO@Nordlys.example ", world.password)
    assert (response.status_code, response.location) == (303, "/")
    assert is_in(nobody)
    world.session.rollback()
    entry = world.session.scalars(select(AuditEntry).where(AuditEntry.act == Act.SIGNED_IN)).one()
    assert (entry.tenant_id, entry.actor, entry.reference) == (world.nordlys.id, "Bo", BO)


@pytest.fixture
def eva(app: Flask, world: World) -> str:
    """The e-mail of somebody whose password went through the product's own command."""
    command = ["create-user", "eva@nordlys.example", "--tenant", "nordlys", "--role", "viewer", "--password-stdin"]
    added = app.test_cli_runner().invoke(args=command, input=f"{EVAS}\n")
    assert added.exit_code == 0, added.output
    world.session.rollback()
    return "eva@nordlys.example"


def test_passwords_are_kept_as_argon2_and_nowhere_else(world: World, eva: str) -> None:
    kept = world.session.scalars(select(User.password_hash).where(User.email == eva)).one()
    assert kept.startswith("$argon2id$")
    dump = "\n".join(str(row) for table in ("audit_entry", "user_account", "sign_in_throttle")
                     for row in world.session.execute(text(f"SELECT * FROM {table}")))  # noqa: S608  # fmt: skip
    assert EVAS not in dump


def test_a_password_kept_with_yesterdays_costs_is_hashed_anew_at_sign_in(world: World, visit: Visit, eva: str) -> None:
    def kept() -> str:
        world.session.rollback()
        return world.session.scalars(select(User.password_hash).where(User.email == eva)).one()

    of_today = kept()
    sign_in(visit(""), eva, EVAS)
    assert kept() == of_today
    with writing(world.session):
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(EVAS)
        world.session.execute(update(User).where(User.email == eva).values(password_hash=cheap))
    sign_in(visit(""), eva, "another password")
    assert kept() == cheap
    sign_in(visit(""), eva, EVAS)
    renewed = kept()
    assert renewed.split("$")[3] == of_today.split("$")[3]
    assert is_in(in_by(visit, eva))
    assert kept() == renewed


def test_a_password_that_was_set_meanwhile_is_not_overwritten_by_the_one_before(world: World) -> None:
    bo = world.users["bo"]
    renewal = Renewal("what was looked at", "what it would be kept as")
    before = bo.password_hash
    with writing(world.session):
        note_sign_in(world.session, BO, "127.0.0.1", bo, renewal, world.now())
    assert world.session.scalars(select(User.password_hash).where(User.id == bo.id)).one() == before


@pytest.mark.parametrize(
    ("email", "password"), [(BO, "wrong"), ("nobody@nordlys.example", "wrong"), ("", ""), (BO, "")]
)
def test_a_wrong_password_and_an_unknown_person_get_the_same_answer(
    world: World, visit: Visit, email: str, password: str
) -> None:
    nobody = visit("")
    response = sign_in(nobody, email, password)
    assert response.status_code == 422
    assert "That e-mail and password do not belong together." in response.text
    assert f'value="{email}"' in response.text
    assert not password or password not in response.text
    assert not is_in(nobody)


def test_an_unknown_person_costs_a_full_check_of_a_password_like_a_known_one(
    visit: Visit, eva: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Time itself is not measured, which would be right only most days: the work is. argon2 is not ours.
    checked: list[str] = []
    really = PasswordHasher.verify

    def verify(self: PasswordHasher, stored: str, password: str) -> bool:
        checked.append(stored.rpartition("$")[0].rpartition("$")[0])
        return bool(really(self, stored, password))

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    for email in (eva, "nobody@nordlys.example"):
        sign_in(visit(""), email, "wrong")
    known, unknown = checked
    assert known == unknown


def test_guessing_one_persons_password_is_stopped_for_a_while_known_or_not(world: World, visit: Visit) -> None:
    start = datetime(2026, 11, 20, 9, tzinfo=UTC)
    for email in (BO, "nobody@nordlys.example"):
        with time_machine.travel(start, tick=False) as clock:
            answers = [sign_in(visit(""), email, "wrong").status_code for _ in range(FAILURES_PER_PAIR + 1)]
            assert answers == [422] * FAILURES_PER_PAIR + [429]
            refused = sign_in(visit(""), email, world.password)
            assert refused.status_code == 429
            assert "Wait 15 minutes" in refused.text
            clock.shift(timedelta(minutes=15, seconds=1))
            after = sign_in(visit(""), email, world.password)
            assert after.status_code == (303 if email == BO else 422)


def elsewhere(visitor: Visitor) -> Visitor:
    visitor.client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    return visitor


def test_who_guesses_at_somebody_does_not_keep_them_out_elsewhere_and_gains_nothing_when_they_come_in(
    world: World, visit: Visit
) -> None:
    for _ in range(FAILURES_PER_PAIR + 1):
        sign_in(visit(""), BO, "wrong")
    assert sign_in(elsewhere(visit("")), BO, world.password).status_code == 303
    assert sign_in(visit(""), BO, "wrong").status_code == 429


def test_guesses_at_one_person_from_very_many_addresses_are_stopped(world: World, visit: Visit) -> None:
    with writing(world.session):
        for n in range(FAILURES_PER_EMAIL):
            count_try(world.session, BO, f"198.51.100.{n}", world.now())
    assert sign_in(visit(""), BO, world.password).status_code == 429


def test_a_password_set_by_a_link_ends_the_waiting_everywhere(world: World, visit: Visit) -> None:
    for _ in range(FAILURES_PER_PAIR + 1):
        sign_in(visit(""), BO, "wrong")
    with writing(world.session):
        count_try(world.session, "bo@nordlys.example.org", "127.0.0.1", world.now())
        forget_misses_of(world.session, BO)
    assert sign_in(visit(""), BO, world.password).status_code == 303
    world.session.rollback()
    assert world.session.scalar(text("SELECT count(*) FROM sign_in_throttle WHERE subject LIKE '%example.org%'")) == 2


def test_an_address_that_guesses_at_many_people_is_stopped_for_all_of_them(world: World, visit: Visit) -> None:
    with writing(world.session):
        for n in range(FAILURES_PER_ADDRESS):
            count_try(world.session, f"somebody-{n}@else.example", "127.0.0.1", world.now())
    assert sign_in(visit(""), "ada@nordlys.example", world.password).status_code == 429


def test_a_good_sign_in_clears_the_persons_misses_but_not_the_addresss(world: World, visit: Visit) -> None:
    for _ in range(3):
        sign_in(visit(""), BO, "wrong")
    sign_in(visit(""), BO, world.password)
    kept = world.session.execute(text("SELECT subject, failures FROM sign_in_throttle")).all()
    assert kept == [("address:127.0.0.1", 3)]


@pytest.mark.parametrize(
    ("onward", "leads_to"),
    [
        ("/audit-log?status=failed", "/audit-log?status=failed"),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("\\\\evil.example", "/"),
        ("/\t/evil.example/", "/"),
        ("\t//evil.example/", "/"),
        ("/\n/evil.example", "/"),
        (" //evil.example", "/"),
        ("http:evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("evil.example", "/"),
        ("/%2f/evil.example", "/%2f/evil.example"),
    ],
)
def test_signing_in_leads_on_within_this_site_alone(world: World, visit: Visit, onward: str, leads_to: str) -> None:
    response = sign_in(visit(""), BO, world.password, onward)
    assert (response.status_code, response.location) == (303, leads_to)


def test_a_page_asked_for_without_signing_in_comes_after_it(visit: Visit) -> None:
    nobody = visit("")
    asked = nobody.client.get("/audit-log?status=failed")
    assert (asked.status_code, asked.location) == (303, "/sign-in?next=/audit-log?status%3Dfailed")
    form = nobody.get(asked.location)
    assert 'name="next" value="/audit-log?status=failed"' in form.text


def test_a_part_asked_for_without_signing_in_sends_the_whole_page_to_the_sign_in(visit: Visit) -> None:
    answer = visit("").client.get("/audit-log", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert (answer.status_code, answer.headers["HX-Redirect"], answer.data) == (401, "/sign-in", b"")


def test_a_session_laid_down_before_signing_in_is_not_taken_over(world: World, visit: Visit) -> None:
    visitor = visit("")
    visitor.get("/sign-in")
    before = visitor.client.get_cookie("tieout")
    with visitor.client.session_transaction() as planted:
        planted["organisation"] = world.maple.id
        planted["planted"] = "by somebody else"
    sign_in(visitor, BO, world.password)
    after = visitor.client.get_cookie("tieout")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    with visitor.client.session_transaction() as kept:
        assert "planted" not in kept
        assert "organisation" not in kept


def test_a_cookie_from_before_signing_in_stays_outside(world: World, visit: Visit) -> None:
    visitor = visit("")
    visitor.get("/sign-in")
    before = visitor.client.get_cookie("tieout")
    assert before is not None
    sign_in(visitor, BO, world.password)
    other = visit("")
    other.client.set_cookie("tieout", before.value)
    assert not is_in(other)


def test_signing_out_ends_the_session_in_this_browser(visit: Visit) -> None:
    bo = visit("bo")
    bo.get("/audit-log")
    answer = bo.post("/sign-out")
    assert "You are signed out" in answer.text
    assert not is_in(bo)


def test_every_session_of_a_person_ends_when_their_role_changes(world: World, visit: Visit) -> None:
    at_work, at_home, ada = visit("bo"), visit("bo"), visit("ada")
    assert is_in(at_work)
    assert is_in(at_home)
    with writing(world.session):
        bo = world.users["bo"].id
        members.change_role(world.session, world.nordlys, bo, Role.VIEWER, world.actor("alma"), world.now())
    assert not is_in(at_work)
    assert not is_in(at_home)
    assert is_in(ada)


@pytest.mark.parametrize("address", ["/sign-in", "/sign-out"])
def test_a_form_without_its_token_is_refused(world: World, visit: Visit, address: str) -> None:
    bo = visit("bo")
    answer = bo.client.post(address, data={"email": BO, "password": world.password})
    assert answer.status_code == 400
    assert "too old or was not made here" in answer.text
    assert is_in(bo)


def test_the_token_of_one_browser_is_no_use_in_another(world: World, visit: Visit) -> None:
    mine, theirs = visit("bo"), visit("ada")
    mine.get("/audit-log")
    fields = {"csrf_token": mine._token}
    assert theirs.client.post("/sign-out", data=fields).status_code == 400


def test_cookies_are_hardened(world: World, visit: Visit) -> None:
    response = sign_in(visit(""), BO, world.password)
    cookie = SimpleCookie(response.headers["Set-Cookie"])["tieout"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]


def test_a_page_left_open_does_not_keep_its_session_alive_and_a_person_does(world: World, visit: Visit) -> None:
    poll = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Poll": "true"}
    with time_machine.travel(world.now(), tick=False) as clock:
        bo, ada = visit("bo"), visit("ada")
        for _ in range(13):
            clock.shift(timedelta(hours=1))
            left_open = bo.client.get("/", headers=poll)
            assert ada.client.get("/").status_code == 200
        assert left_open.status_code == 401
        assert left_open.headers["HX-Redirect"].startswith("/sign-in")
        assert ada.client.get("/", headers=poll).status_code == 200


def test_whoever_is_in_already_is_led_on_from_the_sign_in_page(visit: Visit) -> None:
    answer = visit("bo").client.get("/sign-in")
    assert (answer.status_code, answer.location) == (303, "/")


def test_somebody_without_an_organisation_is_told_so_and_sees_no_other(world: World, visit: Visit) -> None:
    sol = visit("sol")
    assert sol.get("/").status_code == 200
    assert sol.get("/audit-log").status_code == 404


@pytest.mark.parametrize("onward", ["//[", "http://[", "/\r\nX: y", "/x\r\nSet-Cookie: a=b", "//evil.example"])
def test_a_crooked_way_onward_leads_home_and_is_no_crash(app: Flask, world: World, onward: str) -> None:
    visitor = Visitor(app)
    visitor.get("/sign-in")

    answer = visitor.post(
        "/sign-in", {"email": world.email("bo"), "password": world.password, "next": onward}, follow=False
    )

    assert (answer.status_code, answer.location) == (303, "/")


def test_a_copied_cookie_ends_with_the_sign_out(app: Flask, world: World) -> None:
    visitor, thief = Visitor(app), Visitor(app)
    visitor.sign_in(world.email("bo"), world.password)
    cookie = visitor.client.get_cookie("tieout")
    assert cookie is not None
    thief.client.set_cookie("tieout", cookie.value)
    assert thief.client.get("/records").status_code == 200

    visitor.get("/records")
    visitor.post("/sign-out")

    assert thief.client.get("/records").status_code == 303
