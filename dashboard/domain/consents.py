"""Consents: a person signed in at a provider; what that reaches, and which connections it was meant for.

The tokens are sealed before anything uses them; which companies they reach is asked by the runner (a lookup).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from dashboard.domain import connections, grants, lookups
from dashboard.domain.actors import Actor
from dashboard.domain.scope import NotFound, owned
from dashboard.domain.vault import Vault
from dashboard.models import Connection, Grant, Lookup
from dashboard.models.connection import ConnectionState
from dashboard.models.lookup import LookupKind
from dashboard.vocabulary.postings import Company
from dashboard.vocabulary.providers import Provider

KEPT_UNUSED = timedelta(hours=1)
"""A consent on which no connection stands is forgotten when it is older: no access is kept that nobody uses."""


class Spent(Exception):
    """The consent was used before, or is too old."""


class NothingChosen(Exception):
    """None of the companies that the consent reaches was chosen."""


@dataclass(frozen=True)
class Reached:
    """A company that the consent reaches, with the organisation's connection to it, if it ever had one."""

    company: Company
    connection: Connection | None

    @property
    def is_in_use(self) -> bool:
        return self.connection is not None and self.connection.state is ConnectionState.CONNECTED


@dataclass(frozen=True)
class Consent:
    """`wanted` is the connection that was to be reconnected; None when something further was to be connected."""

    lookup: Lookup
    provider: Provider
    wanted: Connection | None
    reached: tuple[Reached, ...]

    @property
    def reaches_wanted(self) -> bool:
        return any(each.connection is not None and each.connection is self.wanted for each in self.reached)

    @property
    def names(self) -> str:
        return ", ".join(each.company.name for each in self.reached)

    @property
    def further(self) -> tuple[Reached, ...]:
        """The companies that can still be chosen."""
        return tuple(each for each in self.reached if not each.is_in_use)


def begin(
    session: Session,
    vault: Vault,
    tenant_id: int,
    provider: Provider,
    tokens: grants.Tokens,
    wanted: Connection | None,
    actor: Actor,
    now: datetime,
) -> Lookup:
    """Keep a fresh consent's tokens and ask which companies it reaches."""
    grant = grants.create(session, vault, tenant_id, provider, tokens, actor, now)
    question = {"connection": wanted.id} if wanted else {}
    return lookups.ask_companies(session, grant, question, actor, now)


def of_lookup(session: Session, tenant_id: int, lookup_id: int, *, locked: bool = False) -> Consent:
    """The organisation's consent; raises NotFound, also for a lookup of another kind."""
    lookup = owned(session, Lookup, tenant_id, lookup_id, locked=locked)
    if lookup.kind is not LookupKind.COMPANIES or lookup.grant_id is None:
        raise NotFound(f"consent {lookup_id}")
    grant = owned(session, Grant, tenant_id, lookup.grant_id)
    known = {each.external_id: each for each in connections.of_provider(session, tenant_id, grant.provider)}
    companies = [Company(**found) for found in lookup.answer.get("companies", ())]
    wanted_id = lookup.question.get("connection")
    return Consent(
        lookup=lookup,
        provider=grant.provider,
        wanted=next((each for each in known.values() if each.id == wanted_id), None),
        reached=tuple(Reached(company, known.get(company.external_id)) for company in companies),
    )


def connect(
    session: Session, consent: Consent, external_ids: Collection[str], actor: Actor, now: datetime
) -> list[Connection]:
    """Connect the companies chosen among those reached, once. Raises NothingChosen or Spent."""
    chosen = [each.company for each in consent.reached if each.company.external_id in external_ids]
    if not chosen:
        raise NothingChosen
    return connections.connect(session, _spend(session, consent), chosen, actor, now)


def reconnect(session: Session, consent: Consent, actor: Actor, now: datetime) -> list[Connection]:
    """Heal the wanted connection, once. Raises connections.AnotherCompany, with nothing changed, or Spent."""
    if consent.wanted is None:
        raise Spent
    companies = [each.company for each in consent.reached]
    if not consent.reaches_wanted:
        raise connections.AnotherCompany(consent.wanted.company_name, tuple(each.name for each in companies))
    return connections.reconnect(session, consent.wanted, _spend(session, consent), companies, actor, now)


def forget_unused(session: Session, now: datetime) -> int:
    """Drop tokens that no connection stands on and that nobody has a question about; how many consents it was."""
    unused = select(Grant).where(
        Grant.created_at < now - KEPT_UNUSED,
        Grant.tokens != b"",
        ~exists().where(Connection.grant_id == Grant.id),
        ~exists().where(Lookup.grant_id == Grant.id, Lookup.state.in_(lookups.OPEN)),
    )
    locked = [grant.id for grant in session.scalars(unused.order_by(Grant.id).with_for_update())]
    # Asked anew under the lock: a connection may have come to stand on one while the lock was waited for.
    still = session.scalars(unused.where(Grant.id.in_(locked))).all()
    for grant in still:
        grants.forget(session, grant)
    return len(still)


def _spend(session: Session, consent: Consent) -> Grant:
    grant = session.get_one(Grant, consent.lookup.grant_id, populate_existing=True, with_for_update=True)
    if not grant.tokens or not lookups.use(session, consent.lookup):
        raise Spent
    return grant
