"""Consents, tokens and connections: who may act for whom, and until when. The HTTP side is in oauth and connections."""

import secrets
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from jobs.sandbox.clock import Clock
from jobs.sandbox.store import Store
from jobs.sandbox.tables import Journal, Table
from jobs.sandbox.xero.errors import token_expired, unauthorized
from jobs.sandbox.xero.settings import Settings
from jobs.sandbox.xero.tokens import AccessToken, Code, Connection, Grant, RefreshToken, challenge_of, make_jwt


class OAuthError(Exception):
    """The token endpoint's refusal, by its standard code."""


class Identity:
    """The identity side of one Xero. Its methods take their own lock."""

    def __init__(self, clock: Clock, store: Store) -> None:
        self.lock = threading.RLock()
        self._clock = clock
        self._journal = Journal(store)
        space, log = "xero/identity/", self._journal
        self.grants = Table(space + "grants", Grant, lambda one: one.id, clock, log)
        self.codes = Table(space + "codes", Code, lambda one: one.value, clock, log)
        self.access = Table(space + "access", AccessToken, lambda one: one.value, clock, log)
        self.refresh = Table(space + "refresh", RefreshToken, lambda one: one.value, clock, log)
        self.connections = Table(space + "connections", Connection, lambda one: one.id, clock, log)
        self.grants.load(store)
        self.codes.load(store)
        self.access.load(store)
        self.refresh.load(store)
        self.connections.load(store)

    def consent(self, app: str, user: str, scopes: tuple[str, ...], tenants: list[str]) -> Grant:
        """A person says yes for these organisations; known connections are renewed."""
        with self.lock:
            now = self._clock.now()
            grant = self.grants.put(Grant(str(uuid4()), app, user, scopes))
            for tenant in tenants:
                known = self.connection(user, tenant)
                made = known or Connection(str(uuid4()), user, tenant, grant.id, now, now)
                self.connections.put(replace(made, auth_event=grant.id, updated=now))
            self._journal.commit()
            return grant

    def make_code(self, grant: Grant, redirect_uri: str, challenge: str | None, settings: Settings) -> str:
        """A code for the redirect."""
        with self.lock:
            expires = self._clock.now() + timedelta(seconds=settings.code_seconds)
            code = self.codes.put(Code(secrets.token_urlsafe(32), grant.id, redirect_uri, challenge, expires))
            self._journal.commit()
            return code.value

    def redeem(
        self, value: str, app: str, redirect_uri: str, verifier: str | None, settings: Settings
    ) -> dict[str, Any]:
        """Tokens for a code. Raises OAuthError; a code seen once is used up, whatever comes of it."""
        with self.lock:
            code = self.codes.get(value)
            if code is None or code.is_used or code.expires <= self._clock.now():
                raise OAuthError("invalid_grant")
            self.codes.put(replace(code, is_used=True))
            grant = self.grants.get(code.grant_id)
            is_proven = code.challenge is None or (verifier is not None and challenge_of(verifier) == code.challenge)
            if grant is None or grant.app != app or code.redirect_uri != redirect_uri or not is_proven:
                self._journal.commit()
                raise OAuthError("invalid_grant")
            return self.issue(grant, settings)

    def issue(self, grant: Grant, settings: Settings) -> dict[str, Any]:
        """A fresh token set, as the token endpoint answers it."""
        with self.lock:
            now = self._clock.now()
            expires = now + timedelta(seconds=settings.access_seconds)
            token = self.access.put(AccessToken(make_jwt(grant, now, expires), grant.id, expires))
            answer: dict[str, Any] = {
                "access_token": token.value,
                "expires_in": settings.access_seconds,
                "token_type": "Bearer",
                "scope": " ".join(grant.scopes),
            }
            if "openid" in grant.scopes:
                answer["id_token"] = make_jwt(grant, now, now + timedelta(minutes=5))
            if "offline_access" in grant.scopes:
                ends = now + timedelta(days=settings.refresh_days)
                answer["refresh_token"] = self.refresh.put(
                    RefreshToken(secrets.token_urlsafe(32), grant.id, ends)
                ).value
            self._journal.commit()
            return answer

    def rotate(self, value: str, app: str, settings: Settings) -> dict[str, Any]:
        """Tokens for a refresh token, which is thereby replaced. Raises OAuthError."""
        with self.lock:
            now = self._clock.now()
            token = self.refresh.get(value)
            grant = self.grants.get(token.grant_id) if token is not None else None
            if token is None or grant is None or grant.is_revoked or grant.app != app or token.expires <= now:
                raise OAuthError("invalid_grant")
            if token.used is not None:
                grace_ends = token.used + timedelta(seconds=settings.refresh_grace_seconds)
                if now > grace_ends or any(self._is_used(one) for one in token.successors):
                    raise OAuthError("invalid_grant")
            answer = self.issue(grant, settings)
            successors = (*token.successors, answer["refresh_token"])
            self.refresh.put(replace(token, used=token.used or now, successors=successors))
            self._journal.commit()
            return answer

    def revoke(self, value: str, app: str) -> None:
        """End the consent behind a refresh token and all its user's connections. Unknown tokens are no matter."""
        with self.lock:
            token = self.refresh.get(value)
            grant = self.grants.get(token.grant_id) if token is not None else None
            if grant is not None and grant.app == app:
                self.end_grants(grant.user)

    def end_grants(self, user: str) -> None:
        """End every consent and every connection of a user."""
        with self.lock:
            for grant in self.grants.all():
                if grant.user == user:
                    self.grants.put(replace(grant, is_revoked=True))
            for connection in self.connections_of(user):
                self.connections.remove(connection.id)
            self._journal.commit()

    def disconnect(self, connection: Connection) -> None:
        """End one connection; tokens go on for the others."""
        with self.lock:
            self.connections.remove(connection.id)
            self._journal.commit()

    def expire_access(self, user: str) -> None:
        """Let every access token of a user run out now."""
        with self.lock:
            now = self._clock.now()
            for token in self.access.all():
                if token.expires > now and self._user_of(token.grant_id) == user:
                    self.access.put(replace(token, expires=now))
            self._journal.commit()

    def expire_refresh(self, user: str) -> None:
        """Let every refresh token of a user run out now."""
        with self.lock:
            now = self._clock.now()
            for token in self.refresh.all():
                if self._user_of(token.grant_id) == user:
                    self.refresh.put(replace(token, expires=now))
            self._journal.commit()

    def bearer(self, authorization: str) -> Grant:
        """The consent behind an Authorization header. Raises Turned (401)."""
        scheme, _, value = authorization.partition(" ")
        with self.lock:
            token = self.access.get(value.strip()) if scheme.lower() == "bearer" else None
            grant = self.grants.get(token.grant_id) if token is not None else None
            if token is None or grant is None or grant.is_revoked:
                raise unauthorized("AuthenticationUnsuccessful")
            if token.expires <= self._clock.now():
                raise token_expired(token.expires)
            return grant

    def connection(self, user: str, tenant_id: str) -> Connection | None:
        """The user's connection to an organisation, if there is one."""
        with self.lock:
            return next((one for one in self.connections_of(user) if one.tenant_id == tenant_id), None)

    def connections_of(self, user: str) -> list[Connection]:
        """All connections of a user."""
        with self.lock:
            return [one for one in self.connections.all() if one.user == user]

    def _is_used(self, value: str) -> bool:
        token = self.refresh.get(value)
        return token is not None and token.used is not None

    def _user_of(self, grant_id: str) -> str | None:
        grant = self.grants.get(grant_id)
        return None if grant is None else grant.user
