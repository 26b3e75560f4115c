"""Consenting: somebody signs in at the sandbox's consent page, and the runner's answer to what that reaches."""

from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

import httpx2
from sqlalchemy import func, select

from dashboard.config import Config
from dashboard.db import writing
from dashboard.domain import connections, grants, lookups
from dashboard.domain.vault import Vault
from dashboard.models import Connection, Grant, Lookup
from dashboard.models.lookup import LookupKind
from tests.support.visitor import Visitor
from tests.support.world import World

CLIENT_ID, CLIENT_SECRET = "tieout-tests", "canary-client-secret"
NORDLYS, NORGE, MAPLE = "Nordlys AB", "Nordlys Norge AS", "Maple & Finch"
Visit = Callable[[str], Visitor]


class ConsentForm(HTMLParser):
    """The provider's consent page, as a person sees it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.companies: dict[str, str] = {}
        self._last = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        known = dict(attributes)
        if tag == "form":
            self.action = known["action"] or ""
        if tag == "input" and known.get("type") == "checkbox":
            self._last = known["value"] or ""

    def handle_data(self, data: str) -> None:
        if self._last and data.strip():
            self.companies[data.strip()] = self._last
            self._last = ""


@dataclass
class Xero:
    """The sandbox, and a person in front of its consent page."""

    http: httpx2.Client
    url: str

    def control(self, noun: str, **fields: object) -> None:
        self.http.post(f"/_control/{noun}", json={"provider": "xero", **fields}).raise_for_status()

    def token_calls(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = self.http.get("/_control/calls", params={"provider": "xero"}).json()
        return [call for call in found if str(call["path"]).endswith("/connect/token")]

    def answer(self, address: str, *names: str, decision: str = "allow") -> str:
        """Tick the organisations, press the button; the address that the browser is sent back to, as path and query."""
        page = self.http.get(address)
        assert page.status_code == 200, page.text
        form = ConsentForm(page.text)
        data = {"decision": decision, "tenant": [form.companies[name] for name in names]}
        back = urlsplit(self.http.post(form.action, data=data).headers["Location"])
        assert (back.scheme, back.netloc) == ("http", "localhost:5000")
        return f"{back.path}?{back.query}"


def begin(visitor: Visitor, address: str = "/connections/xero") -> str:
    """Press Connect or Reconnect; the address of the provider's consent page."""
    visitor.get("/connections")
    sent = visitor.post(address, follow=False)
    assert sent.status_code == 303
    return sent.location


def afresh(world: World) -> None:
    """Forget what was read before: requests have written since."""
    world.session.rollback()
    world.session.expire_all()


def lookup_of(world: World) -> Lookup:
    """The newest consent, as it is now."""
    afresh(world)
    query = select(Lookup).where(Lookup.kind == LookupKind.COMPANIES).order_by(Lookup.id.desc()).limit(1)
    return world.session.scalars(query).one()


def tell(world: World, xero: Xero) -> Lookup:
    """Answer the newest consent as the runner does: with the companies that its access token reaches."""
    lookup = lookup_of(world)
    config: Config = world.app.extensions["tieout"]
    grant = world.session.get_one(Grant, lookup.grant_id)
    token = grants.current(Vault(config.token_keys), grant).access_token
    said = xero.http.get("/xero/connections", headers={"Authorization": f"Bearer {token}"}).raise_for_status().json()
    companies = [{"external_id": c["tenantId"], "name": c["tenantName"], "link_id": c["id"]} for c in said]
    with writing(world.session):
        lookups.answer(world.session, lookup, {"companies": companies}, world.now())
    return lookup


def known(world: World) -> dict[str, Connection]:
    afresh(world)
    return {each.company_name: each for each in connections.listed(world.session, world.nordlys.id)}


def company_ids(lookup: Lookup) -> dict[str, str]:
    return {each["name"]: each["external_id"] for each in lookup.answer["companies"]}


def connect(world: World, xero: Xero, visitor: Visitor, *names: str) -> dict[str, Connection]:
    """The whole way: consent, choose all that was consented to, connected."""
    visitor.get(xero.answer(begin(visitor), *names))
    lookup = tell(world, xero)
    visitor.get(f"/connections/consents/{lookup.id}")
    ids = company_ids(lookup_of(world))
    visitor.post(f"/connections/consents/{lookup.id}", {"company": [ids[name] for name in names]})
    return known(world)


def break_off(world: World, connection: Connection) -> None:
    with writing(world.session):
        grant = world.session.get_one(Grant, connection.grant_id)
        connections.break_grant(world.session, grant, "the refresh token is dead", world.now())


def count(world: World, row: type[Grant | Lookup | Connection]) -> int:
    afresh(world)
    return world.session.scalar(select(func.count()).select_from(row)) or 0
