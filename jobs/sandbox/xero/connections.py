"""The organisations a user has connected to the app. See developer.xero.com, OAuth 2.0, managing connections."""

from collections.abc import Mapping

from werkzeug.wrappers import Request

from jobs.sandbox.answers import Answer, json_answer
from jobs.sandbox.xero.company import Company
from jobs.sandbox.xero.dates import seven_digits
from jobs.sandbox.xero.errors import not_found
from jobs.sandbox.xero.identity import Identity


def connection_list(identity: Identity, companies: Mapping[str, Company], request: Request) -> Answer:
    """GET /connections, all of the user's or those of one consent."""
    grant = identity.bearer(request.headers.get("Authorization", ""))
    event = next((value for name, value in request.args.items() if name.lower() == "autheventid"), None)
    found = [one for one in identity.connections_of(grant.user) if event in (None, "", one.auth_event)]
    return json_answer(
        [
            {
                "id": one.id,
                "authEventId": one.auth_event,
                "tenantId": one.tenant_id,
                "tenantType": "ORGANISATION",
                "tenantName": companies[one.tenant_id].organisation.name,
                "createdDateUtc": seven_digits(one.created),
                "updatedDateUtc": seven_digits(one.updated),
            }
            for one in found
        ]
    )


def remove_connection(identity: Identity, request: Request, key: str) -> Answer:
    """DELETE /connections/{id}."""
    grant = identity.bearer(request.headers.get("Authorization", ""))
    connection = identity.connections.get(key.lower())
    if connection is None or connection.user != grant.user:
        raise not_found()
    identity.disconnect(connection)
    return Answer(204)
