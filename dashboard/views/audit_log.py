"""Pages of the audit log: the list with its filter, and one entry opened in place."""

from flask import Blueprint, abort, request, url_for
from werkzeug.wrappers import Response

from dashboard.db import db
from dashboard.domain import audit_filters, audit_log
from dashboard.domain.audit_log import Cursor, Window
from dashboard.domain.guides import guide
from dashboard.views import frame, guards, replies
from dashboard.vocabulary.audit import WITHOUT_A_MOVE, EntryKind
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.roles import Permission
from dashboard.vocabulary.statuses import Status

pages = Blueprint("audit_log", __name__)

OPTIONS = {
    "status": [(each.value, each.label) for each in Status],
    "kind": [(each.value, each.label) for each in EntryKind],
    "type": [(each.value, each.label) for each in RecordKind],
    "error": sorted(((each.value, guide(each).title) for each in ErrorCode), key=lambda option: option[1]),
}


@pages.get("/audit-log")
@guards.requires(Permission.VIEW)
def listed() -> Response:
    tenant = guards.here().tenant
    window = Window.of(tenant, frame.now())
    choices = audit_log.choices(db.session(), tenant.id, request.args.get("person", ""))
    reading = audit_filters.read(request.args, choices)
    page = None
    if not reading.errors:
        page = audit_log.page(
            db.session(), tenant.id, window, reading.filters, older=_cursor("older"), newer=_cursor("newer")
        )
    return replies.page_or_part(
        "audit_log/listed.html",
        "audit_log/_log.html",
        422 if reading.errors else 200,
        address="" if reading.errors else url_for("audit_log.listed", **reading.filters.query()),
        reading=reading,
        choices=choices,
        options=OPTIONS,
        page=page,
        window=window,
        unmoved=WITHOUT_A_MOVE,
        plan_needed=window.plan_needed(reading.filters),
        zone=tenant.zone,
    )


@pages.get("/audit-log/<int:entry_id>")
@guards.requires(Permission.VIEW)
def entry(entry_id: int) -> Response:
    tenant = guards.here().tenant
    window = Window.of(tenant, frame.now())
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


def _cursor(argument: str) -> Cursor | None:
    """A place in the log that an Older or Newer link named; any other writing of it is no page of ours."""
    written = request.args.get(argument, "")
    try:
        return Cursor.read(written) if written else None
    except ValueError:
        abort(404)
