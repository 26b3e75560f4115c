"""The page that answers what cannot be done, or is not there. Mistakes in a form come back with the form, not here."""

from flask import Flask
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from dashboard.db import db
from dashboard.domain import support_visits
from dashboard.domain.scope import NotFound
from dashboard.views import frame, guards, replies

_SENTENCES = {
    403: "You may not do this.",
    404: "There is nothing at this address, or it belongs to another organisation.",
    405: "This address does not take that kind of request.",
    413: "That is more than this page takes in at once.",
    409: "This was changed meanwhile.",
}
_UNKNOWN = "Something went wrong. It is not known whether it was carried out; look before you repeat it."
"""A fault may come after what was asked for is stored, while its answer is being written."""


def init_app(app: Flask) -> None:
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(HTTPException, _refused)


def _not_found(_: NotFound) -> Response:
    return _nothing_here("Not found")


def _nothing_here(heading: str) -> Response:
    """To staff whom the organisation just sent away it says that, instead of that nothing is there."""
    sentence, is_sent_away = _SENTENCES[404], False
    if (person := guards.staff_member()) is not None and guards.member() is None:
        sent_away = support_visits.sent_away_from(db.session(), person.id, frame.now())
        if sent_away is not None:
            heading, is_sent_away = "Visit ended", True
            sentence = f"The visit to {sent_away.organisation} was ended by {sent_away.by} at {sent_away.at:%H:%M}."
    return replies.page("error.html", 404, heading=heading, sentence=sentence, is_sent_away=is_sent_away)


def _refused(fault: HTTPException) -> Response:
    code = fault.code or 500
    if code < 400:
        return Response(fault.get_body(), code, fault.get_headers())
    if code == 404:
        return _nothing_here(fault.name)
    sentence = _SENTENCES.get(code, _UNKNOWN if code >= 500 else "This cannot be done as it was asked for.")
    if (code in (403, 409) or isinstance(fault, guards.UnstorableText)) and fault.description:
        sentence = fault.description
    if isinstance(fault, CSRFError):
        sentence = "This form is too old or was not made here. Open the page again and repeat what you did."
    return replies.page("error.html", code, heading=fault.name, sentence=sentence)
