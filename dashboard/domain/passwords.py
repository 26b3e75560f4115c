"""Passwords: hashed with argon2, never stored or logged as they are."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from dashboard.domain.bad_input import BadInput

SHORTEST = 8

_hasher = PasswordHasher()
_NOBODYS_HASH = _hasher.hash(secrets.token_urlsafe(16))


def hashed(password: str) -> str:
    """What is kept of it; raises BadInput when it is too short."""
    if len(password) < SHORTEST:
        raise BadInput("password", f"A password has at least {SHORTEST} characters.")
    return _hasher.hash(password)


def fits(password: str, kept: str | None) -> bool:
    """Whether it is the one that was kept. Where none was, it takes as long as where one was, and is False."""
    try:
        return _hasher.verify(kept or _NOBODYS_HASH, password) and kept is not None
    except (VerifyMismatchError, InvalidHashError):
        return False
