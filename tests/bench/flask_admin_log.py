"""The same entries listed by Flask-Admin, set up as its manual shows it: what the audit page is measured against."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from sqlalchemy.engine import Engine
from sqlalchemy.orm import scoped_session, sessionmaker

from dashboard.models import AuditEntry
from dashboard.vocabulary.statuses import Status

COLUMNS = ("at", "reference", "entity_type", "connection_id", "status", "actor", "words")


class Log(ModelView):
    """Newest first, 50 a page, of one organisation and failures alone: as little as it can do for the same list.

    The filter stands in the query, so that neither a form of filters nor a sign-in is on its bill.
    """

    can_create = can_edit = can_delete = False
    page_size = 50
    column_list = COLUMNS
    column_default_sort = ("at", True)
    tenant_id = 0

    def get_query(self) -> Any:
        return self._of_organisation(super().get_query())

    def get_count_query(self) -> Any:
        return self._of_organisation(super().get_count_query())

    def _of_organisation(self, query: Any) -> Any:
        return query.filter(AuditEntry.tenant_id == self.tenant_id, AuditEntry.status == Status.FAILED)


class UncountedLog(Log):
    simple_list_pager = True


def client(engine: Engine, tenant_id: int) -> FlaskClient:
    """Two lists: /admin/counted/ as it is by default, and /admin/uncounted/ without the number of pages."""
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
