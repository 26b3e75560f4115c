"""Pages that put a record away and take it back."""

from flask import request, url_for
from werkzeug.wrappers import Response

from dashboard.db import db, writing
from dashboard.domain import archiving, scope
from dashboard.domain.archiving import BadReason, CannotArchive
from dashboard.models import Record
from dashboard.views import frame, guards, record_page, replies
from dashboard.views.records import pages
from dashboard.vocabulary.roles import Permission


@pages.get("/records/<int:record_id>/archiving")
@guards.requires(Permission.VIEW)
def archiving_form(record_id: int) -> Response:
    return _form(scope.owned(db.session(), Record, guards.here().tenant.id, record_id))


@pages.post("/records/<int:record_id>/archiving")
@guards.requires(Permission.APPROVE)
def archive(record_id: int) -> Response:
    reason = request.form.get("reason", "")
    try:
        with writing(db.session()) as session:
            record = scope.owned(session, Record, guards.here().tenant.id, record_id, locked=True)
            archiving.archive(session, record, reason, guards.actor(), frame.now())
    except BadReason as refused:
        return _form(scope.owned(db.session(), Record, guards.here().tenant.id, record_id), reason, str(refused))
    except CannotArchive as refused:
        return replies.gone_to(url_for("records.shown", record_id=record_id), str(refused), "info")
    return replies.gone_to(record_page.address(record), f"{record.number} is archived. Nothing was sent.")


@pages.post("/records/<int:record_id>/restoring")
@guards.requires(Permission.APPROVE)
def restore(record_id: int) -> Response:
    message, kind = "", "success"
    with writing(db.session()) as session:
        record = scope.owned(session, Record, guards.here().tenant.id, record_id, locked=True)
        try:
            archiving.restore(session, record, guards.actor(), frame.now())
            message = f"{record.number} is restored. Nothing was sent."
        except CannotArchive as refused:
            message, kind = str(refused), "info"
    return replies.gone_to(record_page.address(record), message, kind)


def _form(record: Record, reason: str = "", error: str = "") -> Response:
    return replies.page(
        "records/archive.html",
        422 if error else 200,
        record=record,
        reason=reason,
        errors={"reason": error} if error else {},
        unarchivable=archiving.why_not_archivable(db.session(), record),
        refusal=guards.refusal(Permission.APPROVE),
    )
