"""What stands around every page: navigation, filters for figures and times, assets, security headers, error pages."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, request, url_for
from flask_wtf.csrf import CSRFError
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from dashboard.config import Config
from dashboard.db import db
from dashboard.domain import amounts, audit_log, connections, support_visits
from dashboard.domain.audit_filters import Choices
from dashboard.domain.audit_log import Window
from dashboard.domain.connections import Outline
from dashboard.domain.members import Member, Standing
from dashboard.domain.scope import NotFound
from dashboard.models import SupportVisit
from dashboard.views import drawn, guards, replies
from dashboard.vocabulary.days import day, day_and_month
from dashboard.vocabulary.plans import Terms
from dashboard.vocabulary.providers import Provider, endpoints
from dashboard.vocabulary.roles import Permission
from dashboard.vocabulary.statuses import Status

STATIC = Path(__file__).parent.parent / "static"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self' {consent}",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


@dataclass(frozen=True)
class Asset:
    """A static file: its address changes with its content, so it may be kept for ever."""

    url: str
    integrity: str


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
    replies.htmx.init_app(app)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset=_asset,
        drawn=drawn.part,
        navigation=_navigation,
        Permission=Permission,
        Status=Status,
        why_not=guards.refusal,
    )
    app.jinja_env.filters.update(
        amount=amounts.figures, day=day, day_and_month=day_and_month, local=_local, duration=duration
    )
    app.context_processor(_surroundings)
    app.after_request(_secured(app.extensions["tieout"]))
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(HTTPException, _refused)


def duration(seconds: float) -> str:
    """How long something takes, as a person says it: "less than a minute", "4 minutes", "2 hours"."""
    if seconds < 60:
        return "less than a minute"
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            n = round(seconds / size)
            return f"{n} {unit}" + ("" if n == 1 else "s")
    raise AssertionError("every duration of a minute or more has a unit")


def zone() -> ZoneInfo:
    """The organisation's time zone; UTC before sign-in."""
    found = guards.member()
    return found.zone if found else ZoneInfo("UTC")


def today(now: datetime) -> date:
    return now.astimezone(zone()).date()


def now() -> datetime:
    return datetime.now(UTC)


def plans() -> Terms:
    """What each plan shows and keeps, by the settings."""
    config: Config = current_app.extensions["tieout"]
    return config.plans


def window(at: datetime | None = None) -> Window:
    """What of the audit log the plan of the organisation lets be seen, now or at that time."""
    return Window.of(guards.here().tenant, at or now(), plans())


def _local(at: datetime) -> datetime:
    return at.astimezone(zone())


def _asset(name: str) -> Asset:
    return _fingerprinted(name, request.script_root, (STATIC / name).stat().st_mtime if current_app.debug else 0)


@cache
def _fingerprinted(name: str, root: str, changed: float) -> Asset:
    content = (STATIC / name).read_bytes()
    digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
    version = hashlib.sha256(content).hexdigest()[:12]
    return Asset(url_for("static", filename=name, v=version), f"sha384-{digest}")


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
    sidebar = partial(drawn.part, "_sidebar.html", here=request.blueprint, is_support=True)
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


def outlines(tenant_id: int) -> list[Outline]:
    """The organisation's connections with their failures, asked for once a request."""
    if "outlines" not in g:
        g.outlines = connections.outlines(db.session(), tenant_id)
    return cast("list[Outline]", g.outlines)


def audit_choices(tenant_id: int, person_asked_for: str = "") -> Choices:
    """What the audit log can be filtered by; the connections come with it, and the page need not ask again."""
    choices, g.outlines = audit_log.choices_and_outlines(db.session(), tenant_id, person_asked_for)
    return choices


def _visits(member: Member) -> list[SupportVisit]:
    """Who of support looks on; hardly ever anybody, which is known already."""
    may_be_visited = member.is_visited and not member.visit
    return support_visits.under_way(db.session(), member.tenant.id, now()) if may_be_visited else []


def _sidebar(member: Member) -> Markup:
    """The navigation as it stands in whole pages; a part asks for none of it."""
    failed = tuple(connections.failed_by_provider(outlines(member.tenant.id)).items())
    shown = (request.view_args or {}).get("provider") if request.endpoint == "exports.listed" else None
    is_support = member.visit is not None
    return drawn.part("_sidebar.html", here=request.blueprint, is_support=is_support, failed=failed, shown=shown)


def _navigation(
    here: str | None,
    is_support: bool,
    failed: tuple[tuple[Provider, int], ...] | None = None,
    shown: str | None = None,
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


def _secured(config: Config) -> Callable[[Response], Response]:
    """What gives every answer its security headers."""
    fixed = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY.format(consent=" ".join(_consent_hosts(config))),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
    if config.is_https:
        fixed["Strict-Transport-Security"] = "max-age=31536000"

    def secure(response: Response) -> Response:
        response.headers.update(fixed)
        if request.endpoint == "static":
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        else:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return secure


def _consent_hosts(config: Config) -> list[str]:
    """Where a form of ours may lead by redirect: the providers' consent pages. Browsers check that too."""
    pages = [endpoints(provider, chosen.base_url).authorize for provider, chosen in config.providers.items()]
    return [f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, pages)]


_SENTENCES = {
    403: "You may not do this.",
    404: "There is nothing at this address, or it belongs to another organisation.",
    405: "This address does not take that kind of request.",
    413: "That is more than this page takes in at once.",
    409: "This was changed meanwhile.",
}
_UNKNOWN = "Something went wrong. It is not known whether it was carried out; look before you repeat it."
"""A fault may come after what was asked for is stored, while its answer is being written."""


def _not_found(_: NotFound) -> Response:
    return replies.page("error.html", 404, heading="Not found", sentence=_SENTENCES[404])


def _refused(fault: HTTPException) -> Response:
    code = fault.code or 500
    if code < 400:
        return Response(fault.get_body(), code, fault.get_headers())
    sentence = _SENTENCES.get(code, _UNKNOWN if code >= 500 else "This cannot be done as it was asked for.")
    if (code in (403, 409) or isinstance(fault, guards.UnstorableText)) and fault.description:
        sentence = fault.description
    if isinstance(fault, CSRFError):
        sentence = "This form is too old or was not made here. Open the page again and repeat what you did."
    return replies.page("error.html", code, heading=fault.name, sentence=sentence)
