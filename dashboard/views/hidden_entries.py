"""What the plan does not show of the audit log: what the part that ends the list is made from. No routes."""

from dataclasses import replace
from typing import Any

from flask import url_for

from dashboard.db import db
from dashboard.domain import hidden_entries, retention
from dashboard.domain.audit_filters import Filters
from dashboard.domain.hidden_entries import LONGEST
from dashboard.views import frame, guards

FEW = 7
"""Days told one by one at the end of the list."""


def part(filters: Filters, days: int = FEW) -> dict[str, Any]:
    """What audit_log/_hidden.html takes; `hidden` is None where there is nothing to tell."""
    tenant = guards.here().tenant
    days_and_status = Filters(
        status=filters.status, range=filters.range, from_day=filters.from_day, to_day=filters.to_day
    )
    counted_by = replace(days_and_status, since=filters.since)
    keeping = retention.keeping(tenant, frame.plans())
    found = hidden_entries.count(db.session(), tenant.id, frame.window(), keeping, counted_by)
    if found is None:
        return {"hidden": None}
    is_long = days < LONGEST and (len(found.days) > days or found.before is not None)
    return {
        "hidden": found,
        "hidden_status": filters.status,
        "hidden_columns": [(status.label, "num lo") for status in found.statuses],
        "hidden_days": found.days[:days] if is_long or found.before is None else [*found.days, found.before],
        "hidden_all": url_for("audit_log.older", **counted_by.query()) if is_long else None,
        "is_wider": filters != days_and_status,
    }
