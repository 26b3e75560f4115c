"""Parts of pages that are drawn once for equal inputs: what stands around the rows is the same on most requests.

Only for a template that takes everything from its inputs: no token, no message, nothing of the request but its root.
"""

from collections.abc import Hashable
from functools import lru_cache

from flask import current_app, request
from markupsafe import Markup

from dashboard.views import guards

_KEPT = 1000


def part(template: str, **inputs: Hashable) -> Markup:
    """The template as drawn from just these inputs, each of a value that says all the template shows of it."""
    draw = _draw.__wrapped__ if current_app.debug else _draw
    return draw(template, request.script_root, tuple(inputs.items()))


def part_with_forms(template: str, **inputs: Hashable) -> Markup:
    """The same for one that holds forms: for every session it is another part, since they carry its token."""
    draw = _draw_for.__wrapped__ if current_app.debug else _draw_for
    return draw(guards.csrf_token(), template, request.script_root, tuple(inputs.items()))


@lru_cache(_KEPT)
def _draw_for(token: str, template: str, root: str, inputs: tuple[tuple[str, Hashable], ...]) -> Markup:
    return Markup(current_app.jinja_env.get_template(template).render(dict(inputs)))  # noqa: S704 - a template escapes


@lru_cache(_KEPT)
def _draw(template: str, root: str, inputs: tuple[tuple[str, Hashable], ...]) -> Markup:
    return Markup(current_app.jinja_env.get_template(template).render(dict(inputs), csrf_token=None))  # noqa: S704 - a template escapes
