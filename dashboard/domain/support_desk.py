"""The support desk: which organisations are in trouble, how much money that blocks, since when, and by what.

The one place that reads across organisations, and only sums: what is in them is seen in a visit alone.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from dashboard.models import Connection, Export, Record, StatusCount, Tenant
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.providers import Provider
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
    failures = _failures(code, provider)
    n = failures.with_only_columns(Export.tenant_id, func.count().label("n")).group_by(Export.tenant_id).subquery()
    tenants = select(Tenant).outerjoin(n, n.c.tenant_id == Tenant.id)
    if words:
        tenants = tenants.where(
            Tenant.name.icontains(words, autoescape=True) | Tenant.slug.icontains(words, autoescape=True)
        )
    else:
        tenants = tenants.where(n.c.n > 0)
    most_first = tenants.order_by(func.coalesce(n.c.n, 0).desc(), Tenant.name, Tenant.id).limit(LISTED + 1)
    listed = {tenant.id: Trouble(tenant) for tenant in session.scalars(most_first)}
    _tell(session, listed, failures)
    return list(listed.values())[:LISTED], len(listed) > LISTED


def _failures(code: ErrorCode | None, provider: Provider | None) -> Select[Any]:
    """The failed exports of the connections that have any, one row each; what to read of them is the caller's."""
    with_failures = select(StatusCount.connection_id).where(StatusCount.status == Status.FAILED, StatusCount.n > 0)
    query = (
        select(Export.id)
        .join(Connection, (Connection.id == Export.connection_id) & (Connection.tenant_id == Export.tenant_id))
        .where(Connection.id.in_(with_failures), Export.status == Status.FAILED)
    )
    if code is not None:
        query = query.where(Export.error_code == code)
    return query.where(Connection.provider == provider) if provider is not None else query


def _tell(session: Session, troubles: dict[int, Trouble], failures: Select[Any]) -> None:
    """What fails in each of these organisations, and how much money that blocks."""
    columns = (Export.tenant_id, Export.error_code, Record.currency)
    amount = func.sum(Record.signed_total())
    query = (
        failures.with_only_columns(*columns, func.count(), amount, func.min(Export.stands_since))
        .join(Record, Record.id == Export.record_id)
        .where(Export.tenant_id.in_(troubles))
        .group_by(*columns)
    )
    for tenant_id, error, currency, n, total, since in session.execute(query):
        _add(troubles[tenant_id], ErrorCode(error), currency, n, total, since)


def _add(trouble: Trouble, code: ErrorCode, currency: str, n: int, total: Decimal, since: datetime) -> None:
    trouble.failed += n
    trouble.sums[currency] = trouble.sums.get(currency, Decimal(0)) + total
    trouble.since = min(since, trouble.since or since)
    trouble.causes[code] = trouble.causes.get(code, 0) + n
