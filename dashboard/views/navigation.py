"""What stands around every page: the sidebar, the bar above it, and who of support looks on."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Flask, request, url_for
from markupsafe import Markup

from dashboard.db import db
from dashboard.domain import support_visits
from dashboard.domain.members import Member, Standing
from dashboard.domain.outlines import failed_by_provider
from dashboard.models import SupportVisit
from dashboard.views import drawn, frame, guards
from dashboard.vocabulary.providers import Provider


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    icon: str
    current: bool
    badge: int | None = None
    badge_label: str = ""


@dataclass(frozen=True)
class Section:
    heading: str | None
    links: tuple[Link, ...]


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(navigation=_navigation)
    app.context_processor(_surroundings)


def _surroundings() -> dict[str, Any]:
    standing, found = guards.standing(), guards.member()
    if standing is None or found is None:
        return {"may": lambda permission: False, **_around_staff()}
    return {
        "sidebar": partial(_sidebar, found),
        "top_bar": partial(_top_bar, standing, found),
        "organisation_name": found.tenant.name,
        "may": found.may,
        "visit": found.visit,
        "visits": _visits(found),
    }


def _around_staff() -> dict[str, Any]:
    """For staff who visit nobody; for strangers, and people who belong to no organisation, nothing."""
    person = guards.staff_member()
    top_bar = partial(drawn.part_with_forms, "_top_bar.html")
    if person is None:
        return {"sidebar": None, "top_bar": top_bar}
    sidebar = partial(drawn.part, "_sidebar.html", here=request.blueprint, is_support=True, failed=None, shown=None)
    return {"sidebar": sidebar, "top_bar": partial(top_bar, person_name=person.name, role_label="Support")}


def _top_bar(standing: Standing, member: Member) -> Markup:
    """Who is signed in, and where, as it stands on whole pages."""
    return drawn.part_with_forms(
        "_top_bar.html",
        organisation_name=member.tenant.name,
        plan_label=member.tenant.plan.label,
        others=tuple((each.id, each.name) for each in standing.others(member)),
        person_name=member.actor.name,
        role_label=member.role_label,
    )


def _visits(member: Member) -> list[SupportVisit]:
    """Who of support looks on; hardly ever anybody, which is known already."""
    may_be_visited = member.is_visited and not member.visit
    return support_visits.under_way(db.session(), member.tenant.id, frame.now()) if may_be_visited else []


def _sidebar(member: Member) -> Markup:
    """The navigation as it stands in whole pages; a part asks for none of it."""
    failed = tuple(failed_by_provider(frame.outlines(member.tenant.id)).items())
    shown = (request.view_args or {}).get("provider") if request.endpoint == "exports.listed" else None
    is_support = member.visit is not None
    return drawn.part("_sidebar.html", here=request.blueprint, is_support=is_support, failed=failed, shown=shown)


def _navigation(
    here: str | None,
    is_support: bool,
    failed: tuple[tuple[Provider, int], ...] | None,
    shown: str | None,
) -> list[Section]:
    """`here` is the page's blueprint, `shown` the provider whose exports it lists; no `failed`, no organisation."""

    def link(label: str, endpoint: str, icon: str) -> Link:
        return Link(label, url_for(endpoint), icon, here == endpoint.split(".")[0])

    desk = [Section("Support", (link("Organisations", "support.listed", "records"),))] if is_support else []
    if failed is None:
        return desk
    exports = tuple(
        Link(
            provider.label,
            url_for("exports.listed", provider=provider.value),
            "exports",
            shown == provider.value,
            n,
            "failed",
        )
        for provider, n in failed
    )
    work = (
        link("Records", "records.listed", "records"),
        link("Upload", "upload.form", "upload"),
        link("Resyncs", "resyncs.listed", "resyncs"),
    )
    understand = (link("Audit log", "audit_log.listed", "audit-log"), link("Errors & fixes", "errors.listed", "errors"))
    set_up = (
        link("Mapping", "mapping.listed", "mapping"),
        link("Sync config", "sync_config.listed", "sync-config"),
        link("Connections", "connections.listed", "connections"),
        link("Settings", "settings.shown", "settings"),
    )
    overview = Link("Overview", url_for("home.shown"), "overview", here == "home")
    return [
        *desk,
        Section(None, (overview,)),
        *([Section("Exports", exports)] if exports else []),
        Section("Work", work),
        Section("Understand", understand),
        Section("Set up", set_up),
    ]
