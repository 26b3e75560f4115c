"""Passwords: hashed with argon2, never stored or logged as they are."""

import secrets
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from dashboard.domain.bad_input import BadInput

SHORTEST, LONGEST = 8, 1000


@dataclass(frozen=True)
class Renewal:
    """What is to be kept of a password from now on, and what was kept of it before."""

    before: str
    after: str


_hasher = PasswordHasher()
_NOBODYS_HASH = _hasher.hash(secrets.token_urlsafe(16))


def hashed(password: str) -> str:
    """What is kept of it; raises BadInput when it is too short or too long."""
    if len(password) < SHORTEST:
        raise BadInput("password", f"A password has at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise BadInput("password", f"A password has at most {LONGEST:,} characters.")
    return _hasher.hash(password)


def fits(password: str, kept: str | None) -> bool:
    """Whether it is the one that was kept. Where none was, it takes as long as where one was, and is False."""
    try:
        return _hasher.verify(kept or _NOBODYS_HASH, password) and kept is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def renewal(password: str, kept: str) -> Renewal | None:
    """For a password that fits: hashed anew, where it was kept with other costs than those of today; else None."""
    return Renewal(kept, _hasher.hash(password)) if _hasher.check_needs_rehash(kept) else None
