"""Who may open a route. Every route declares exactly one guard; the guard puts the member on flask.g."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from itertools import chain
from time import time
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, g, request, session, url_for
from flask_login import LoginManager, current_user, login_user
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from dashboard.clock import utc_now
from dashboard.db import db, reading
from dashboard.domain import members, support_visits
from dashboard.domain.actors import Actor
from dashboard.domain.members import Member, Standing
from dashboard.models import User
from dashboard.views import replies
from dashboard.vocabulary.roles import Permission

View = TypeVar("View", bound=Callable[..., Any])

VISITORS_READ = "A support visit only reads."
READS_ONLY = f"{VISITORS_READ} Nothing was changed."

_PROLONGED_EVERY = 600
"""Seconds."""

csrf = CSRFProtect()
login = LoginManager()


@dataclass
class SignedIn:
    """What Flask-Login keeps of a person: an id that ends to be valid with the person's session mark."""

    user_id: int
    mark: str
    standing: Standing | None = None
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        return f"{self.user_id}:{self.mark}"


class UnstorableText(BadRequest):
    """Something typed or put into an address holds the character NUL, which no text field of PostgreSQL takes."""

    description = (
        "What was sent holds a character that no text may hold (NUL). Nothing was changed. "
        "Go back, type the value instead of pasting it, and send it again."
    )


def csrf_token() -> str:
    """The token that forms carry. Flask-WTF signs it anew for every page; here the session's is signed once."""
    of_session = session.get("csrf_token")
    return _signed(of_session, current_app.secret_key) if of_session else generate_csrf()


@lru_cache(10_000)
def _signed(of_session: str, secret_key: str) -> str:
    return cast(str, generate_csrf())


def init_app(app: Flask) -> None:
    app.before_request(_refuse_unstorable_text)
    app.before_request(_prolong_session)
    csrf.init_app(app)
    app.jinja_env.globals["csrf_token"] = csrf_token
    # Flask-WTF gives every page its own, which would come before the one above.
    app.context_processor(lambda: {"csrf_token": csrf_token})
    login.init_app(app)
    login.session_protection = None
    login.user_loader(_load)
    login.unauthorized_handler(_ask_to_sign_in)


def public(view: View) -> View:
    """Anybody, signed in or not."""
    cast(Any, view).guard = "public"
    return view


def signed_in(view: View) -> View:
    """Anybody who signed in, whatever organisation they belong to, or none."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return _ask_to_sign_in()
        return view(*args, **kwargs)

    cast(Any, guarded).guard = "signed-in"
    return cast(View, guarded)


def staff(view: View) -> View:
    """Support staff. For anybody else the page does not exist."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return _ask_to_sign_in()
        if staff_member() is None:
            abort(404)
        return view(*args, **kwargs)

    cast(Any, guarded).guard = "staff"
    return cast(View, guarded)


def requires(permission: Permission) -> Callable[[View], View]:
    """A member of the current organisation whose role grants the permission; otherwise 403, and 404 for no member.

    Whoever visits for support reads pages and does nothing, whatever the permission.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return _ask_to_sign_in()
            found = here()
            if found.visit and request.method == "POST":
                abort(403, READS_ONLY)
            if not found.may(permission):
                abort(403, permission.refusal)
            return view(*args, **kwargs)

        cast(Any, guarded).guard = permission
        return cast(View, guarded)

    return guard


def let_in(user: User, tenant_id: int | None = None) -> None:
    """Begin a session of the person, in that organisation first; what the browser had before is gone."""
    session.clear()
    session.permanent = True
    if tenant_id is not None:
        session["organisation"] = tenant_id
    login_user(SignedIn(user.id, user.session_mark))


def standing() -> Standing | None:
    """Who is signed in, with all their organisations."""
    if not current_user.is_authenticated:
        return None
    found: Standing | None = current_user.standing
    return found or members.standing(db.session(), current_user.user_id, current_user.mark)


def member() -> Member | None:
    """The signed-in person in their current organisation, or in the one that they visit for support; otherwise None."""
    if "member" not in g:
        found = standing()
        g.member = found and (found.member(session.get("organisation")) or _visitor(found))
    return cast("Member | None", g.member)


def _visitor(found: Standing) -> Member | None:
    return support_visits.visitor(db.session(), found.user.id, utc_now()) if found.user.is_staff else None


def of_route(endpoint: str | None) -> str | Permission:
    """The guard that the route declares; what has no route, or is a static file, is public."""
    declared: str | Permission = getattr(current_app.view_functions.get(endpoint or ""), "guard", "public")
    return declared


def member_of_page() -> Member | None:
    """The member that the page was answered for; None where nobody's membership was asked about."""
    return cast("Member | None", g.get("member"))


def staff_member() -> User | None:
    """The signed-in person when they are support staff."""
    found = standing()
    return found.user if found and found.user.is_staff else None


def here() -> Member:
    """The member behind a guarded route."""
    found = member()
    if found is None:
        abort(404)
    return found


def refusal(permission: Permission) -> str:
    """Why the person of this request sees disabled what needs the permission; "" when they may."""
    found = member()
    if found is not None and found.may(permission):
        return ""
    return VISITORS_READ if found is not None and found.visit else permission.refusal


def actor() -> Actor:
    """Who acts, as the log names them."""
    return here().actor


def _refuse_unstorable_text() -> None:
    """Once for every address and field, names and values; the bytes of files are not text and not looked at."""
    fields = request.args.items(multi=True)
    if request.method != "GET":
        fields = chain(fields, request.form.items(multi=True))
    if "\0" in request.path or any("\0" in name or "\0" in value for name, value in fields):
        raise UnstorableText


def _prolong_session() -> None:
    """A session ends some hours after its last use; its cookie is written anew once in a while, not by every answer.

    What a page left open asks by itself is no use: nobody needs to sit before it.
    """
    if request.endpoint == "static" or replies.is_asked_by_the_page() or not session.permanent:
        return
    now = int(time())
    if now - session.get("prolonged", 0) >= _PROLONGED_EVERY:
        session["prolonged"] = now


def _load(stored: str) -> SignedIn | None:
    user_id, _, mark = stored.partition(":")
    if not user_id.isdigit():
        return None
    found = members.standing(reading(db.session()), int(user_id), mark)
    return SignedIn(found.user.id, mark, found) if found else None


def _ask_to_sign_in() -> Response:
    """After it a page is led back to; a part is not, being no page."""
    here_again = request.full_path.rstrip("?") if request.method == "GET" else ""
    return replies.sent_away(url_for("sign_in.form"), url_for("sign_in.form", next=here_again or None))
