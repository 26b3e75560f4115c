"""Pages of the audit log: the list with its filter, and one entry opened in place."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from dashboard.db import db
from dashboard.domain import audit_filters, audit_log
from dashboard.domain.audit_filters import Choices, Reading
from dashboard.domain.audit_log import Cursor, Page, Window
from dashboard.domain.guides import guide
from dashboard.views import audit_rows, drawn, frame, guards, hidden_entries, remedies, replies
from dashboard.vocabulary.audit import WITHOUT_A_MOVE, EntryKind
from dashboard.vocabulary.day_ranges import DayRange
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.roles import Permission
from dashboard.vocabulary.statuses import Status

pages = Blueprint("audit_log", __name__)

MOST_NEWS = 99
"""New entries that are counted; of more it is said that they are more, and nobody asks again."""

OPTIONS = (
    ("status", tuple((each.value, each.label) for each in Status)),
    ("kind", tuple((each.value, each.label) for each in EntryKind)),
    ("type", tuple((each.value, each.label) for each in RecordKind)),
    ("range", tuple((each.value, each.label) for each in DayRange)),
    ("error", tuple(sorted(((each.value, guide(each).title) for each in ErrorCode), key=lambda option: option[1]))),
)


@pages.get("/audit-log")
@guards.requires(Permission.VIEW)
def listed() -> Response:
    now = frame.now()
    window, choices, reading = _asked(now)
    page = Page((), None, None)
    if not reading.errors:
        page = audit_log.page(
            db.session(), _tenant_id(), window, reading.filters, older=_cursor("older"), newer=_cursor("newer")
        )
    log, query = url_for("audit_log.listed"), reading.filters.query()
    active = tuple(
        (words, _address(log, reading.filters.without(argument).query()))
        for argument, words in reading.filters.in_words(choices)
    )
    saved = _address(f"{log}/filters", query)
    top = Cursor(page.entries[0].at, page.entries[0].id) if page.entries else Cursor(now, 0)
    return replies.page_or_part(
        "audit_log/listed.html",
        "audit_log/_log.html",
        422 if reading.errors else 200,
        address="" if reading.errors else _address(log, query),
        log=log,
        reading=reading,
        filter_form=_filter_form(log, reading, choices, active),
        tools=drawn.part_with_forms("audit_log/_tools.html", log=log, saved=saved, query=tuple(query.items())),
        active=active,
        page=page,
        rows=audit_rows.rows(
            page.entries, choices.destinations, window.zone, window.today, f"{log}/", url_for("records.listed") + "/"
        ),
        newer=page.newer and _address(log, query, newer=page.newer),
        older=page.older and _address(log, query, older=page.older),
        news=None if page.newer or reading.errors else _address(f"{log}/news", query, newer=top),
        window=window,
        by_error=[] if page.entries else _by_error(log, reading),
        now=now,
        plan_needed=window.plan_needed(reading.filters),
        # Only where the list ends: on the way there nobody asks, and it would cost every page a statement.
        **({"hidden": None} if reading.errors or page.older else hidden_entries.part(reading.filters)),
    )


@pages.get("/audit-log/news")
@guards.requires(Permission.VIEW)
def news() -> Response:
    """How many fitting entries came since the list was made: a part that asks again and again, and never a page."""
    place = _cursor("newer")
    window, _, reading = _asked(frame.now())
    log, query = url_for("audit_log.listed"), reading.filters.query()
    if place is None or reading.errors or not replies.wants_part():
        return replies.gone_to(_address(log, query))
    n = audit_log.how_many_newer(db.session(), _tenant_id(), window, reading.filters, place, MOST_NEWS + 1)
    again = _address(f"{log}/news", query, newer=place) if n <= MOST_NEWS else None
    return replies.page("audit_log/_news.html", n=n, news=again, address=_address(log, query))


@pages.get("/audit-log/<int:entry_id>")
@guards.requires(Permission.VIEW)
def entry(entry_id: int) -> Response:
    tenant = guards.here().tenant
    window = frame.window()
    found, attempt = audit_log.entry(db.session(), tenant.id, window, entry_id)
    outline = next((each for each in frame.outlines(tenant.id) if each.id == found.connection_id), None)
    export = audit_log.still_failed(db.session(), found)
    return replies.page_or_part(
        "audit_log/entry.html",
        "audit_log/_entry.html",
        zone=tenant.zone,
        unmoved=WITHOUT_A_MOVE,
        entry=found,
        attempt=attempt,
        guide=guide(found.error_code) if found.error_code else None,
        remedy=remedies.remedy(export, outline.provider.label) if export and outline else None,
        destination=outline and outline.label,
    )


def _by_error(log: str, reading: Reading) -> list[tuple[str, str]]:
    """The errors whose title holds the words that were looked for, each with the address of the filter by it.

    Titles are the guides' and stand in no entry, so that the search for a text does not find them.
    """
    words = reading.given.get("q", "").strip().lower()
    if not words or reading.errors or "error" in reading.filters.query():
        return []
    query = reading.filters.without("q").query()
    titles = dict(OPTIONS)["error"]
    return [(title, _address(log, {**query, "error": code})) for code, title in titles if words in title.lower()]


def _tenant_id() -> int:
    return guards.here().tenant.id


def _asked(now: datetime) -> tuple[Window, Choices, Reading]:
    """What the address asks for, read against what there is to choose from."""
    tenant, asked = guards.here().tenant, request.args.to_dict()
    choices = frame.audit_choices(tenant.id, asked.get("person", ""))
    return frame.window(now), choices, audit_filters.read(asked, choices)


def _address(path: str, query: Mapping[str, Any], **place: Cursor) -> str:
    asked = urlencode({**place, **query})
    return f"{path}?{asked}" if asked else path


def _filter_form(log: str, reading: Reading, choices: Choices, active: tuple[tuple[str, str], ...]) -> Markup:
    return drawn.part(
        "audit_log/_filter.html",
        log=log,
        options=OPTIONS,
        people=tuple((str(id_ or "tieout"), name) for id_, name in choices.people.items()),
        destinations=tuple((str(id_), name) for id_, name in choices.destinations.items()),
        given=tuple(reading.given.items()),
        wrong=tuple(reading.errors.items()),
        active=active,
    )


def _cursor(argument: str) -> Cursor | None:
    """A place in the log that an Older or Newer link named; any other writing of it is no page of ours."""
    written = request.args.get(argument, "")
    try:
        return Cursor.read(written) if written else None
    except ValueError:
        abort(404)
