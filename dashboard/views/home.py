"""The front door: the overview of the organisation that one works in, and the way to another one."""

from flask import Blueprint, session, url_for
from werkzeug.wrappers import Response

from dashboard.views import guards, overview, replies

pages = Blueprint("home", __name__)


@pages.get("/")
@guards.signed_in
def shown() -> Response:
    member = guards.member()
    if member is None and guards.staff_member():
        return replies.gone_to(url_for("support.listed"))
    if member is None:
        return replies.page("no_organisation.html", 200)
    return overview.page(member)


@pages.post("/organisation/<int:tenant_id>")
@guards.signed_in
def switched(tenant_id: int) -> Response:
    """Work in another organisation that one belongs to; any other id changes nothing and is not found."""
    standing = guards.standing()
    if standing is None or tenant_id not in {each.tenant.id for each in standing.members}:
        return replies.page("error.html", 404, heading="Not found", sentence="There is no such organisation.")
    session["organisation"] = tenant_id
    return replies.gone_to(url_for("home.shown"))
