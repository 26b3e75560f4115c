"""Pages of support staff: which organisations are in trouble, and going into one for a reason and a limited time."""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from dashboard.db import db, writing
from dashboard.domain import guides, support_desk, support_visits
from dashboard.domain.bad_input import BadInput
from dashboard.views import frame, guards, replies
from dashboard.vocabulary.errors import BREAKS_CONNECTION, ErrorCode
from dashboard.vocabulary.providers import Provider

pages = Blueprint("support", __name__)

TITLES = {code: guides.guide(code).title for code in ErrorCode}


@pages.get("/support")
@guards.staff
def listed() -> Response:
    asked = request.args
    code = next((each for each in ErrorCode if each.value == asked.get("code")), None)
    provider = next((each for each in Provider if each.value == asked.get("provider")), None)
    words = asked.get("q", "").strip()[:100]
    troubles, has_more = support_desk.troubles(db.session(), code=code, provider=provider, words=words)
    return replies.page(
        "support/listed.html",
        troubles=troubles,
        has_more=has_more,
        code=code,
        provider=provider,
        words=words,
        titles=TITLES,
        breaking=BREAKS_CONNECTION,
        causes=sorted(((each.value, title) for each, title in TITLES.items()), key=lambda option: option[1]),
        providers=[(each.value, each.label) for each in Provider],
    )


@pages.get("/support/organisations/<int:tenant_id>")
@guards.staff
def entrance(tenant_id: int) -> Response:
    return _entrance(tenant_id)


@pages.post("/support/organisations/<int:tenant_id>")
@guards.staff
def enter(tenant_id: int) -> Response:
    person = guards.staff_member()
    reason, length = request.form.get("reason", ""), request.form.get("minutes", "")
    if person is None:
        return replies.gone_to(url_for("sign_in.form"))
    try:
        with writing(db.session()) as opened:
            minutes = int(length) if length.isascii() and length.isdigit() and len(length) < 4 else 0
            support_visits.enter(opened, person, tenant_id, reason, minutes, frame.now())
    except BadInput as refused:
        return _entrance(tenant_id, {refused.field: str(refused)}, reason, length)
    return replies.gone_to(url_for("home.shown"))


@pages.post("/support/visit/end")
@guards.staff
def leave() -> Response:
    person = guards.staff_member()
    with writing(db.session()) as opened:
        left = support_visits.leave(opened, person.id, frame.now()) if person else None
    return replies.gone_to(url_for("support.listed"), f"Your visit to {left.name} ended." if left else "")


def _entrance(
    tenant_id: int, problems: dict[str, str] | None = None, reason: str = "", minutes: str = "30"
) -> Response:
    return replies.page(
        "support/entrance.html",
        422 if problems else 200,
        tenant=support_visits.organisation(db.session(), tenant_id),
        lengths=[(str(each), f"{each} minutes", None) for each in support_visits.LENGTHS],
        problems=problems or {},
        reason=reason,
        minutes=minutes,
    )
