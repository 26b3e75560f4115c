"""The front door: it leads to where the work is."""

from flask import Blueprint, session, url_for
from werkzeug.wrappers import Response

from dashboard.db import db
from dashboard.domain import connections, members
from dashboard.views import guards, replies

pages = Blueprint("home", __name__)


@pages.get("/")
@guards.signed_in
def shown() -> Response:
    member = guards.member()
    if member is None:
        return replies.page("no_organisation.html", 200)
    providers = connections.failed_by_provider(db.session(), member.tenant.id)
    if providers:
        return replies.gone_to(url_for("exports.listed", provider=next(iter(providers)).value))
    return replies.gone_to(url_for("connections.listed"))


@pages.post("/organisation/<int:tenant_id>")
@guards.signed_in
def switched(tenant_id: int) -> Response:
    """Work in another organisation that one belongs to; any other id changes nothing and is not found."""
    user = guards.here().user
    mine = {tenant.id for tenant in members.organisations(db.session(), user.id)}
    if tenant_id not in mine:
        return replies.page("error.html", 404, heading="Not found", sentence="There is no such organisation.")
    session["organisation"] = tenant_id
    return replies.gone_to(url_for("home.shown"))
