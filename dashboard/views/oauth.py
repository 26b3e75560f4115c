"""The way to a provider's consent page and back, with what it needs kept in the visitor's session. Only here: Authlib.

The code of a consent is exchanged here: the one call to a provider that a page makes.
"""

from typing import Any, cast

import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from flask import Flask, current_app, request, session, url_for

from dashboard.config import Config
from dashboard.db import db
from dashboard.views import frame
from dashboard.vocabulary.providers import FACTS, Provider, endpoints
from dashboard.vocabulary.tokens import Tokens, client_authorization, received

log = structlog.get_logger(__name__)

EXCHANGE_SECONDS = 20
_AUTHENTICATION = "form_encoded_client_secret_basic"
BEGUN_AT_MOST = 3
"""How many consents of one session may be under way: its cookie holds no more than 4 kB."""

REFUSALS = {
    "access_denied": "You did not allow access in {label}. Nothing was changed.",
    "mismatching_state": "This sign-in was not begun here, or was used before. Nothing was changed; begin again.",
    "invalid_grant": "{label} no longer accepts this sign-in: it lasts five minutes and works once. Begin again.",
    "invalid_client": "{label} does not know this server. Whoever runs it has to check TIEOUT_{name}_CLIENT_ID "
    "and TIEOUT_{name}_CLIENT_SECRET.",
    "unauthorized_client": "{label} does not let this server ask. Whoever runs it has to check the app there.",
    "no_lasting_access": "{label} gave no lasting access. Begin again, and leave everything ticked that it asks about.",
    "no_answer": "{label} did not answer when the sign-in was to be confirmed. Nothing was changed; begin again.",
}
OTHERWISE = "{label} refused the sign-in. Nothing was changed; begin again."


class Refused(Exception):
    """There is no consent to keep; the message says why to a person."""


def init_app(app: Flask, config: Config) -> None:
    """Register the providers' OAuth clients."""
    clients: Any = OAuth(app)
    for provider, chosen in config.providers.items():
        addresses = endpoints(provider, chosen.base_url)
        clients.register(
            provider.value,
            client_id=chosen.client_id,
            client_secret=chosen.client_secret,
            authorize_url=addresses.authorize,
            access_token_url=addresses.token,
            client_auth_methods=[(_AUTHENTICATION, _authenticate)],
            client_kwargs={
                "token_endpoint_auth_method": _AUTHENTICATION,
                "scope": " ".join(FACTS[provider].scopes),
                "code_challenge_method": "S256",
                "default_timeout": EXCHANGE_SECONDS,
            },
        )


def _authenticate(app: Any, method: str, address: str, headers: dict[str, str], body: str) -> tuple[str, Any, str]:
    """Who asks, as the runner says it when it renews: Authlib's own way leaves id and secret as they are."""
    headers["Authorization"] = client_authorization(app.client_id, app.client_secret)
    return address, headers, body


def begin(provider: Provider, tenant_id: int, connection_id: int | None) -> str:
    """The address of the provider's consent page; what the way back needs stays under a state good for one use."""
    client = _client(provider)
    redirect_uri = frame.config().public_url + url_for("connections.callback", provider=provider.value)
    begun = client.create_authorization_url(redirect_uri)
    _forget_begun()
    client.save_authorize_data(
        redirect_uri=redirect_uri,
        state=begun["state"],
        code_verifier=begun["code_verifier"],
        organisation=tenant_id,
        connection=connection_id,
    )
    address: str = begun["url"]
    return address


def come_back(provider: Provider, tenant_id: int) -> tuple[Tokens, int | None]:
    """The tokens of the consent that the request brings back, and the connection that it was begun for, if any.

    Raises Refused, also for one that this session did not begin in this organisation.
    """
    begun: dict[str, Any] | None = _client(provider).framework.get_state_data(session, request.args.get("state"))
    try:
        if begun is None or begun.get("organisation") != tenant_id:
            raise OAuthError("mismatching_state")
        return _exchanged(provider), begun.get("connection")
    except OAuthError as refused:
        error = str(refused.error)
        log.warning("consent refused", provider=provider.value, error=error[:60])
        _client(provider).framework.clear_state_data(session, request.args.get("state"))
        raise Refused(REFUSALS.get(error, OTHERWISE).format(label=provider.label, name=provider.name)) from None


def _client(provider: Provider) -> FlaskOAuth2App:
    clients: Any = current_app.extensions["authlib.integrations.flask_client"]
    return cast(FlaskOAuth2App, clients.create_client(provider.value))


def _forget_begun() -> None:
    begun = [name for name in session if name.startswith("_state_")]
    for name in sorted(begun, key=lambda each: session[each]["exp"])[: 1 - BEGUN_AT_MOST]:
        del session[name]


def _exchanged(provider: Provider) -> Tokens:
    """Tokens for the code. Raises OAuthError, "no_answer" when nobody answered."""
    # No transaction stays open while somebody else is waited for.
    db.session.commit()
    if not request.args.get("code") and not request.args.get("error"):
        raise OAuthError("invalid_grant")
    try:
        answer = _client(provider).authorize_access_token(allow_redirects=False)
    except (OSError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError) as fault:
        # Every exception of requests is an OSError; the others are answers that are not what they should be.
        log.warning("token endpoint out of reach", provider=provider.value, fault=type(fault).__name__)
        raise OAuthError("no_answer") from None
    tokens = received(answer)
    if tokens is None or not tokens.refresh_token:
        raise OAuthError("no_lasting_access")
    return tokens
