"""People: inviting, joining, roles, removing; who may, what each sees, and that the last owner stays."""

import html
import re
import time
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from dashboard.db import writing
from dashboard.domain import members
from dashboard.models import AuditEntry, Membership, OneTimeLink, User
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.roles import Role
from tests.support.consenting import Visit, afresh
from tests.support.visitor import Visitor
from tests.support.world import World

NILS = "nils@nordlys.example"
PASSWORD = "a password of his own"


def link_on(page: str) -> str:
    """The path of the one-time link that the page shows; "" when it shows none."""
    found = re.search(r'value="http://localhost:5000(/[^"]+)"', page)
    return html.unescape(found.group(1)) if found else ""


def invite(visitor: Visitor, email: str = NILS, role: str = "finance") -> str:
    visitor.get("/settings/people")
    return link_on(visitor.post("/settings/people/invitations", {"email": email, "role": role}).text)


def accept(visitor: Visitor, link: str, name: str = "Nils Holm", password: str = PASSWORD) -> str:
    visitor.get(link)
    return visitor.post(link, {"name": name, "password": password}).text


def roles(world: World, tenant_id: int) -> dict[str, Role]:
    afresh(world)
    query = select(User.email, Membership.role).join(Membership).where(Membership.tenant_id == tenant_id)
    return {email.partition("@")[0]: role for email, role in world.session.execute(query)}


def logged(world: World, act: Act) -> list[AuditEntry]:
    afresh(world)
    return list(world.session.scalars(select(AuditEntry).where(AuditEntry.act == act).order_by(AuditEntry.id)))


def test_an_invited_person_makes_an_account_by_the_link_and_belongs_there(world: World, visit: Visit) -> None:
    link = invite(visit("ada"))
    nils = visit("")
    page = nils.get(link).text
    assert "Ada invites <b>nils@nordlys.example</b> to work for Nordlys AB as <b>finance</b>" in page
    assert "Welcome to Nordlys AB." in accept(nils, link)
    assert nils.get("/records").status_code == 200
    assert roles(world, world.nordlys.id)["nils"] is Role.FINANCE
    again = visit("")
    again.sign_in(NILS, PASSWORD)
    assert again.get("/records").status_code == 200
    (invited,) = logged(world, Act.PERSON_INVITED)
    assert (invited.actor, invited.reference) == ("Ada", NILS)
    joined = logged(world, Act.PERSON_ADDED)[-1]
    assert (joined.actor, joined.words) == ("Nils Holm", "Nils Holm is finance")


def test_a_link_is_good_once(world: World, visit: Visit) -> None:
    link = invite(visit("ada"))
    accept(visit(""), link)
    for answer in (visit("").get(link), visit("").get("/invitations/made-up")):
        assert answer.status_code == 404
        assert "This invitation is no longer good" in answer.text


def test_the_key_of_a_link_is_kept_only_as_a_hash(world: World, visit: Visit) -> None:
    key = invite(visit("ada")).rpartition("/")[2]
    afresh(world)
    kept = world.session.execute(select(OneTimeLink.__table__)).one()
    assert key not in repr(kept)
    assert key not in visit("ada").get("/settings/people").text


def test_a_link_ends_after_a_week(world: World, visit: Visit) -> None:
    link = invite(visit("ada"))
    with time_machine.travel(world.now() + timedelta(days=6, hours=23)):
        assert visit("").get(link).status_code == 200
    with time_machine.travel(world.now() + timedelta(days=7, minutes=1)):
        nobody = visit("")
        nobody.get("/sign-in")
        assert nobody.post(link, {"name": "Nils", "password": PASSWORD}).status_code == 404


def test_a_withdrawn_invitation_and_one_that_was_replaced_are_good_no_more(world: World, visit: Visit) -> None:
    ada = visit("ada")
    first = invite(ada)
    second = invite(ada)
    assert visit("").get(first).status_code == 404
    assert visit("").get(second).status_code == 200
    afresh(world)
    newest = world.session.scalars(select(OneTimeLink.id).order_by(OneTimeLink.id.desc())).first()
    assert "is good no more" in ada.post(f"/settings/people/invitations/{newest}/withdrawal").text
    assert visit("").get(second).status_code == 404
    assert NILS not in ada.get("/settings/people").text
    assert [entry.reference for entry in logged(world, Act.INVITATION_REVOKED)] == [NILS]
    dov = visit("dov")
    dov.get("/settings/people")
    assert dov.post(f"/settings/people/invitations/{newest}/withdrawal").status_code == 404


def test_somebody_with_an_account_signs_in_to_join_and_sets_no_password(world: World, visit: Visit) -> None:
    link = invite(visit("ada"), "dov@maple.example")
    stranger = visit("")
    page = stranger.get(link).text
    assert "This e-mail has an account." in page
    assert 'type="password"' not in page
    stranger.get("/sign-in")
    assert stranger.post(link, {"name": "Dov", "password": PASSWORD}).status_code == 409
    dov = visit("dov")
    assert "Join Nordlys AB" in dov.get(link).text
    assert "Welcome to Nordlys AB." in dov.post(link).text
    assert roles(world, world.nordlys.id)["dov"] is Role.FINANCE
    assert roles(world, world.maple.id)["dov"] is Role.OWNER


def test_somebody_elses_invitation_asks_to_sign_out_first(world: World, visit: Visit) -> None:
    link = invite(visit("ada"))
    bo = visit("bo")
    assert "You are signed in as bo@nordlys.example." in bo.get(link).text
    assert bo.post(link, {"name": "Bo", "password": PASSWORD}).status_code == 409
    assert visit("").get(link).status_code == 200


@pytest.mark.parametrize(
    ("email", "role", "said"),
    [
        ("bo@nordlys.example", "viewer", "belongs to Nordlys AB already"),
        ("nobody", "viewer", "is not an e-mail address"),
        (NILS, "emperor", "Choose a role."),
        (NILS, "owner", "Only an owner may invite somebody as owner."),
    ],
)
def test_an_invitation_that_makes_no_sense_is_refused(visit: Visit, email: str, role: str, said: str) -> None:
    ada = visit("ada")
    ada.get("/settings/people")
    answer = ada.post("/settings/people/invitations", {"email": email, "role": role})
    assert answer.status_code == 422
    assert said in answer.text
    assert html.escape(email) in answer.text


def test_an_invitation_does_not_tell_who_is_support_staff_and_they_do_not_join(world: World, visit: Visit) -> None:
    ada = visit("ada")
    ada.get("/settings/people")
    known, unknown = (
        ada.post("/settings/people/invitations", {"email": email, "role": "viewer"})
        for email in ("sol@tieout.example", "sal@tieout.example")
    )
    assert (known.status_code, unknown.status_code) == (200, 200)
    link = link_on(known.text)
    sol = visit("sol")
    sol.get(link)
    refused = sol.post(link)
    assert refused.status_code == 422
    assert "who join no organisation" in refused.text
    assert "sol" not in roles(world, world.nordlys.id)


def test_a_very_long_e_mail_is_refused_soon(visit: Visit) -> None:
    ada = visit("ada")
    ada.get("/settings/people")
    begun = time.process_time()
    answer = ada.post("/settings/people/invitations", {"email": "a@" + "." * 100_000 + "@", "role": "viewer"})
    assert (answer.status_code, time.process_time() - begun < 2) == (422, True)


@pytest.mark.parametrize(("name", "password"), [("", PASSWORD), ("Nils\nHolm", PASSWORD), ("Nils", "short")])
def test_an_account_needs_a_name_and_a_password(visit: Visit, name: str, password: str) -> None:
    link = invite(visit("ada"))
    nils = visit("")
    nils.get(link)
    assert nils.post(link, {"name": name, "password": password}).status_code == 422
    assert visit("").get(link).status_code == 200


def test_finance_sees_the_people_and_why_it_may_not_invite(visit: Visit) -> None:
    page = visit("bo").get("/settings/people").text
    assert "alma@nordlys.example" in page
    assert "Only an admin may invite people." in page
    assert "<select" not in page.partition("<main")[2]


def test_an_owner_changes_a_role_which_ends_sessions_and_is_logged(world: World, visit: Visit) -> None:
    alma, bo = visit("alma"), visit("bo")
    alma.get("/settings/people")
    answer = alma.post(f"/settings/people/{world.users['bo'].id}/role", {"role": "viewer"})
    assert "Bo is viewer now and has to sign in again." in answer.text
    assert "Sign in" in bo.get("/records").text
    assert roles(world, world.nordlys.id)["bo"] is Role.VIEWER
    (entry,) = logged(world, Act.ROLE_CHANGED)
    assert (entry.actor, entry.words) == ("Alma", "Bo: finance → viewer; all sessions ended")


def test_an_admin_changes_no_roles_and_removes_nobody(world: World, visit: Visit) -> None:
    ada = visit("ada")
    ada.get("/settings/people")
    for verb in ("role", "removal"):
        answer = ada.post(f"/settings/people/{world.users['bo'].id}/{verb}", {"role": "owner"})
        assert answer.status_code == 403
        assert "Only an owner may change roles and remove people." in answer.text
    assert roles(world, world.nordlys.id)["bo"] is Role.FINANCE


def test_a_removed_person_is_out_at_once_and_what_they_did_stays(world: World, visit: Visit) -> None:
    alma, bo = visit("alma"), visit("bo")
    address = f"/settings/people/{world.users['bo'].id}/removal"
    assert "Remove Bo?" in alma.get(address).text
    assert "Bo no longer belongs to Nordlys AB." in alma.post(address).text
    assert "Sign in" in bo.get("/records").text
    bo.sign_in(world.email("bo"), world.password)
    assert "belong to no organisation" in bo.get("/").text
    assert "bo" not in roles(world, world.nordlys.id)
    (entry,) = logged(world, Act.PERSON_REMOVED)
    assert (entry.actor, entry.reference) == ("Alma", "bo@nordlys.example")
    assert logged(world, Act.SIGNED_IN)[1].actor == "Bo"


def test_the_last_owner_is_neither_removed_nor_demoted(world: World, visit: Visit) -> None:
    alma = visit("alma")
    alma.get("/settings/people")
    of_alma = f"/settings/people/{world.users['alma'].id}"
    for answer in (alma.post(f"{of_alma}/role", {"role": "admin"}), alma.post(f"{of_alma}/removal")):
        assert "An organisation needs an owner." in answer.text
    assert roles(world, world.nordlys.id)["alma"] is Role.OWNER
    alma.post(f"/settings/people/{world.users['ada'].id}/role", {"role": "owner"})
    assert "You no longer belong to Nordlys AB." in alma.post(f"{of_alma}/removal").text


def test_whoever_may_no_longer_invite_leaves_no_open_invitation(world: World, visit: Visit) -> None:
    link = invite(visit("ada"))
    alma = visit("alma")
    alma.get("/settings/people")
    alma.post(f"/settings/people/{world.users['ada'].id}/role", {"role": "finance"})
    assert visit("").get(link).status_code == 404


@pytest.mark.parametrize(("role", "status"), [("owner", 404), ("admin", 200)])
def test_an_owner_made_admin_leaves_no_open_invitation_that_an_admin_could_not_make(
    world: World, visit: Visit, role: str, status: int
) -> None:
    alma = visit("alma")
    of_ada = f"/settings/people/{world.users['ada'].id}/role"
    alma.get("/settings/people")
    alma.post(of_ada, {"role": "owner"})
    link = invite(visit("ada"), role=role)
    alma.post(of_ada, {"role": "admin"})
    assert visit("").get(link).status_code == status


def test_an_invitation_leaves_the_role_of_somebody_who_belongs_there_meanwhile(world: World, visit: Visit) -> None:
    link = invite(visit("ada"), "dov@maple.example", "viewer")
    with writing(world.session):
        members.give_role(world.session, world.nordlys, world.users["dov"], Role.OWNER, world.now())
    dov = visit("dov")
    dov.get(link)
    dov.post(link)
    assert roles(world, world.nordlys.id)["dov"] is Role.OWNER


def test_people_of_another_organisation_do_not_exist(world: World, visit: Visit) -> None:
    dov = visit("dov")
    dov.get("/settings/people")
    for verb in ("role", "removal", "password-reset"):
        answer = dov.post(f"/settings/people/{world.users['bo'].id}/{verb}", {"role": "viewer"})
        assert answer.status_code == 404
    assert roles(world, world.nordlys.id)["bo"] is Role.FINANCE
