"""The support desk: which organisations are in trouble, how much money that blocks, since when, and by what.

The one place that reads across organisations, and only sums: what is in them is seen in a visit alone.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, literal, select, true, union_all
from sqlalchemy.orm import Session

from dashboard.models import Connection, Export, Record, StatusCount, Tenant
from dashboard.models.connection import ConnectionState
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.providers import Provider
from dashboard.vocabulary.statuses import Status

LISTED = 50
TOP_CAUSES = 3


@dataclass
class Trouble:
    """What fails in one organisation, and what waits there for a connection that needs reconnecting. `sums` are of both
    by currency, credits counted against them; `since` is the oldest.
    """

    tenant: Tenant
    failed: int = 0
    waiting: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)
    since: datetime | None = None
    causes: dict[ErrorCode, int] = field(default_factory=dict)

    @property
    def top_causes(self) -> list[tuple[ErrorCode, int]]:
        """The causes that most fail or wait for."""
        return sorted(self.causes.items(), key=lambda each: (-each[1], each[0]))[:TOP_CAUSES]


def troubles(
    session: Session, *, code: ErrorCode | None = None, provider: Provider | None = None, words: str = ""
) -> tuple[list[Trouble], bool]:
    """Organisations by how much fails or stands still in them, at most LISTED, and whether there are more.

    With `words`, those whose name or slug holds them, also where nothing fails.
    """
    blocked = _blocked(code, provider)
    by_tenant = [each.with_only_columns(Export.tenant_id, literal(1).label("one")) for _, each, _ in blocked]
    each = union_all(*by_tenant).subquery()
    n = select(each.c.tenant_id, func.count().label("n")).group_by(each.c.tenant_id).subquery()
    tenants = select(Tenant).outerjoin(n, n.c.tenant_id == Tenant.id)
    if words:
        tenants = tenants.where(
            Tenant.name.icontains(words, autoescape=True) | Tenant.slug.icontains(words, autoescape=True)
        )
    else:
        tenants = tenants.where(n.c.n > 0)
    most_first = tenants.order_by(func.coalesce(n.c.n, 0).desc(), Tenant.name, Tenant.id).limit(LISTED + 1)
    listed = {tenant.id: Trouble(tenant) for tenant in session.scalars(most_first)}
    for status, query, cause in blocked:
        _tell(session, listed, status, query, cause)
    return list(listed.values())[:LISTED], len(listed) > LISTED


def _blocked(code: ErrorCode | None, provider: Provider | None) -> list[tuple[Status, Select[Any], Any]]:
    """What fails, and what waits for connections that need reconnecting: one row for each export, beside the column
    that has its cause. Both are read by the index of exports by connection and status.
    """
    found: list[tuple[Status, Select[Any], Any]] = []
    for status, cause, is_in_trouble in (
        (Status.FAILED, Export.error_code, true()),
        (Status.PENDING, Connection.error_code, Connection.state == ConnectionState.ERROR),
    ):
        with_any = select(StatusCount.connection_id).where(StatusCount.status == status, StatusCount.n > 0)
        query = (
            select(Export.id)
            .join(Connection, (Connection.id == Export.connection_id) & (Connection.tenant_id == Export.tenant_id))
            .where(Connection.id.in_(with_any), is_in_trouble, Export.status == status)
        )
        if code is not None:
            query = query.where(cause == code)
        found.append((status, query if provider is None else query.where(Connection.provider == provider), cause))
    return found


def _tell(session: Session, troubles: dict[int, Trouble], status: Status, blocked: Select[Any], cause: Any) -> None:
    """What fails or waits in each of these organisations, and how much money that blocks."""
    columns = (Export.tenant_id, cause, Record.currency)
    amount = func.sum(Record.signed_total())
    query = (
        blocked.with_only_columns(*columns, func.count(), amount, func.min(Export.stands_since))
        .join(Record, Record.id == Export.record_id)
        .where(Export.tenant_id.in_(troubles))
        .group_by(*columns)
    )
    for tenant_id, error, currency, n, total, since in session.execute(query):
        trouble = troubles[tenant_id]
        if status is Status.FAILED:
            trouble.failed += n
        else:
            trouble.waiting += n
        _add(trouble, ErrorCode(error), currency, n, total, since)


def _add(trouble: Trouble, code: ErrorCode, currency: str, n: int, total: Decimal, since: datetime) -> None:
    trouble.sums[currency] = trouble.sums.get(currency, Decimal(0)) + total
    trouble.since = min(since, trouble.since or since)
    trouble.causes[code] = trouble.causes.get(code, 0) + n
