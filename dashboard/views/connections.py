"""Pages of connections: how each one is, connecting and reconnecting by the provider's consent, lists, disconnecting.

The way to the consent and back is oauth.py.
"""

import secrets

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from dashboard.db import db, writing
from dashboard.domain import condition, connections, consents, lookups
from dashboard.domain.scope import owned
from dashboard.domain.vault import Vault
from dashboard.models import Connection
from dashboard.models.connection import ConnectionState
from dashboard.models.lookup import LookupKind
from dashboard.views import asked, frame, guards, oauth, replies
from dashboard.vocabulary.providers import Provider
from dashboard.vocabulary.roles import Permission

pages = Blueprint("connections", __name__)


@pages.get("/connections")
@guards.requires(Permission.VIEW)
def listed() -> Response:
    tenant_id = guards.here().tenant.id
    found = condition.listed(db.session(), tenant_id)
    return replies.page(
        "connections/listed.html", conditions=found, providers=_offers(), now=frame.now(), token=_token()
    )


@pages.get("/connections/<int:connection_id>")
@guards.requires(Permission.VIEW)
def shown(connection_id: int) -> Response:
    """One connection's card, while an order of it is under way; a page by itself leads to its place among all."""
    found = condition.of(db.session(), _mine(connection_id))
    if not replies.wants_part():
        return replies.gone_to(url_for("connections.listed", _anchor=f"connection-{connection_id}"))
    return replies.page("connections/_card.html", condition=found, now=frame.now(), token=_token())


@pages.post("/connections/<provider>")
@guards.requires(Permission.CONNECT)
def connect(provider: str) -> Response:
    return _sent_to_consent(asked.provider(provider), None)


@pages.post("/connections/<int:connection_id>/reconnection")
@guards.requires(Permission.CONNECT)
def reconnect(connection_id: int) -> Response:
    connection = _mine(connection_id)
    return _sent_to_consent(connection.provider, connection)


@pages.get("/connections/<provider>/callback")
@guards.requires(Permission.CONNECT)
def callback(provider: str) -> Response:
    """Where the provider sends a person back to. It has to be a GET, though the consent is kept by it: its state,
    made by a form of ours and good for one use, stands for the form's token."""
    chosen = asked.provider(provider)
    try:
        tokens, wanted_id = oauth.come_back(chosen, guards.here().tenant.id)
    except oauth.Refused as refused:
        return replies.gone_to(url_for("connections.listed"), str(refused), "error")
    with writing(db.session()) as opened:
        wanted = _mine(wanted_id) if wanted_id else None
        lookup = consents.begin(
            opened, _vault(), guards.here().tenant.id, chosen, tokens, wanted, guards.actor(), frame.now()
        )
    return replies.gone_to(url_for("connections.choose", lookup_id=lookup.id))


@pages.get("/connections/consents/<int:lookup_id>")
@guards.requires(Permission.CONNECT)
def choose(lookup_id: int) -> Response:
    consent = consents.of_lookup(db.session(), guards.here().tenant.id, lookup_id)
    is_overdue = lookups.is_overdue(consent.lookup, frame.now())
    return replies.page_or_part(
        "connections/consent.html", "connections/_consent.html", consent=consent, is_overdue=is_overdue, error=""
    )


@pages.post("/connections/consents/<int:lookup_id>")
@guards.requires(Permission.CONNECT)
def chosen(lookup_id: int) -> Response:
    """Connect the companies ticked; without any, reconnect the connection that the consent was for."""
    ticked = request.form.getlist("company")
    try:
        with writing(db.session()) as opened:
            consent = consents.of_lookup(opened, guards.here().tenant.id, lookup_id, locked=True)
            if consent.wanted is not None and "reconnect" in request.form:
                done = consents.reconnect(opened, consent, guards.actor(), frame.now())
            else:
                done = consents.connect(opened, consent, ticked, guards.actor(), frame.now())
    except consents.Spent:
        return replies.left_for(url_for("connections.listed"), "This sign-in was used before, or is too old.", "info")
    except consents.NothingChosen:
        return _asked_again(lookup_id, "Choose at least one organisation.")
    except connections.AnotherCompany:
        return _asked_again(lookup_id, "")
    names = ", ".join(each.company_name for each in done)
    return replies.left_for(url_for("connections.listed"), f"{names}: connected. Its lists are being read now.")


@pages.get("/connections/<int:connection_id>/disconnection")
@guards.requires(Permission.CONNECT)
def leaving(connection_id: int) -> Response:
    found = condition.of(db.session(), _mine(connection_id))
    if found.connection.state is ConnectionState.DISCONNECTED:
        return replies.gone_to(url_for("connections.listed"), "It is disconnected already.", "info")
    return replies.page("connections/disconnection.html", condition=found)


@pages.post("/connections/<int:connection_id>/disconnection")
@guards.requires(Permission.CONNECT)
def disconnect(connection_id: int) -> Response:
    with writing(db.session()) as opened:
        connection = _mine(connection_id, locked=True)
        waits = connections.order_disconnection(opened, connection, guards.actor(), frame.now())
    name, label = connection.company_name, connection.provider.label
    said = f"{label} is being told to disconnect {name}." if waits else f"{name} is disconnected."
    return replies.gone_to(url_for("connections.listed", _anchor=f"connection-{connection_id}"), said)


@pages.post("/connections/<int:connection_id>/lists")
@guards.requires(Permission.REFRESH_LISTS)
def refresh_lists(connection_id: int) -> Response:
    """Order the ledger's own lists to be read; this sends nothing and touches no export."""
    connection = _mine(connection_id)
    address = url_for("connections.listed", _anchor=f"connection-{connection_id}")
    if connection.state is not ConnectionState.CONNECTED:
        return replies.gone_to(address, f"Reconnect {connection.company_name} first.", "error")
    with writing(db.session()) as opened:
        lookups.ask(opened, connection, LookupKind.LISTS, {}, guards.actor(), frame.now())
    return replies.gone_to(address, f"The lists of {connection.company_name} are being read; nothing is sent.", "info")


def _mine(connection_id: int, *, locked: bool = False) -> Connection:
    return owned(db.session(), Connection, guards.here().tenant.id, connection_id, locked=locked)


def _token() -> str:
    """Of a form that orders a resync: pressed twice, it is one order."""
    return secrets.token_urlsafe(16)


def _vault() -> Vault:
    return Vault(frame.config().token_keys)


def _offers() -> list[tuple[Provider, str]]:
    """Every provider, with the reason why it cannot be connected now; "" where it can."""
    return [(provider, _unready(provider)) for provider in Provider]


def _unready(provider: Provider) -> str:
    refusal = guards.refusal(Permission.CONNECT)
    if refusal:
        return refusal
    if not frame.config().providers[provider].client_id:
        return f"This server is not set up for {provider.label}: TIEOUT_{provider.name}_CLIENT_ID is missing."
    return ""


def _sent_to_consent(provider: Provider, wanted: Connection | None) -> Response:
    reason = _unready(provider)
    if reason:
        return replies.gone_to(url_for("connections.listed"), reason, "error")
    return replies.gone_to(oauth.begin(provider, guards.here().tenant.id, wanted.id if wanted else None))


def _asked_again(lookup_id: int, error: str) -> Response:
    consent = consents.of_lookup(db.session(), guards.here().tenant.id, lookup_id)
    return replies.page_or_part(
        "connections/consent.html", "connections/_consent.html", 422, consent=consent, is_overdue=False, error=error
    )
