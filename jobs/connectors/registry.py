"""Which connector speaks to which provider. Whoever pushes or looks up asks here and names no provider."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from dashboard.vocabulary.providers import Provider
from jobs.connectors.base import Connector, Gate
from jobs.connectors.wire import Client, Wire
from jobs.connectors.xero import XeroConnector


@dataclass(frozen=True)
class Access:
    """All that a connector needs to reach one company. `base_url` is the API's (`endpoints(provider, …).api`).

    `company_id` is the provider's id of the company, `link_id` its id of our link to it; before a company is chosen
    both are empty and only `companies()` may be asked. `short_code` makes links to documents possible; without it they
    are "". `deadline` is the total time of one call.
    """

    base_url: str
    access_token: str = field(repr=False)
    company_id: str
    gate: Gate
    deadline: timedelta
    client: Client
    link_id: str = ""
    short_code: str = ""


def connect(provider: Provider, access: Access) -> Connector:
    """The connector for one company. No call is made yet."""
    return _CONNECTORS[provider](access)


def _connect_xero(access: Access) -> Connector:
    wire = Wire(access.client, access.base_url, access.access_token, access.gate, access.deadline)
    return XeroConnector(wire, tenant_id=access.company_id, link_id=access.link_id, short_code=access.short_code)


_CONNECTORS: dict[Provider, Callable[[Access], Connector]] = {Provider.XERO: _connect_xero}
