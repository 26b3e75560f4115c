"""Pages of the sync config: per connection, what is sent by itself, how it is posted, and from which date on."""

from dataclasses import dataclass

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from dashboard.db import db, writing
from dashboard.domain import connections, sync_config
from dashboard.domain.scope import owned
from dashboard.domain.sync_config import Saved, Settings
from dashboard.models import Connection
from dashboard.views import frame, guards, replies
from dashboard.vocabulary.postings import PostAs
from dashboard.vocabulary.roles import Permission

pages = Blueprint("sync_config", __name__)


@dataclass(frozen=True)
class Form:
    """One connection's form as it is shown: the settings with what somebody typed, and what is wrong with it."""

    connection: Connection
    settings: Settings
    mark: str
    start_date: str
    errors: dict[str, str]


class BadForm(Exception):
    """A form that a person has to mend; `errors` by field."""

    def __init__(self, **errors: str) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


@pages.get("/sync-config")
@guards.requires(Permission.VIEW)
def listed() -> Response:
    known = connections.listed(db.session(), guards.here().tenant.id)
    return _page([_form(connection) for connection in known])


@pages.post("/sync-config/<int:connection_id>")
@guards.requires(Permission.CONFIGURE)
def save(connection_id: int) -> Response:
    seen = request.form.get("seen", "")
    try:
        with writing(db.session()) as opened:
            connection = owned(opened, Connection, guards.here().tenant.id, connection_id, locked=True)
            saved = sync_config.save(opened, connection, _chosen(), seen, guards.actor(), frame.now())
    except BadForm as refused:
        return _refused(connection_id, refused.errors)
    except sync_config.ChangedMeanwhile:
        return _refused(connection_id, {"seen": "Somebody changed these settings meanwhile. Look again, then save."})
    address = url_for("sync_config.listed", _anchor=f"connection-{connection_id}")
    return replies.gone_to(address, _told(connection, saved), "success" if saved.is_changed else "info")


def _chosen() -> Settings:
    """What the form says. Raises BadForm."""
    errors: dict[str, str] = {}
    ways = {name: _way(request.form.get(name, "")) for name in ("sales_post_as", "purchases_post_as")}
    errors |= {name: "Choose one of the list." for name, way in ways.items() if way is None}
    start = None
    try:
        start = sync_config.start_date(request.form.get("start_date", ""))
    except sync_config.BadDate as bad:
        errors["start_date"] = str(bad)
    sales, purchases = ways.values()
    if errors or sales is None or purchases is None:
        raise BadForm(**errors)
    return Settings("export_on_approval" in request.form, sales, purchases, "attach_original" in request.form, start)


def _way(name: str) -> PostAs | None:
    return next((way for way in PostAs if way.value == name), None)


def _told(connection: Connection, saved: Saved) -> str:
    if not saved.is_changed:
        return "Nothing was changed."
    counts = ((saved.released, "released from hold"), (saved.held, "held back"))
    moved = [f"{n:,} {'record' if n == 1 else 'records'} {what}" for n, what in counts if n]
    return "; ".join([f"Saved for {connection.company_name}", *moved]) + "."


def _refused(connection_id: int, errors: dict[str, str]) -> Response:
    """The page with the refused form as it was filled in; settings that others changed are shown as they are now."""
    known = connections.listed(db.session(), guards.here().tenant.id)
    is_stale = "seen" in errors
    forms = [
        _form(each) if each.id != connection_id else _form(each, errors) if is_stale else _posted(each, errors)
        for each in known
    ]
    return _page(forms, 422)


def _form(connection: Connection, errors: dict[str, str] | None = None) -> Form:
    now = sync_config.of(connection)
    return Form(connection, now, now.mark, now.start_date.isoformat() if now.start_date else "", errors or {})


def _posted(connection: Connection, errors: dict[str, str]) -> Form:
    now, form = sync_config.of(connection), request.form
    settings = Settings(
        "export_on_approval" in form,
        _way(form.get("sales_post_as", "")) or now.sales_post_as,
        _way(form.get("purchases_post_as", "")) or now.purchases_post_as,
        "attach_original" in form,
        now.start_date,
    )
    return Form(connection, settings, form.get("seen", ""), form.get("start_date", ""), errors)


def _page(forms: list[Form], status: int = 200) -> Response:
    return replies.page("sync_config/listed.html", status, forms=forms, ways=[(way.value, way.label) for way in PostAs])
