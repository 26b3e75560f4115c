"""What sign-in deals in: consents, codes, tokens and connections as values, and how a token reads."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4


@dataclass(frozen=True)
class Grant:
    """One consent: its id is the authEventId."""

    id: str
    app: str
    user: str
    scopes: tuple[str, ...]
    is_revoked: bool = False


@dataclass(frozen=True)
class Code:
    """An authorization code."""

    value: str
    grant_id: str
    redirect_uri: str
    challenge: str | None
    expires: datetime
    is_used: bool = False


@dataclass(frozen=True)
class AccessToken:
    """An access token; `expires` can be brought forward."""

    value: str
    grant_id: str
    expires: datetime


@dataclass(frozen=True)
class RefreshToken:
    """A refresh token; after its use it lives on for the grace period, as long as its successor is unused."""

    value: str
    grant_id: str
    expires: datetime
    used: datetime | None = None
    successors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Connection:
    """A user's permission for an app to act in one organisation."""

    id: str
    user: str
    tenant_id: str
    auth_event: str
    created: datetime
    updated: datetime


def challenge_of(verifier: str) -> str:
    """The S256 challenge that a verifier answers."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def make_jwt(grant: Grant, now: datetime, expires: datetime) -> str:
    """Something that reads like Xero's token. Its signature is noise: nobody may check it but the sandbox itself."""
    header = {"alg": "RS256", "kid": "sandbox", "typ": "JWT"}
    claims = {
        "nbf": int(now.timestamp()),
        "exp": int(expires.timestamp()),
        "iss": "https://identity.xero.com",
        "aud": "https://identity.xero.com/resources",
        "client_id": grant.app,
        "sub": hashlib.md5(grant.user.encode(), usedforsecurity=False).hexdigest(),
        "auth_time": int(now.timestamp()),
        "xero_userid": grant.user,
        "global_session_id": uuid4().hex,
        "jti": uuid4().hex,
        "authentication_event_id": grant.id,
        "scope": list(grant.scopes),
    }
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in (header, claims)] + [secrets.token_bytes(64)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
