"""The page that counts every day of the audit log that the plan does not show."""

from flask import request
from werkzeug.wrappers import Response

from dashboard.db import db
from dashboard.domain import audit_filters, audit_log
from dashboard.domain.hidden_entries import LONGEST
from dashboard.views import frame, guards, hidden_entries, replies
from dashboard.views.audit_log import pages
from dashboard.vocabulary.roles import Permission


@pages.get("/audit-log/older")
@guards.requires(Permission.VIEW)
def older() -> Response:
    filters = audit_filters.read(request.args, audit_log.choices(db.session(), guards.here().tenant.id)).filters
    return replies.page(
        "audit_log/older.html",
        query=filters.query(),
        window=frame.window(),
        **hidden_entries.part(filters, LONGEST),
    )
