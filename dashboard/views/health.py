"""Whether this process serves: for load balancers. It tells nothing about anybody."""

from flask import Blueprint
from sqlalchemy import text
from werkzeug.wrappers import Response

from dashboard.db import db
from dashboard.views import guards

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@guards.public
def shown() -> Response:
    db.session.execute(text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")
