"""Pages of the settings: what the organisation says of itself, its plan, who belongs to it, what is kept how long."""

from zoneinfo import available_timezones

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from dashboard.db import db, writing
from dashboard.domain import members, tenants
from dashboard.domain.tenants import Facts
from dashboard.models import Tenant
from dashboard.views import frame, guards, replies
from dashboard.vocabulary.plans import Plan
from dashboard.vocabulary.roles import Permission

pages = Blueprint("settings", __name__)


@pages.get("/settings")
@guards.requires(Permission.VIEW)
def shown() -> Response:
    facts = tenants.facts_of(guards.here().tenant)
    return _page(facts, facts.mark)


@pages.post("/settings")
@guards.requires(Permission.CONFIGURE)
def save() -> Response:
    form = request.form
    seen = form.get("seen", "")
    facts = Facts(
        name=form.get("name", "").strip(),
        tax_id=form.get("tax_id", "").strip(),
        timezone=form.get("timezone", "").strip(),
        currency=form.get("currency", "").strip().upper(),
        closing_day=form.get("closing_day", "").strip(),
    )
    problems = facts.problems()
    if problems:
        return _page(facts, seen, problems)
    try:
        with writing(db.session()) as opened:
            # Not a full lock: that would wait for every row that is being added to the organisation.
            tenant = opened.get_one(Tenant, guards.here().tenant.id, with_for_update={"key_share": True})
            is_changed = tenants.change_facts(opened, tenant, facts, seen, guards.actor(), frame.now())
    except tenants.ChangedMeanwhile:
        now = tenants.facts_of(tenant)
        return _page(now, now.mark, {"seen": "Somebody changed these facts meanwhile. Look again, then save."})
    said = "Saved. Files taken in from now on are read with it." if is_changed else "Nothing was changed."
    return replies.gone_to(url_for("settings.shown"), said, "success" if is_changed else "info")


def _page(facts: Facts, seen: str, problems: dict[str, str] | None = None) -> Response:
    """`seen` is the mark of the facts that the form was made from."""
    tenant = guards.here().tenant
    return replies.page(
        "settings/shown.html",
        422 if problems else 200,
        facts=facts,
        seen=seen,
        problems=problems or {},
        zones=_zones(),
        plan=tenant.plan,
        plans=list(Plan),
        terms=frame.plans(),
        support_email=frame.config().support_email,
        members=members.listed(db.session(), tenant),
    )


def _zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """Time zones by continent, as a drop-down takes them."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(available_timezones()):
        continent, slash, _ = name.partition("/")
        heading = continent if slash and continent != "Etc" else "Others"
        groups.setdefault(heading, []).append((name, name.replace("_", " ")))
    return sorted(groups.items(), key=lambda group: (group[0] == "Others", group[0]))
