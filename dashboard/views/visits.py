"""Support visits as the organisation sees them: who looks at what now, the End button, each page read in the log."""

from flask import Blueprint, Flask, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from dashboard.db import db, writing
from dashboard.domain import support_visits
from dashboard.views import frame, guards, replies
from dashboard.vocabulary.roles import Permission

pages = Blueprint("visits", __name__)

_PARTING = str.maketrans({"%": "%25", "&": "%26", "=": "%3D"})
"""What would make two addresses look alike that lead to different things."""

_OF_THE_PAGE_ALONE = "form"
"""The argument by which a page that refreshes itself keeps its form; what is read does not depend on it."""


def init_app(app: Flask) -> None:
    app.after_request(_note_reading)


@pages.get("/support-visits")
@guards.requires(Permission.VIEW)
def shown() -> Response:
    """Who looks at this moment: a part of every page, fetched now and then."""
    if replies.wants_part():
        return replies.page("_visits.html")
    return replies.gone_to(url_for("audit_log.listed", q="support"))


@pages.post("/support-visits/<int:visit_id>/end")
@guards.requires(Permission.END_VISITS)
def end(visit_id: int) -> Response:
    here = guards.here()
    with writing(db.session()) as opened:
        visit = support_visits.send_away(opened, here.tenant.id, visit_id, here.actor, frame.now())
    return replies.gone_to(url_for("home.shown"), f"The visit of {visit.staff_name} is over.")


def _note_reading(response: Response) -> Response:
    """Nothing of the organisation leaves for a visitor before it is in the organisation's log.

    In a session of its own: the page's may still be read from while the answer is sent.
    """
    found = guards.member_of_page()
    if found is None or found.visit is None or request.method == "POST" or not _is_shown(response.status_code):
        return response
    if guards.of_route(request.endpoint) in ("public", "staff"):
        return response
    with Session(db.engine, expire_on_commit=False) as session, writing(session):
        support_visits.note_reading(
            session, found.visit.id, _address(), replies.title(), replies.wants_part(), frame.now()
        )
    return response


def _is_shown(status: int) -> bool:
    """Whether such an answer shows something of the organisation, be it a part; refused or led elsewhere nobody read.

    A filter that makes no sense is answered 422, with the page around it.
    """
    return status < 300 or status == 422


def _address() -> str:
    asked = "&".join(
        f"{name.translate(_PARTING)}={value.translate(_PARTING)}"
        for name, value in request.args.items(multi=True)
        if name != _OF_THE_PAGE_ALONE and value
    )
    return f"{request.path}?{asked}" if asked else request.path
