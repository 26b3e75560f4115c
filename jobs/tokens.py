"""Tokens: a grant's access token, renewed once however many ask, and stored before it is used. Never during a push."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dashboard.config import Config
from dashboard.db import writing
from dashboard.domain import connections, grants
from dashboard.domain.vault import CannotOpen, Vault
from dashboard.models import Grant
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import ProviderError
from dashboard.vocabulary.providers import endpoints
from jobs.connectors import token_endpoint
from jobs.connectors.wire import Client

MARGIN = timedelta(seconds=60)
"""A token is renewed this long (and one call's deadline) before it ends, so that it does not end within a call."""

BUSY = 2.0
"""Seconds to wait while another process renews the same grant."""


def ensure(
    session: Session, config: Config, client: Client, grant: Grant, clock: Callable[[], datetime], *, anew: bool = False
) -> str:
    """An access token that lasts for a call; `anew` renews it even so, after the provider refused it.

    Raises ProviderError: ACCESS_EXPIRED when the grant is dead (its connections are broken off then), PROVIDER_DOWN
    when the token endpoint did not answer, CLIENT_REFUSED when it does not accept our app, RATE_LIMITED while another
    process renews.
    """
    vault = Vault(config.token_keys)
    settings = config.providers[grant.provider]
    session.refresh(grant)
    if grant.is_broken or not grant.tokens:
        raise ProviderError(ErrorCode.ACCESS_EXPIRED, words="the access to the ledger has ended")
    lasts_until = clock() + MARGIN + settings.timing.call_deadline
    if not anew and grant.expires_at is not None and grant.expires_at > lasts_until:
        return _open(session, vault, grant, clock())
    seen = grant.expires_at
    with writing(session):
        key = grants.take_refresh_lock(session, grant, settings.timing.call_deadline.total_seconds() * 3)
    if key is None:
        raise ProviderError(ErrorCode.RATE_LIMITED, words="the access is being renewed", retry_after=BUSY)
    try:
        session.refresh(grant)
        if grant.expires_at == seen:
            _renew(session, config, client, vault, grant, clock)
    finally:
        with writing(session):
            grants.release_refresh_lock(session, grant, key)
    return _open(session, vault, grant, clock())


def _renew(
    session: Session, config: Config, client: Client, vault: Vault, grant: Grant, clock: Callable[[], datetime]
) -> None:
    """Trade in the newest refresh token; where that one is void, the one before it: a reply may have been lost."""
    settings = config.providers[grant.provider]
    address = endpoints(grant.provider, settings.base_url).token
    try:
        newest, former = grants.current(vault, grant), grants.former(vault, grant)
    except CannotOpen as fault:
        _break(session, grant, f"The stored access cannot be read: {fault}", clock())
        raise ProviderError(ErrorCode.ACCESS_EXPIRED, words=str(fault)) from None
    session.commit()
    candidates = [newest.refresh_token, *([former.refresh_token] if former else [])]
    for refresh_token in dict.fromkeys(filter(None, candidates)):
        try:
            renewed = token_endpoint.refresh(
                client,
                address,
                settings.client_id,
                settings.client_secret,
                refresh_token,
                settings.timing.call_deadline,
            )
        except ProviderError as refused:
            if refused.code is ErrorCode.CLIENT_REFUSED:
                named = f"TIEOUT_{grant.provider.name}_CLIENT_ID and TIEOUT_{grant.provider.name}_CLIENT_SECRET"
                words = f"{grant.provider.label} does not accept the client id and secret of this server: check {named}"
                raise ProviderError(refused.code, words=f"{words} ({refused.words})") from None
            if refused.code is not ErrorCode.ACCESS_EXPIRED:
                raise
            continue
        tokens = grants.Tokens(renewed.access_token, renewed.refresh_token or refresh_token, renewed.expires_in)
        with writing(session):
            grants.replace(session, vault, grant, tokens, clock())
        return
    words = f"{grant.provider.label} no longer accepts the access it gave; reconnect to go on"
    _break(session, grant, words, clock())
    raise ProviderError(ErrorCode.ACCESS_EXPIRED, words=words)


def _open(session: Session, vault: Vault, grant: Grant, now: datetime) -> str:
    try:
        return grants.current(vault, grant).access_token
    except CannotOpen as fault:
        _break(session, grant, f"The stored access cannot be read: {fault}", now)
        raise ProviderError(ErrorCode.ACCESS_EXPIRED, words=str(fault)) from None


def _break(session: Session, grant: Grant, words: str, now: datetime) -> None:
    with writing(session):
        session.refresh(grant)
        connections.break_grant(session, grant, words, now)
