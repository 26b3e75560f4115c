"""What pages ask for again and again: the time, the zone, the settings, what the plan shows; and it in templates."""

from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g

from dashboard.clock import utc_now
from dashboard.config import Config
from dashboard.db import db
from dashboard.domain import amounts, audit_log
from dashboard.domain.audit_filters import Choices
from dashboard.domain.audit_log import Window
from dashboard.domain.outlines import Outline
from dashboard.domain.outlines import listed as connection_outlines
from dashboard.views import drawn, guards, replies
from dashboard.vocabulary.days import day, day_and_month
from dashboard.vocabulary.durations import duration
from dashboard.vocabulary.plans import Terms
from dashboard.vocabulary.roles import Permission
from dashboard.vocabulary.statuses import Status


def init_app(app: Flask) -> None:
    replies.htmx.init_app(app)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        drawn=drawn.part, Permission=Permission, Status=Status, titled=replies.titled, why_not=guards.refusal
    )
    app.jinja_env.filters.update(
        amount=amounts.figures, day=day, day_and_month=day_and_month, duration=duration, local=_local
    )


now = utc_now
"""The time of this request, as every page asks for it."""


def config() -> Config:
    found: Config = current_app.extensions["tieout"]
    return found


def zone() -> ZoneInfo:
    """The organisation's time zone; UTC before sign-in."""
    found = guards.member()
    return found.zone if found else ZoneInfo("UTC")


def today(now: datetime) -> date:
    return now.astimezone(zone()).date()


def plans() -> Terms:
    """What each plan shows and keeps, by the settings."""
    return config().plans


def window(at: datetime | None = None) -> Window:
    """What of the audit log the plan of the organisation lets be seen, now or at that time."""
    return Window.of(guards.here().tenant, at or now(), plans())


def outlines(tenant_id: int) -> list[Outline]:
    """The organisation's connections with their failures, asked for once a request."""
    if "outlines" not in g:
        g.outlines = connection_outlines(db.session(), tenant_id)
    return cast("list[Outline]", g.outlines)


def audit_choices(tenant_id: int, person_asked_for: str = "") -> Choices:
    """What the audit log can be filtered by; the connections come with it, and the page need not ask again."""
    choices, g.outlines = audit_log.choices_and_outlines(db.session(), tenant_id, person_asked_for)
    return choices


def _local(at: datetime) -> datetime:
    return at.astimezone(zone())
