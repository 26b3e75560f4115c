"""The token endpoint of a provider: a refresh token for a newer pair. One call; nothing is stored here."""

import json
from datetime import timedelta
from urllib.parse import urlencode

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import ProviderError
from dashboard.vocabulary.tokens import Tokens, client_authorization, received
from jobs.connectors.wire import Client, NoAnswer, NotSent, post_form


def refresh(
    client: Client, address: str, client_id: str, client_secret: str, refresh_token: str, deadline: timedelta
) -> Tokens:
    """Trade the refresh token in. See https://developer.xero.com/documentation/guides/oauth2/auth-flow#refreshing.

    A provider that sends no refresh token keeps the one it has: "" then. Raises ProviderError: ACCESS_EXPIRED when the
    provider no longer honours it (`invalid_grant`), CLIENT_REFUSED when it does not know our app, else PROVIDER_DOWN:
    whether the trade took place is then unknown, and the same token may be tried again.
    """
    credentials = client_authorization(client_id, client_secret)
    form = urlencode({"grant_type": "refresh_token", "refresh_token": refresh_token}).encode()
    try:
        status, body = post_form(client, address, credentials, form, deadline)
    except (NotSent, NoAnswer) as silence:
        raise ProviderError(ErrorCode.PROVIDER_DOWN, words=f"no answer to the renewal of access: {silence}") from None
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = {}
    if not isinstance(said, dict):
        said = {}
    tokens = received(said)
    if status == 200 and tokens is not None:
        return tokens
    if status == 400 and said.get("error") == "invalid_grant":
        raise ProviderError(ErrorCode.ACCESS_EXPIRED, words="invalid_grant")
    reason = str(said.get("error") or f"HTTP {status}")[:200]
    if status in (400, 401) and said.get("error") in ("invalid_client", "unauthorized_client"):
        # The client's id or secret is wrong: no consent would help, only whoever runs this server.
        raise ProviderError(ErrorCode.CLIENT_REFUSED, words=reason)
    if status in (400, 401) and said.get("error"):
        raise ProviderError(ErrorCode.PROVIDER_DOWN, words=f"the renewal of access was refused: {reason}")
    raise ProviderError(ErrorCode.PROVIDER_DOWN, words=f"the renewal of access failed: {reason}")
