"""Replies: the same address gives the page or a part of it. The only code that looks at HX headers."""

from typing import Any

from flask import flash, g, make_response, redirect, render_template, request
from flask_htmx import HTMX
from markupsafe import Markup
from werkzeug.wrappers import Response

htmx = HTMX()


def wants_part() -> bool:
    """Only a partial request gets a part: a restored history entry and a boosted link want the page."""
    return bool(htmx) and request.headers.get("HX-Request-Type") == "partial"


def is_asked_by_the_page() -> bool:
    """Whether an open page asks anew by itself, which nobody did; every polled part says so."""
    return "HX-Poll" in request.headers


def titled(title: str) -> str:
    """The title of the page being written, as it was given; in words it is kept for `title`."""
    words = title.unescape() if isinstance(title, Markup) else title
    g.title = " ".join(words.split())
    return title


def title() -> str:
    """What the page that was written calls itself; "" for a file, and for a part without a title."""
    return str(g.get("title", ""))


def page(template: str, status: int = 200, **context: Any) -> Response:
    return _vary(make_response(render_template(template, **context), status))


def page_or_part(whole: str, part: str, status: int = 200, *, address: str = "", **context: Any) -> Response:
    """The whole page, or for a partial request just the part that stands in it.

    `address` is what the browser then shows as the page's own, for a part that stands for another state of the page.
    """
    if not wants_part():
        return page(whole, status, **context)
    response = page(part, status, **context)
    if address:
        response.headers["HX-Push-Url"] = address
    return response


def gone_to(address: str, message: str = "", kind: str = "success") -> Response:
    """See other: the answer to every form that was accepted. The message is shown on the next page."""
    if message:
        flash(message, kind)
    return _vary(make_response(redirect(address, 303)))


def left_for(address: str, message: str = "", kind: str = "success") -> Response:
    """See other, also where only a part was asked for: the browser leaves the page that the part stands in."""
    response = gone_to(address, message, kind)
    if wants_part():
        response.status_code = 200
        response.headers["HX-Redirect"] = response.headers.pop("Location")
    return response


def sent_away(instead_of_part: str, instead_of_page: str) -> Response:
    """To another page first: a script's request is answered 401 and the browser as a whole goes there.

    By a redirect that page would land inside the part that was asked for.
    """
    if request.headers.get("HX-Request"):
        return _vary(Response(status=401, headers={"HX-Redirect": instead_of_part}))
    return _vary(make_response(redirect(instead_of_page, 303)))


def _vary(response: Response) -> Response:
    response.headers["Vary"] = "HX-Request, HX-Request-Type"
    return response
