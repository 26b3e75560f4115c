"""Pages of an organisation's people: who belongs to it, inviting, roles, removing, links for lost passwords."""

from flask import request, url_for
from werkzeug.wrappers import Response

from dashboard.db import db, writing
from dashboard.domain import invitations, members, one_time_links, password_resets
from dashboard.domain.bad_input import BadInput
from dashboard.domain.members import LastOwner, Member
from dashboard.models import OneTimeLink
from dashboard.views import frame, guards, replies
from dashboard.views.settings import pages
from dashboard.vocabulary.roles import Permission, Role


@pages.get("/settings/people")
@guards.requires(Permission.VIEW)
def people_listed() -> Response:
    return _page()


@pages.post("/settings/people/invitations")
@guards.requires(Permission.INVITE)
def invite() -> Response:
    """Invite, or invite again: then the link before is good no more."""
    given = {"email": request.form.get("email", "").strip(), "role": request.form.get("role", "")}
    role = next((each for each in Role if each.value == given["role"]), None)
    if role is None:
        return _page(given=given, problems={"role": "Choose a role."})
    by_mail = frame.config().mail is not None
    try:
        with writing(db.session()) as opened:
            link = invitations.invite(opened, guards.here(), given["email"], role, frame.now(), by_mail=by_mail)
            path = "" if by_mail else one_time_links.hand_out(opened, link, frame.now())
    except BadInput as refused:
        return _page(given=given, problems={refused.field: str(refused)})
    return _made(link, path, f"The invitation to {link.email} is being mailed.")


@pages.post("/settings/people/invitations/<int:invitation_id>/withdrawal")
@guards.requires(Permission.INVITE)
def withdraw(invitation_id: int) -> Response:
    here = guards.here()
    with writing(db.session()) as opened:
        link = invitations.withdraw(opened, here.tenant, invitation_id, here.actor, frame.now())
    return _gone_back(f"The invitation to {link.email} is good no more.")


@pages.post("/settings/people/<int:user_id>/role")
@guards.requires(Permission.ROLES)
def change_role(user_id: int) -> Response:
    here = guards.here()
    role = next((each for each in Role if each.value == request.form.get("role")), None)
    before = members.one(db.session(), here.tenant, user_id)
    if role is None or role is before.role:
        return _gone_back("Nothing was changed.", "info")
    try:
        with writing(db.session()) as opened:
            changed = members.change_role(opened, here.tenant, user_id, role, here.actor, frame.now())
    except LastOwner as refused:
        return _gone_back(str(refused), "error")
    return _gone_back(f"{changed.user.name} is {role.label.lower()} now and has to sign in again.")


@pages.get("/settings/people/<int:user_id>/removal")
@guards.requires(Permission.ROLES)
def removal(user_id: int) -> Response:
    return replies.page("settings/removal.html", member=members.one(db.session(), guards.here().tenant, user_id))


@pages.post("/settings/people/<int:user_id>/removal")
@guards.requires(Permission.ROLES)
def remove(user_id: int) -> Response:
    here = guards.here()
    try:
        with writing(db.session()) as opened:
            removed = members.remove(opened, here.tenant, user_id, here.actor, frame.now())
    except LastOwner as refused:
        return _gone_back(str(refused), "error")
    if removed.id == here.user.id:
        return replies.gone_to(url_for("sign_in.form"), f"You no longer belong to {here.tenant.name}.")
    return _gone_back(f"{removed.name} no longer belongs to {here.tenant.name}.")


@pages.post("/settings/people/<int:user_id>/password-reset")
@guards.requires(Permission.INVITE)
def offer_reset(user_id: int) -> Response:
    """Offer a member a link to set a new password: by mail, or where there is none, to be handed over."""
    here, by_mail = guards.here(), frame.config().mail is not None
    target = members.one(db.session(), here.tenant, user_id)
    refusal = "" if by_mail else password_resets.why_not_handed(db.session(), target, here)
    if refusal:
        return _gone_back(refusal, "error")
    with writing(db.session()) as opened:
        link = password_resets.offer(opened, target, here, frame.now(), by_mail=by_mail)
        path = "" if by_mail else one_time_links.hand_out(opened, link, frame.now())
    return _made(link, path, f"A link to set a new password is being mailed to {link.email}.")


def _page(
    made: tuple[OneTimeLink, str] | None = None,
    given: dict[str, str] | None = None,
    problems: dict[str, str] | None = None,
) -> Response:
    """`made` is a link with its address, shown this once; `given` is what a refused form held."""
    here = guards.here()
    listed = members.listed(db.session(), here.tenant)
    return replies.page(
        "settings/people.html",
        422 if problems else 200,
        members=listed,
        refusals={} if frame.config().mail else _refusals(listed, here),
        me=here.user.id,
        roles=[(role.value, role.label) for role in Role],
        offered=[(role.value, role.label) for role in invitations.offered_roles(here)],
        invitations=one_time_links.open_invitations(db.session(), here.tenant.id, frame.now()),
        mails=frame.config().mail is not None,
        made=made,
        given=given or {},
        problems=problems or {},
    )


def _refusals(listed: list[Member], here: Member) -> dict[int, str]:
    """Why no link may be made and shown for a person, by user id; only for whoever could make one."""
    if not here.may(Permission.INVITE):
        return {}
    found = {each.user.id: password_resets.why_not_handed(db.session(), each, here) for each in listed}
    return {user_id: why for user_id, why in found.items() if why}


def _made(link: OneTimeLink, path: str, mailing: str) -> Response:
    """Answered at once, not by a redirect: what is shown once must not wait in a cookie for the next page."""
    return _page(made=(link, frame.config().public_url + path)) if path else _gone_back(mailing)


def _gone_back(message: str, kind: str = "success") -> Response:
    return replies.gone_to(url_for("settings.people_listed"), message, kind)
