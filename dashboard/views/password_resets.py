"""Pages for whoever does not know their password: asking for a link, and setting a new one by it."""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from dashboard.db import db, writing
from dashboard.domain import password_resets
from dashboard.domain.bad_input import BadInput
from dashboard.domain.one_time_links import NoLongerGood
from dashboard.domain.sign_in import TooManyTries
from dashboard.models import User
from dashboard.views import frame, guards, replies

pages = Blueprint("password_resets", __name__)

ON_ITS_WAY = "If this e-mail has an account, a link to set a new password is on its way. It is good for an hour."


@pages.get("/forgotten-password")
@guards.public
def forgotten() -> Response:
    return _asking()


@pages.post("/forgotten-password")
@guards.public
def requested() -> Response:
    """Ask for a link. Everybody gets the same answer, whether or not the e-mail has an account."""
    email, now = request.form.get("email", ""), frame.now()
    if not _mails():
        return _asking(status=409)
    try:
        with writing(db.session()) as opened:
            password_resets.count_request(opened, email, request.remote_addr or "", now)
            password_resets.request(opened, email, now)
    except TooManyTries as refused:
        return _asking(email, f"Too many requests. Wait {refused.minutes} minutes, then try again.", 429)
    except BadInput as refused:
        return _asking(email, str(refused), 422)
    return replies.gone_to(url_for("sign_in.form"), ON_ITS_WAY, "info")


@pages.get("/password-resets/<key>")
@guards.public
def shown(key: str) -> Response:
    try:
        return _setting(key)
    except NoLongerGood:
        return replies.page("no_longer_good.html", 404, what="link")


@pages.post("/password-resets/<key>")
@guards.public
def password_set(key: str) -> Response:
    now = frame.now()
    try:
        with writing(db.session()) as opened:
            link = password_resets.good(opened, key, now, locked=True)
            password_resets.set_password(opened, link, request.form.get("password", ""), now)
    except NoLongerGood:
        return replies.page("no_longer_good.html", 404, what="link")
    except BadInput as refused:
        return _setting(key, str(refused))
    return replies.gone_to(url_for("sign_in.form"), "The password is set. Sign in with it; every other session ended.")


def _asking(email: str = "", error: str = "", status: int = 200) -> Response:
    return replies.page("password_resets/forgotten.html", status, email=email, error=error, mails=_mails())


def _setting(key: str, error: str = "") -> Response:
    """Raises NoLongerGood."""
    link = password_resets.good(db.session(), key, frame.now())
    user = db.session().get_one(User, link.user_id)
    return replies.page("password_resets/shown.html", 422 if error else 200, key=key, user=user, error=error)


def _mails() -> bool:
    return frame.config().mail is not None
