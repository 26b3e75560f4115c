"""The answer to "still send?", for one export or for all of a connection. Asking is domain/still_send.py."""

from flask import request, url_for
from werkzeug.wrappers import Response

from dashboard.db import db, writing
from dashboard.domain import scope, still_send
from dashboard.models import Connection, Export
from dashboard.views import asked, frame, guards, record_page, replies
from dashboard.views.exports import pages
from dashboard.vocabulary.roles import Permission


@pages.post("/connections/<int:connection_id>/still-send-answers")
@guards.requires(Permission.SEND)
def answer(connection_id: int) -> Response:
    tenant, is_yes = guards.here().tenant.id, request.form.get("answer") == "send"
    seen = asked.seen()
    with writing(db.session()) as session:
        connection = scope.owned(session, Connection, tenant, connection_id)
        one = _one(tenant, connection)
        n = 0
        if seen is not None and request.form.get("answer") in ("send", "leave"):
            one_id = one.id if one else None
            n = still_send.answer(session, connection, is_yes, seen, guards.actor(), frame.now(), export_id=one_id)
        if one and n and is_yes:
            record_page.watch(one)
    provider = connection.provider
    if one:
        where = url_for("records.shown", record_id=one.record_id)
    else:
        where = url_for("exports.listed", provider=provider.value, status="pending" if is_yes and n else None)
    message = f"{n:,} queued for {provider.label}." if is_yes else f"{n:,} not sent: back to where they were."
    return replies.gone_to(where, message if n else "Nothing was changed: that was answered already.", _kind(n))


def _one(tenant_id: int, connection: Connection) -> Export | None:
    """The export that is meant alone; None when all are."""
    if "export" not in request.form:
        return None
    found = scope.owned(db.session(), Export, tenant_id, scope.row_id(request.form["export"]) or 0)
    if found.connection_id != connection.id:
        raise scope.NotFound(f"Export {found.id} of connection {connection.id}")
    return found


def _kind(n: int) -> str:
    return "success" if n else "info"
