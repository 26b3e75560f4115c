"""Connections: made from a consent, broken, healed, paused, and set up."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.domain import audit, lookups
from dashboard.domain.actors import Actor
from dashboard.models import Connection, Grant, Tenant
from dashboard.models.connection import ConnectionState
from dashboard.models.lookup import LookupKind
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Company
from dashboard.vocabulary.providers import Provider


class AnotherCompany(Exception):
    """A consent for other companies than the connection's own; nothing was changed."""

    def __init__(self, expected: str, found: tuple[str, ...]) -> None:
        super().__init__(expected)
        self.expected = expected
        self.found = found


def listed(session: Session, tenant_id: int) -> list[Connection]:
    """Every connection the organisation ever had, by provider and name."""
    query = select(Connection).where(Connection.tenant_id == tenant_id)
    return list(session.scalars(query.order_by(Connection.provider, Connection.company_name, Connection.id)))


def of_provider(session: Session, tenant_id: int, provider: Provider) -> list[Connection]:
    return [each for each in listed(session, tenant_id) if each.provider is provider]


def connect(
    session: Session, grant: Grant, companies: Iterable[Company], actor: Actor, now: datetime
) -> list[Connection]:
    """Stand a connection on the grant for each company chosen; one that was connected before heals."""
    # Two orders at once for one company make one connection. A full lock would wait for every row that is being added
    # to the organisation, and two orders that have added one each would wait for each other.
    session.execute(select(Tenant.id).where(Tenant.id == grant.tenant_id).with_for_update(key_share=True))
    made = []
    for company in companies:
        connection = session.scalars(
            select(Connection)
            .where(
                Connection.tenant_id == grant.tenant_id,
                Connection.provider == grant.provider,
                Connection.external_id == company.external_id,
            )
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        ).one_or_none()
        if connection is None:
            connection = Connection(
                tenant_id=grant.tenant_id,
                provider=grant.provider,
                external_id=company.external_id,
                company_name=company.name[:200],
                created_at=now,
            )
            session.add(connection)
            act = Act.CONNECTION_CONNECTED
        else:
            act = Act.CONNECTION_RECONNECTED
        _heal(connection, grant, company)
        session.flush()
        lookups.withdraw(session, connection.id, LookupKind.DISCONNECT, "It was connected again.", now)
        audit.note_act(
            session,
            grant.tenant_id,
            act,
            now,
            actor=actor,
            connection_id=connection.id,
            reference=connection.company_name,
            words=f"{grant.provider.label}: {connection.company_name}",
        )
        # The drop-downs and checks need the ledger's own lists before anything is mapped or sent.
        lookups.ask(session, connection, LookupKind.LISTS, {}, actor, now)
        made.append(connection)
    return made


def reconnect(
    session: Session, connection: Connection, grant: Grant, companies: Iterable[Company], actor: Actor, now: datetime
) -> list[Connection]:
    """Heal the connection, and every other one in use whose company the consent reaches too.

    One that a person disconnected stays so until it is named itself. Raises AnotherCompany when the connection's own
    company is not among them: it never moves to another unasked.
    """
    reached = {company.external_id: company for company in companies}
    if connection.external_id not in reached:
        raise AnotherCompany(connection.company_name, tuple(company.name for company in reached.values()))
    in_use = [
        each
        for each in of_provider(session, grant.tenant_id, grant.provider)
        if each.id == connection.id or each.state is not ConnectionState.DISCONNECTED
    ]
    known = [each for each in in_use if each.external_id in reached]
    return connect(session, grant, [reached[each.external_id] for each in known], actor, now)


def break_off(session: Session, connection: Connection, code: ErrorCode, words: str, now: datetime) -> None:
    """The connection needs a person: its queue waits, nothing of it burns a try. Said once."""
    if connection.state is not ConnectionState.CONNECTED:
        return
    connection.state = ConnectionState.ERROR
    connection.error_code = code.value
    connection.error_words = words
    connection.broken_at = now
    connection.waiting_for = f"{connection.provider.label} disconnected"
    session.flush()
    audit.note_act(
        session,
        connection.tenant_id,
        Act.CONNECTION_BROKE,
        now,
        connection_id=connection.id,
        reference=connection.company_name,
        words=words,
        error_code=code.value,
    )


def break_grant(session: Session, grant: Grant, words: str, now: datetime) -> None:
    """A grant that the provider no longer honours breaks every connection standing on it."""
    grant.is_broken = True
    standing = select(Connection).where(Connection.grant_id == grant.id).order_by(Connection.id)
    for connection in session.scalars(standing.with_for_update(key_share=True)):
        break_off(session, connection, ErrorCode.ACCESS_EXPIRED, words, now)


def disconnect(session: Session, connection: Connection, actor: Actor, now: datetime) -> None:
    """Stop using the connection; queue, mappings and history stay. Said once."""
    if connection.state is ConnectionState.DISCONNECTED:
        return
    if connection.state is ConnectionState.CONNECTED:
        connection.broken_at = now
    connection.state = ConnectionState.DISCONNECTED
    connection.error_code = connection.error_words = ""
    connection.grant_id = None
    connection.waiting_for = f"{connection.provider.label} disconnected"
    session.flush()
    audit.note_act(
        session,
        connection.tenant_id,
        Act.CONNECTION_DISCONNECTED,
        now,
        actor=actor,
        connection_id=connection.id,
        reference=connection.company_name,
        words=f"{connection.provider.label}: {connection.company_name}",
    )


def order_disconnection(session: Session, connection: Connection, actor: Actor, now: datetime) -> bool:
    """Have the provider told before the connection is given up; True when that has to be waited for.

    It is given up at once where the provider cannot be told, when a person asks a second time, or when another
    connection shares the provider's link: ending that would cut the other one off too.
    """
    pending = lookups.open_of_connection(session, connection.id)
    is_asked_again = any(each.kind is LookupKind.DISCONNECT for each in pending)
    can_be_told = connection.state is ConnectionState.CONNECTED and not _shares_link(session, connection)
    if can_be_told and not is_asked_again:
        lookups.ask(session, connection, LookupKind.DISCONNECT, {"link_id": connection.link_id}, actor, now)
        return True
    lookups.withdraw(session, connection.id, LookupKind.DISCONNECT, "It was disconnected without waiting.", now)
    disconnect(session, connection, actor, now)
    return False


def _shares_link(session: Session, connection: Connection) -> bool:
    """The one query that looks beyond the organisation: a provider keeps one link per person and company."""
    others = select(Connection.id).where(
        Connection.provider == connection.provider,
        Connection.external_id == connection.external_id,
        Connection.link_id == connection.link_id,
        Connection.id != connection.id,
        Connection.state != ConnectionState.DISCONNECTED,
    )
    return session.scalar(others.limit(1)) is not None


def pause(session: Session, connection: Connection, until: datetime, words: str) -> None:
    """Everything of the connection waits: the provider said so, or is down."""
    if connection.not_before is None or connection.not_before < until:
        connection.not_before = until
    connection.waiting_for = words[:300]
    session.flush()


def resume(session: Session, connection: Connection) -> None:
    """What the connection waited for is over."""
    if connection.state is ConnectionState.CONNECTED and (connection.not_before or connection.waiting_for):
        connection.not_before = None
        connection.waiting_for = ""
        session.flush()


def note_settings(
    session: Session, connection: Connection, changes: dict[str, tuple[str, str]], actor: Actor, now: datetime
) -> None:
    """Log changed settings as {label: (before, after)}; nothing changed, nothing logged."""
    if not changes:
        return
    audit.note_act(
        session,
        connection.tenant_id,
        Act.CONNECTION_SETTINGS,
        now,
        actor=actor,
        connection_id=connection.id,
        reference=connection.company_name,
        words="; ".join(f"{label}: {before} → {after}" for label, (before, after) in changes.items()),
        details={"changes": {label: list(pair) for label, pair in changes.items()}},
    )


def _heal(connection: Connection, grant: Grant, company: Company) -> None:
    connection.grant_id = grant.id
    connection.link_id = company.link_id
    connection.company_name = company.name[:200]
    # The outage that ends now stays known: what failed during it can be offered for a resync.
    if connection.state is ConnectionState.CONNECTED:
        connection.broken_at = None
    connection.state = ConnectionState.CONNECTED
    connection.error_code = connection.error_words = connection.waiting_for = ""
    connection.not_before = None
