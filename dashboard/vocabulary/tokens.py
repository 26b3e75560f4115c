"""Tokens as a provider hands them out, what of an answer is believed, and how our app proves who it is."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

USUAL_LIFE = 1800
LONGEST_LIFE = 86_400


@dataclass(frozen=True)
class Tokens:
    """What a token endpoint hands out. `expires_in` is in seconds from when it was received."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int


def received(answer: Mapping[str, Any]) -> Tokens | None:
    """The tokens in the answer of a token endpoint, None when there is no access token that a call could carry.

    A life that is no sensible number counts as Xero's usual half hour; a missing refresh token is "".
    """
    access, refresh, lasts = (answer.get(name) for name in ("access_token", "refresh_token", "expires_in"))
    if not _is_fit(access):
        return None
    is_sensible = isinstance(lasts, int) and not isinstance(lasts, bool) and 0 < lasts <= LONGEST_LIFE
    return Tokens(str(access), str(refresh) if _is_fit(refresh) else "", lasts if is_sensible and lasts else USUAL_LIFE)


def client_authorization(client_id: str, client_secret: str) -> str:
    """The Authorization header of a call to a token endpoint: id and secret form-encoded, then Basic, as
    https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 says. Letters, digits, "-" and "_" stay as they are."""
    return "Basic " + base64.b64encode(f"{quote_plus(client_id)}:{quote_plus(client_secret)}".encode()).decode()


def _is_fit(token: object) -> bool:
    """Printable ASCII: anything else would break the header that carries it."""
    return isinstance(token, str) and token != "" and token.isascii() and token.isprintable()
