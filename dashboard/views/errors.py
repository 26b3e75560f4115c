"""Pages of the error catalogue: what each error means, whose turn it is, and how it is mended."""

import re

from flask import Blueprint, abort, request, url_for
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from dashboard.db import db
from dashboard.domain import guide_search, guides, problems
from dashboard.domain.guides import Turn
from dashboard.views import guards, replies
from dashboard.vocabulary.errors import ErrorCode, Retry
from dashboard.vocabulary.roles import Permission

pages = Blueprint("errors", __name__)

GOES_ON = {
    Retry.WAIT: "It goes by itself when the way is clear",
    Retry.AGAIN: "Automatic exports are tried again, others wait for you",
    Retry.AFTER_A_FIX: "Nothing by itself: it waits for you",
    Retry.NEVER: "It is never sent again by itself",
}


@pages.get("/errors")
@guards.requires(Permission.VIEW)
def listed() -> Response:
    """All guides by whose turn it is, or those that a pasted text may be about, the likeliest first."""
    words = request.args.get("q", "").strip()[: guide_search.LONGEST]
    failing = problems.failing(db.session(), guards.here().tenant.id)
    counts = {code: sum(by_provider.values()) for code, by_provider in failing.items()}
    found = guide_search.matching(words)
    if words:
        groups = [("found", "What fits the text, the best first", found)]
    else:
        found.sort(key=lambda each: (-counts.get(each.code, 0), each.title))
        groups = [(turn.value, turn.label, [each for each in found if each.whose is turn]) for turn in Turn]
    shown = [group for group in groups if group[2]]
    return replies.page("errors/listed.html", words=words, groups=shown, counts=counts, goes_on=GOES_ON)


@pages.get("/errors/<code>")
@guards.requires(Permission.VIEW)
def shown(code: str) -> Response:
    if code not in {each.value for each in ErrorCode}:
        abort(404)
    guide = guides.guide(code)
    failing = problems.failing(db.session(), guards.here().tenant.id).get(guide.code, {})
    return replies.page(
        "errors/shown.html",
        guide=guide,
        steps=[_with_links(step) for step in guide.steps],
        failing=failing,
        goes_on=GOES_ON[guide.code.retry],
    )


def _with_links(step: str) -> Markup:
    """The screens that a step names become links to them; "Connected apps" and other places in the ledger do not."""
    screens = {
        "Mapping › Accounts": url_for("mapping.listed", kind="account"),
        "Mapping › Taxes": url_for("mapping.listed", kind="tax"),
        "Mapping › Contacts": url_for("mapping.listed", kind="contact"),
        "Mapping": url_for("mapping.listed"),
        "Connections": url_for("connections.listed"),
        "Sync config": url_for("sync_config.listed"),
        "Upload": url_for("upload.form"),
    }
    parts = re.split(f"({'|'.join(map(re.escape, screens))})", step)
    linked = (
        Markup('<a href="{}">{}</a>').format(screens[part], part) if part in screens else escape(part) for part in parts
    )
    return Markup("").join(linked)
