"""The same entries listed by Flask-Admin, set up as its manual shows it: what the audit page is measured against."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from flask_admin.contrib.sqla.filters import DateTimeBetweenFilter
from sqlalchemy.engine import Engine
from sqlalchemy.orm import scoped_session, sessionmaker

from dashboard.models import AuditEntry

_ONLY_FAILED = "?flt0_status_equals=FAILED"
COUNTED = f"/admin/counted/{_ONLY_FAILED}"
UNCOUNTED = f"/admin/uncounted/{_ONLY_FAILED}"


class Log(ModelView):
    """Newest first, 50 a page, read only, with what the audit page has too: filters, search, details, a file of it.

    It asks nobody to sign in and shows no navigation, which is to its advantage.
    """

    can_create = can_edit = can_delete = False
    can_view_details = can_export = True
    page_size = 50
    column_list = ("at", "reference", "entity_type", "connection_id", "status", "actor", "words")
    column_default_sort = ("at", True)
    column_filters = (
        "status",
        "kind",
        "entity_type",
        "connection_id",
        "error_code",
        "actor",
        # It does not know our type of times.
        DateTimeBetweenFilter(AuditEntry.at, "At"),
    )
    column_searchable_list = ("reference", "words")
    named_filter_urls = True
    tenant_id = 0

    def get_query(self) -> Any:
        return super().get_query().filter(AuditEntry.tenant_id == self.tenant_id)

    def get_count_query(self) -> Any:
        return super().get_count_query().filter(AuditEntry.tenant_id == self.tenant_id)


class UncountedLog(Log):
    simple_list_pager = True


def client(engine: Engine, tenant_id: int) -> FlaskClient:
    """Its lists: `COUNTED` as it is by default, and `UNCOUNTED` without the number of pages."""
    app = Flask("flask-admin")
    app.secret_key = "a secret of the benches alone"
    session = scoped_session(sessionmaker(engine))
    app.teardown_appcontext(lambda _: session.remove())
    admin = Admin(app)
    for view, name in ((Log, "counted"), (UncountedLog, "uncounted")):
        made = view(AuditEntry, session, endpoint=name, name=name)
        made.tenant_id = tenant_id
        admin.add_view(made)
    return app.test_client()
