"""What stands around every page: navigation, filters for figures and times, assets, security headers, error pages."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, current_app, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from dashboard.config import Config
from dashboard.db import db
from dashboard.domain import amounts, connections, members, support_visits
from dashboard.domain.members import Member
from dashboard.domain.scope import NotFound
from dashboard.views import guards, replies
from dashboard.vocabulary.providers import endpoints
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
    app.jinja_env.globals.update(asset=_asset, Permission=Permission, Status=Status)
    app.jinja_env.filters.update(amount=amounts.figures, local=_local, duration=duration)
    app.context_processor(_surroundings)
    app.after_request(_secure)
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


def _local(at: datetime) -> datetime:
    return at.astimezone(zone())


@cache
def _fingerprint(name: str, changed: float) -> tuple[str, str]:
    content = (STATIC / name).read_bytes()
    digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
    return hashlib.sha256(content).hexdigest()[:12], f"sha384-{digest}"


def _asset(name: str) -> Asset:
    version, integrity = _fingerprint(name, (STATIC / name).stat().st_mtime)
    return Asset(url_for("static", filename=name, v=version), integrity)


def _surroundings() -> dict[str, Any]:
    found = guards.member()
    if found is None:
        return {"may": lambda permission: False, **_around_staff()}
    return {
        "nav": _navigation(found),
        "organisation_name": found.tenant.name,
        "plan_label": found.tenant.plan.label,
        "other_organisations": [
            tenant for tenant in members.organisations(db.session(), found.user.id) if tenant.id != found.tenant.id
        ],
        "person_name": found.actor.name,
        "role_label": found.role_label,
        "may": found.may,
        "visit": found.visit,
        "visits": [] if found.visit else support_visits.under_way(db.session(), found.tenant.id, now()),
    }


def _around_staff() -> dict[str, Any]:
    """For staff who visit nobody; for strangers, and people who belong to no organisation, nothing."""
    person = guards.staff_member()
    if person is None:
        return {"nav": None}
    return {"nav": (_support_desk(),), "person_name": person.name, "role_label": "Support"}


def _support_desk() -> Section:
    is_here = (request.endpoint or "").startswith("support.")
    return Section("Support", (Link("Organisations", url_for("support.listed"), "records", is_here),))


def _navigation(member: Member) -> tuple[Section, ...]:
    failed = connections.failed_by_provider(db.session(), member.tenant.id)
    here = request.endpoint or ""

    def link(label: str, endpoint: str, icon: str, **values: Any) -> Link:
        current = here.split(".")[0] == endpoint.split(".")[0] and (not values or request.view_args == values)
        return Link(label, url_for(endpoint, **values), icon, current)

    exports = tuple(
        Link(
            provider.label,
            url_for("exports.listed", provider=provider.value),
            "exports",
            here == "exports.listed" and request.view_args == {"provider": provider.value},
            n,
            "failed",
        )
        for provider, n in failed.items()
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
    overview = Link("Overview", url_for("home.shown"), "overview", here == "home.shown")
    sections = [Section(None, (overview,)), *([Section("Exports", exports)] if exports else [])]
    if member.visit:
        sections.insert(0, _support_desk())
    return (*sections, Section("Work", work), Section("Understand", understand), Section("Set up", set_up))


def _consent_hosts() -> list[str]:
    """Where a form of ours may lead by redirect: the providers' consent pages. Browsers check that too."""
    config: Config = current_app.extensions["tieout"]
    pages = [endpoints(provider, chosen.base_url).authorize for provider, chosen in config.providers.items()]
    return [f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, pages)]


def _secure(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.format(consent=" ".join(_consent_hosts()))
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    config: Config = current_app.extensions["tieout"]
    if config.is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint == "static":
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        headers.setdefault("Cache-Control", "no-store")
    return response


_SENTENCES = {
    403: "You may not do this.",
    404: "There is nothing at this address, or it belongs to another organisation.",
    405: "This address does not take that kind of request.",
    413: "That is more than this page takes in at once.",
    409: "This was changed meanwhile.",
}


def _not_found(_: NotFound) -> Response:
    return replies.page("error.html", 404, heading="Not found", sentence=_SENTENCES[404])


def _refused(fault: HTTPException) -> Response:
    code = fault.code or 500
    if code < 400:
        return Response(fault.get_body(), code, fault.get_headers())
    sentence = _SENTENCES.get(code, "Something went wrong; nothing was changed.")
    if (code in (403, 409) or isinstance(fault, guards.UnstorableText)) and fault.description:
        sentence = fault.description
    if isinstance(fault, CSRFError):
        sentence = "This form is too old or was not made here. Open the page again and repeat what you did."
    return replies.page("error.html", code, heading=fault.name, sentence=sentence)
