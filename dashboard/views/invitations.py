"""The page that an invitation's link leads to: make an account, or join with the one that the e-mail has already."""

from flask import Blueprint, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.db import db, writing
from dashboard.domain import invitations, one_time_links
from dashboard.domain.bad_input import BadInput
from dashboard.domain.one_time_links import NoLongerGood
from dashboard.models import OneTimeLink, Tenant, User
from dashboard.models.one_time_link import Purpose
from dashboard.views import frame, guards, replies

pages = Blueprint("invitations", __name__)


@pages.get("/invitations/<key>")
@guards.public
def shown(key: str) -> Response:
    """Only shows: whatever looks at links in mails before people do must not use them up."""
    try:
        return _page(key, one_time_links.good(db.session(), Purpose.INVITATION, key, frame.now()))
    except NoLongerGood:
        return replies.page("no_longer_good.html", 404, what="invitation")


@pages.post("/invitations/<key>")
@guards.public
def accepted(key: str) -> Response:
    try:
        return _accept(key)
    except NoLongerGood:
        return replies.page("no_longer_good.html", 404, what="invitation")


def _accept(key: str) -> Response:
    """Make the account, or for whoever is signed in with the invited e-mail, join. Raises NoLongerGood."""
    form, now = request.form, frame.now()
    try:
        with writing(db.session()) as opened:
            link = one_time_links.good(opened, Purpose.INVITATION, key, now, locked=True)
            account, signed_in = invitations.account_of(opened, link), _signed_in()
            if account is None and signed_in is None:
                user = invitations.accept(opened, link, form.get("name", ""), form.get("password", ""), now)
            elif account is not None and signed_in is not None and account.id == signed_in.id:
                invitations.join(opened, link, account, now)
                user = account
            else:
                return _page(key, link, status=409)
    except BadInput as refused:
        link = one_time_links.good(db.session(), Purpose.INVITATION, key, now)
        return _page(key, link, {refused.field: str(refused)}, form.get("name", ""))
    tenant = db.session().get_one(Tenant, link.tenant_id)
    guards.let_in(user, tenant.id)
    return replies.gone_to(url_for("home.shown"), f"Welcome to {tenant.name}.")


def _signed_in() -> User | None:
    return db.session().get(User, current_user.user_id) if current_user.is_authenticated else None


def _page(
    key: str, link: OneTimeLink, problems: dict[str, str] | None = None, name: str = "", status: int = 0
) -> Response:
    session = db.session()
    return replies.page(
        "invitations/shown.html",
        status or (422 if problems else 200),
        key=key,
        link=link,
        tenant=session.get_one(Tenant, link.tenant_id),
        inviter=session.get(User, link.made_by_id) if link.made_by_id else None,
        account=invitations.account_of(session, link),
        visitor=_signed_in(),
        problems=problems or {},
        name=name,
    )
