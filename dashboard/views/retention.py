"""The page that says what is kept, what is seen and what is deleted when: by every plan, and here today."""

from datetime import timedelta

from werkzeug.wrappers import Response

from dashboard.db import db
from dashboard.domain import hidden_entries, retention
from dashboard.domain.audit_filters import Filters
from dashboard.views import frame, guards, replies
from dashboard.views.settings import pages
from dashboard.vocabulary.plans import Plan
from dashboard.vocabulary.roles import Permission


@pages.get("/settings/retention", endpoint="retention")
@guards.requires(Permission.VIEW)
def shown() -> Response:
    tenant = guards.here().tenant
    window, keeping = frame.window(), retention.keeping(tenant, frame.plans())
    oldest = retention.oldest_entry(db.session(), tenant.id)
    oldest_day = oldest.astimezone(tenant.zone).date() if oldest else None
    last_day = keeping.last_day_of(oldest_day) if oldest_day else None
    return replies.page(
        "settings/retention.html",
        plans=list(Plan),
        terms=frame.plans(),
        window=window,
        keeping=keeping,
        first_kept=keeping.first_kept(window.today),
        hidden=hidden_entries.count(db.session(), tenant.id, window, keeping, Filters()),
        oldest=oldest,
        goes_on=last_day + timedelta(days=1) if last_day else None,
    )
