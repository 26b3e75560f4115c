"""The audit log as a file: what the filter shows, streamed."""

from collections.abc import Iterator, Mapping
from itertools import islice
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Response, request, stream_with_context, url_for
from werkzeug.wrappers import Response as AnyResponse

from dashboard.db import db, writing
from dashboard.domain import audit_download, audit_filters, audit_log, csv_rows
from dashboard.domain.audit_download import Line
from dashboard.domain.audit_filters import Choices, Filters
from dashboard.domain.audit_log import Cursor, Window
from dashboard.domain.guides import guide
from dashboard.views import frame, guards, replies
from dashboard.views.audit_log import pages
from dashboard.vocabulary.audit import WITHOUT_A_MOVE
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.roles import Permission

HEADING = (
    "Time",
    "Time zone",
    "Time in UTC",
    "Entry",
    "Entries",
    "Act",
    "Type",
    "Reference",
    "Destination",
    "Status",
    "Who",
    "Error",
    "About",
    "What happened",
    "Same click",
)
_AT_ONCE = 500
"""Lines handed to the server in one piece: a line alone costs more to hand over than to write."""

_TITLES = {code.value: guide(code).title for code in ErrorCode}


@pages.post("/audit-log/downloads")
@guards.requires(Permission.VIEW)
def downloaded() -> AnyResponse:
    """A form and not a link, since the log says that it was taken away, by whom, and which filter was in force."""
    here, now = guards.here(), frame.now()
    tenant, window = here.tenant, frame.window(now)
    asked = request.form.to_dict()
    choices = audit_log.choices(db.session(), tenant.id, asked.get("person", ""))
    read = audit_filters.read(asked, choices)
    if read.errors:
        return replies.gone_to(f"{url_for('audit_log.listed')}?{urlencode(read.given)}")
    with writing(db.session()) as session:
        audit_download.begin(session, tenant.id, read.filters, choices, here.actor, now)
    name = f"audit-log-{tenant.slug}-{window.today}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Accel-Buffering": "no"}
    pieces = _pieces(tenant.id, window, read.filters, choices, Cursor(now, 0))
    return Response(stream_with_context(pieces), mimetype="text/csv", headers=headers)


def _pieces(tenant_id: int, window: Window, filters: Filters, choices: Choices, at: Cursor) -> Iterator[str]:
    # The session is taken here: the view's own is closed before the first line is written.
    found = audit_download.entries(db.session(), tenant_id, window, filters, at)
    rest = csv_rows.lines(HEADING, (_cells(row, choices.destinations, window.zone) for row in found))
    while piece := "".join(islice(rest, _AT_ONCE)):
        yield piece


def _cells(row: Line, destinations: Mapping[int, str], zone: ZoneInfo) -> tuple[object, ...]:
    return (
        row.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
        zone.key,
        row.at.strftime("%Y-%m-%d %H:%M:%S"),
        row.id,
        row.kind.label,
        row.act.label,
        row.entity_type.label if row.entity_type else "",
        row.reference,
        destinations.get(row.connection_id, ""),
        row.status.label if row.status and row.act not in WITHOUT_A_MOVE else "",
        row.actor,
        _TITLES.get(row.error_code, row.error_code),
        row.error_subject,
        row.words,
        row.operation,
    )
