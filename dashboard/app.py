"""The application factory: the one place that puts settings, database, people and pages together."""

from pathlib import Path

from flask import Flask
from flask_migrate import Migrate
from sqlalchemy import make_url
from werkzeug.middleware.proxy_fix import ProxyFix

import dashboard.models  # noqa: F401 - every table is known before the first query
from dashboard import cli, logs
from dashboard.config import Config
from dashboard.db import ask_the_idle, db
from dashboard.views import (
    archive,
    assets,
    audit_download,
    audit_log,
    connections,
    duplicates,
    error_pages,
    errors,
    exports,
    frame,
    guards,
    health,
    home,
    invitations,
    mapping,
    mending,
    navigation,
    oauth,
    older_entries,
    overview,
    password_resets,
    people,
    receiving,
    records,
    resyncs,
    retention,
    saved_filters,
    security_headers,
    settings,
    sign_in,
    still_send,
    support,
    support_bundles,
    sync_config,
    upload,
    visits,
)
from dashboard.views.cookies import Cookies

MIGRATIONS = Path(__file__).parent / "migrations"


def create_app(config: Config) -> Flask:
    """A ready application; makes the folder of a SQLite file, changes nothing in the database."""
    logs.configure(config.log_level)
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(config.database_url),
        SESSION_COOKIE_NAME="__Host-tieout" if config.is_https else "tieout",
        SESSION_COOKIE_SECURE=config.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=12 * 3600,
        # The guards do it, and seldom.
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=8 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.extensions["tieout"] = config
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            ask_the_idle(db.engine)
    Migrate(app, db, directory=str(MIGRATIONS))
    receiving.init_app(app)
    app.session_interface = Cookies(app)
    guards.init_app(app)
    frame.init_app(app)
    assets.init_app(app)
    navigation.init_app(app)
    error_pages.init_app(app)
    security_headers.init_app(app, config)
    visits.init_app(app)
    oauth.init_app(app, config)
    modules = (
        archive,
        audit_download,
        audit_log,
        connections,
        duplicates,
        errors,
        exports,
        health,
        home,
        invitations,
        mapping,
        mending,
        older_entries,
        overview,
        password_resets,
        people,
        records,
        resyncs,
        retention,
        saved_filters,
        settings,
        sign_in,
        still_send,
        support,
        support_bundles,
        sync_config,
        upload,
        visits,
    )
    # Several modules may hang their routes on one blueprint.
    for pages in dict.fromkeys(module.pages for module in modules):
        app.register_blueprint(pages)
    cli.init_app(app)
    if config.trusted_proxies:
        # The visitor's address alone is taken from the proxies: scheme and host are those of the public address.
        chosen = {"x_for": config.trusted_proxies, "x_proto": 0, "x_host": 0, "x_port": 0, "x_prefix": 0}
        app.wsgi_app = ProxyFix(app.wsgi_app, **chosen)  # type: ignore[method-assign]
    return app


def _engine_options(url: str) -> dict[str, object]:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        return {"connect_args": {"check_same_thread": False, "timeout": 30}, "pool_size": 20}
    # What was used last is used next: it is known to be alive, and the server has its statements prepared.
    return {"pool_size": 10, "pool_use_lifo": True}
