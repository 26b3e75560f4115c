"""Grants: one consent's tokens, sealed; stored before use, the former pair kept until the newer has worked."""

import json
import secrets
from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.db import changed, database_clock
from dashboard.domain.actors import Actor
from dashboard.domain.vault import CannotOpen, Vault
from dashboard.models import Grant
from dashboard.vocabulary.providers import Provider
from dashboard.vocabulary.tokens import Tokens as Tokens


def create(
    session: Session, vault: Vault, tenant_id: int, provider: Provider, tokens: Tokens, actor: Actor, now: datetime
) -> Grant:
    """Keep a consent's first tokens."""
    grant = Grant(tenant_id=tenant_id, provider=provider, consented_by_id=actor.id, created_at=now)
    session.add(grant)
    session.flush()
    replace(session, vault, grant, tokens, now)
    return grant


def replace(session: Session, vault: Vault, grant: Grant, tokens: Tokens, now: datetime) -> None:
    """Store a newer pair, before anything uses it; the pair before stays as a way back."""
    grant.previous = grant.tokens
    grant.tokens = vault.seal(json.dumps(asdict(tokens)), _bound_to(grant))
    grant.expires_at = now + timedelta(seconds=tokens.expires_in)
    grant.is_broken = False
    session.flush()


def current(vault: Vault, grant: Grant) -> Tokens:
    """Raises vault.CannotOpen."""
    return Tokens(**json.loads(vault.open(grant.tokens, _bound_to(grant))))


def former(vault: Vault, grant: Grant) -> Tokens | None:
    return Tokens(**json.loads(vault.open(grant.previous, _bound_to(grant)))) if grant.previous else None


def secrets_of(session: Session, vault: Vault, grant_ids: Collection[int]) -> set[str]:
    """The tokens of these grants that can still be opened, to be kept out of what is shown."""
    found: set[str] = set()
    for grant in session.scalars(select(Grant).where(Grant.id.in_(grant_ids))):
        with suppress(CannotOpen):
            for tokens in (current(vault, grant) if grant.tokens else None, former(vault, grant)):
                found |= {tokens.access_token, tokens.refresh_token} if tokens else set()
    return found


def forget(session: Session, grant: Grant) -> None:
    """Drop the tokens; the grant stays as a fact."""
    grant.tokens = grant.previous = b""
    grant.expires_at = None
    grant.is_broken = True
    session.flush()


def take_refresh_lock(session: Session, grant: Grant, seconds: float) -> str | None:
    """The key of the lock, by which it is released; None when another process refreshes at this moment."""
    key = secrets.token_hex(12)
    taken = changed(
        session,
        update(Grant)
        .where(Grant.id == grant.id, Grant.refresh_lock_until < database_clock())
        .values(refresh_lock=key, refresh_lock_until=database_clock() + seconds),
    )
    return key if taken else None


def release_refresh_lock(session: Session, grant: Grant, key: str) -> None:
    changed(
        session,
        update(Grant).where(Grant.id == grant.id, Grant.refresh_lock == key).values(refresh_lock_until=0.0),
    )


def _bound_to(grant: Grant) -> str:
    return f"tenant {grant.tenant_id} grant {grant.id}"
