"""Saved filters of the audit log: a list of one's own that opens beside the log, saving the one in force, deleting."""

from urllib.parse import urlencode

from flask import request, url_for
from werkzeug.wrappers import Response

from dashboard.db import db, writing
from dashboard.domain import audit_filters, saved_filters
from dashboard.domain.bad_input import BadInput
from dashboard.views import frame, guards, replies
from dashboard.views.audit_log import pages
from dashboard.vocabulary.roles import Permission


@pages.get("/audit-log/filters")
@guards.requires(Permission.VIEW)
def saved() -> Response:
    return _page()


@pages.post("/audit-log/filters")
@guards.requires(Permission.VIEW)
def save() -> Response:
    here, query = guards.here(), _query(request.form.to_dict())
    try:
        with writing(db.session()) as session:
            name = saved_filters.save(
                session, here.tenant.id, here.user.id, request.form.get("name", ""), query, frame.now()
            )
    except BadInput as refused:
        return _page(str(refused))
    return replies.gone_to(f"{url_for('audit_log.listed')}?{query}", f"Saved as “{name}”.")


@pages.post("/audit-log/filters/removal")
@guards.requires(Permission.VIEW)
def forget() -> Response:
    """By its name: whether somebody else has one of that name makes no difference."""
    here, name = guards.here(), request.form.get("name", "")
    with writing(db.session()) as session:
        saved_filters.remove(session, here.tenant.id, here.user.id, name)
    return replies.gone_to(url_for("audit_log.saved"), f"“{name}” is deleted." if name else "")


def _page(error: str = "") -> Response:
    here, asked = guards.here(), request.values.to_dict()
    reading = _read(asked)
    return replies.page_or_part(
        "audit_log/saved.html",
        "audit_log/_saved.html",
        422 if error else 200,
        log=url_for("audit_log.listed"),
        saved=saved_filters.listed(db.session(), here.tenant.id, here.user.id),
        query=reading.filters.query(),
        words=[words for _, words in reading.filters.in_words(_choices(asked))],
        name=asked.get("name", ""),
        error=error,
    )


def _query(asked: dict[str, str]) -> str:
    """The filter as an address carries it; what cannot be meant is left out."""
    return urlencode(_read(asked).filters.query())


def _read(asked: dict[str, str]) -> audit_filters.Reading:
    return audit_filters.read(asked, _choices(asked))


def _choices(asked: dict[str, str]) -> audit_filters.Choices:
    tenant_id = guards.here().tenant.id
    return frame.audit_choices(tenant_id, asked.get("person", ""))
