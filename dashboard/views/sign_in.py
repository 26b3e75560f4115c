"""Signing in and out."""

from urllib.parse import urlsplit

from flask import Blueprint, request, session, url_for
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response

from dashboard.db import db, writing
from dashboard.domain import passwords, session_marks, sign_in, support_visits
from dashboard.views import frame, guards, replies

pages = Blueprint("sign_in", __name__)

WRONG = "That e-mail and password do not belong together."


@pages.get("/sign-in")
@guards.public
def form() -> Response:
    if current_user.is_authenticated:
        return replies.gone_to(url_for("home.shown"))
    return replies.page("sign_in/form.html", email="", next=request.args.get("next", ""), error="")


@pages.post("/sign-in")
@guards.public
def submitted() -> Response:
    email, password = request.form.get("email", ""), request.form.get("password", "")
    onward = request.form.get("next", "")
    address = request.remote_addr or ""
    try:
        with writing(db.session()) as opened:
            sign_in.count_try(opened, email, address, frame.now())
    except sign_in.TooManyTries as refused:
        error = f"Too many tries. Wait {refused.minutes} minutes, then try again."
        return replies.page("sign_in/form.html", 429, email=email, next=onward, error=error)
    user = sign_in.who_fits(db.session(), email, password)
    if user is None:
        return replies.page("sign_in/form.html", 422, email=email, next=onward, error=WRONG)
    # It takes a while, and nobody is to wait for the database meanwhile.
    renewal = passwords.renewal(password, user.password_hash)
    with writing(db.session()) as opened:
        sign_in.note_sign_in(opened, email, address, user, renewal, frame.now())
    guards.let_in(user)
    return replies.gone_to(onward if _is_ours(onward) else url_for("home.shown"))


@pages.post("/sign-out")
@guards.signed_in
def sign_out() -> Response:
    with writing(db.session()) as opened:
        # A copied cookie must not outlive it.
        session_marks.end_sessions(opened, current_user.user_id)
        support_visits.leave(opened, current_user.user_id, frame.now())
    logout_user()
    session.clear()
    return replies.gone_to(url_for("sign_in.form"), "You are signed out, here and everywhere else.")


def _is_ours(address: str) -> bool:
    """Whether the address is a path of this site: "//host" and "/\\host" would leave it."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    stays_here = not parts.netloc and not parts.scheme and address[1:2] not in ("/", "\\")
    return address.startswith("/") and address.isprintable() and stays_here
