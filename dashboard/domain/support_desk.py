"""The support desk: which organisations are in trouble, how much money that blocks, since when, and by what.

The one place that reads across organisations, and only sums: what is in them is seen in a visit alone.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from dashboard.models import Connection, Export, Record, StatusCount, Tenant
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.providers import Provider
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.statuses import Status

LISTED = 50
TOP_CAUSES = 3


@dataclass
class Trouble:
    """What fails in one organisation. `sums` are by currency, credits counted against them; `since` is the oldest."""

    tenant: Tenant
    failed: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)
    since: datetime | None = None
    causes: dict[ErrorCode, int] = field(default_factory=dict)

    @property
    def top_causes(self) -> list[tuple[ErrorCode, int]]:
        """The causes that most fail for."""
        return sorted(self.causes.items(), key=lambda each: (-each[1], each[0]))[:TOP_CAUSES]


def troubles(
    session: Session, *, code: ErrorCode | None = None, provider: Provider | None = None, words: str = ""
) -> tuple[list[Trouble], bool]:
    """Organisations by number of failures, at most LISTED, and whether there are more.

    With `words`, those whose name or slug holds them, also where nothing fails. Reads the failed exports of connections
    that have any, by their index.
    """
    found = _failing(session, code, provider)
    tenants = select(Tenant).order_by(Tenant.name)
    if words:
        named = Tenant.name.icontains(words, autoescape=True) | Tenant.slug.icontains(words, autoescape=True)
        tenants = tenants.where(named).limit(10 * LISTED)
    else:
        tenants = tenants.where(Tenant.id.in_(found))
    listed = [found.get(tenant.id) or Trouble(tenant) for tenant in session.scalars(tenants)]
    listed.sort(key=lambda each: (-each.failed, each.tenant.name))
    return listed[:LISTED], len(listed) > LISTED


def _failing(session: Session, code: ErrorCode | None, provider: Provider | None) -> dict[int, Trouble]:
    amount = case((Record.kind.in_([kind for kind in RecordKind if kind.is_credit]), -Record.total), else_=Record.total)
    with_failures = select(StatusCount.connection_id).where(StatusCount.status == Status.FAILED, StatusCount.n > 0)
    query = (
        select(
            Tenant, Export.error_code, Record.currency, func.count(), func.sum(amount), func.min(Export.status_since)
        )
        .join(Connection, Connection.tenant_id == Tenant.id)
        .join(Export, (Export.tenant_id == Tenant.id) & (Export.connection_id == Connection.id))
        .join(Record, Record.id == Export.record_id)
        .where(Connection.id.in_(with_failures), Export.status == Status.FAILED)
        .group_by(Tenant.id, Export.error_code, Record.currency)
    )
    if code is not None:
        query = query.where(Export.error_code == code)
    if provider is not None:
        query = query.where(Connection.provider == provider)
    found: dict[int, Trouble] = {}
    for tenant, error, currency, n, total, since in session.execute(query):
        _add(found.setdefault(tenant.id, Trouble(tenant)), ErrorCode(error), currency, n, total, since)
    return found


def _add(trouble: Trouble, code: ErrorCode, currency: str, n: int, total: Decimal, since: datetime) -> None:
    trouble.failed += n
    trouble.sums[currency] = trouble.sums.get(currency, Decimal(0)) + total
    trouble.since = min(since, trouble.since or since)
    trouble.causes[code] = trouble.causes.get(code, 0) + n
