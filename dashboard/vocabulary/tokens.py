"""Tokens as a provider hands them out, and what of an answer is believed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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


def _is_fit(token: object) -> bool:
    """Printable ASCII: anything else would break the header that carries it."""
    return isinstance(token, str) and token != "" and token.isascii() and token.isprintable()
