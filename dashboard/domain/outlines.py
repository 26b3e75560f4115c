"""Outlines: what every page shows of the connections. Their own pages take connections.py and condition.py."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import String, bindparam, func, select, type_coerce
from sqlalchemy.orm import Session

from dashboard.models import Connection, StatusCount
from dashboard.vocabulary.providers import Provider
from dashboard.vocabulary.statuses import Status

_connection, _count = Connection.__table__.c, StatusCount.__table__.c
# Every page asks this, so it is put together once, of columns alone.
outline_rows = (
    select(
        _connection.id,
        type_coerce(_connection.provider, String).label("provider"),
        _connection.company_name.label("name"),
        func.coalesce(func.sum(_count.n), 0).label("failed"),
    )
    .select_from(Connection.__table__)
    .outerjoin(StatusCount.__table__, (_count.connection_id == _connection.id) & (_count.status == Status.FAILED))
    .where(_connection.tenant_id == bindparam("tenant_id"))
    .group_by(_connection.id, _connection.provider, _connection.company_name)
)
"""What an Outline is made of, for an organisation; in no order, so that other things can be asked with it."""

_outlines = outline_rows.order_by(_connection.provider, _connection.company_name, _connection.id)


@dataclass(frozen=True)
class Outline:
    """What every page shows of a connection: what it is called, and how many exports to it failed."""

    id: int
    provider: Provider
    company_name: str
    failed: int

    @property
    def label(self) -> str:
        return f"{self.provider.label} · {self.company_name}"


def listed(session: Session, tenant_id: int) -> list[Outline]:
    """Every connection the organisation ever had, by provider and name."""
    found = session.execute(_outlines, {"tenant_id": tenant_id})
    return [Outline(id_, Provider(provider), name, int(failed)) for id_, provider, name, failed in found]


def failed_by_provider(found: Iterable[Outline]) -> dict[Provider, int]:
    """How many exports failed, for every provider that was ever connected; a dropped one still counts."""
    failed: dict[Provider, int] = {}
    for each in found:
        failed[each.provider] = failed.get(each.provider, 0) + each.failed
    return failed
