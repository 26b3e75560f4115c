"""Pages of the audit log: the list with its filter, and one entry opened in place."""

from urllib.parse import urlencode

from flask import Blueprint, abort, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from dashboard.db import db
from dashboard.domain import audit_filters, audit_log
from dashboard.domain.audit_filters import Choices, Filters, Reading
from dashboard.domain.audit_log import Cursor, Page
from dashboard.domain.guides import guide
from dashboard.views import audit_rows, drawn, frame, guards, hidden_entries, replies
from dashboard.vocabulary.audit import WITHOUT_A_MOVE, EntryKind
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.roles import Permission
from dashboard.vocabulary.statuses import Status

pages = Blueprint("audit_log", __name__)

OPTIONS = (
    ("status", tuple((each.value, each.label) for each in Status)),
    ("kind", tuple((each.value, each.label) for each in EntryKind)),
    ("type", tuple((each.value, each.label) for each in RecordKind)),
    ("error", tuple(sorted(((each.value, guide(each).title) for each in ErrorCode), key=lambda option: option[1]))),
)


@pages.get("/audit-log")
@guards.requires(Permission.VIEW)
def listed() -> Response:
    tenant = guards.here().tenant
    window = frame.window()
    asked = request.args.to_dict()
    choices = audit_log.choices(db.session(), tenant.id, asked.get("person", ""), frame.outlines(tenant.id))
    reading = audit_filters.read(asked, choices)
    page = Page((), None, None)
    if not reading.errors:
        page = audit_log.page(
            db.session(), tenant.id, window, reading.filters, older=_cursor("older"), newer=_cursor("newer")
        )
    log = url_for("audit_log.listed")
    return replies.page_or_part(
        "audit_log/listed.html",
        "audit_log/_log.html",
        422 if reading.errors else 200,
        address="" if reading.errors else _address(log, reading.filters),
        log=log,
        reading=reading,
        query=reading.filters.query(),
        filter_form=_filter_form(log, reading, choices),
        active=[
            (words, _address(log, reading.filters.without(argument)))
            for argument, words in reading.filters.in_words(choices)
        ],
        page=page,
        rows=audit_rows.rows(
            page.entries, choices.destinations, window.zone, window.today, f"{log}/", url_for("records.listed") + "/"
        ),
        newer=page.newer and _address(log, reading.filters, newer=page.newer),
        older=page.older and _address(log, reading.filters, older=page.older),
        window=window,
        plan_needed=window.plan_needed(reading.filters),
        # Only where the list ends: on the way there nobody asks, and it would cost every page a statement.
        **({"hidden": None} if reading.errors or page.older else hidden_entries.part(reading.filters)),
    )


@pages.get("/audit-log/<int:entry_id>")
@guards.requires(Permission.VIEW)
def entry(entry_id: int) -> Response:
    tenant = guards.here().tenant
    window = frame.window()
    found, attempt = audit_log.entry(db.session(), tenant.id, window, entry_id)
    return replies.page_or_part(
        "audit_log/entry.html",
        "audit_log/_entry.html",
        zone=tenant.zone,
        unmoved=WITHOUT_A_MOVE,
        entry=found,
        attempt=attempt,
        guide=guide(found.error_code) if found.error_code else None,
        destination=audit_log.choices(db.session(), tenant.id).destinations.get(found.connection_id or 0),
    )


def _address(log: str, filters: Filters, **place: Cursor) -> str:
    query = urlencode({**place, **filters.query()})
    return f"{log}?{query}" if query else log


def _filter_form(log: str, reading: Reading, choices: Choices) -> Markup:
    return drawn.part(
        "audit_log/_filter.html",
        log=log,
        options=OPTIONS,
        people=tuple((str(id_ or "tieout"), name) for id_, name in choices.people.items()),
        destinations=tuple((str(id_), name) for id_, name in choices.destinations.items()),
        given=tuple(reading.given.items()),
        wrong=tuple(reading.errors.items()),
        active=len(reading.filters.query()),
    )


def _cursor(argument: str) -> Cursor | None:
    """A place in the log that an Older or Newer link named; any other writing of it is no page of ours."""
    written = request.args.get(argument, "")
    try:
        return Cursor.read(written) if written else None
    except ValueError:
        abort(404)
