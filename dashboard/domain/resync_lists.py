"""Resyncs in a list, and what each sends: by kind and currency, with who ordered it and where it goes."""

from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from dashboard.models import Connection, Export, Record, Resync, ResyncItem, User
from dashboard.models.resync import ItemState
from dashboard.vocabulary.providers import Provider
from dashboard.vocabulary.records import RecordKind

PAGE = 50


@dataclass(frozen=True)
class Listed:
    """One resync in a list, with who ordered it and where it goes; `sums` are those of what is sent.

    `person` confirmed it, and until somebody does, is the one who chose what is in it.
    """

    resync: Resync
    person: str
    provider: Provider
    company: str
    skipped: int = 0
    parts: tuple["Part", ...] = ()

    @property
    def sent(self) -> int:
        return self.resync.total - self.skipped

    @property
    def sums(self) -> list[tuple[RecordKind, Decimal, str]]:
        """The amounts with kind and currency; sales, bills and credits are never added up. They are counted anew, from
        the parts, where something was skipped: the stored ones are those of the freezing.
        """
        if self.skipped:
            return [(part.kind, part.total, part.currency) for part in self.parts]
        return [
            (kind, Decimal(total), currency)
            for kind in RecordKind
            for currency, total in self.resync.sums.get(kind.value, {}).items()
        ]


@dataclass(frozen=True)
class Part:
    """What a resync sends of one kind in one currency."""

    kind: RecordKind
    currency: str
    exports: int
    total: Decimal


def listed(session: Session, tenant_id: int, before: int | None = None) -> tuple[list[Listed], int | None]:
    """A page of the organisation's resyncs, newest first, and the id that the next page begins before."""
    query = _resyncs(tenant_id)
    if before is not None:
        query = query.where(Resync.id < before)
    found = [Listed(*row) for row in session.execute(query.limit(PAGE + 1))]
    return _with_skipped(session, found[:PAGE]), found[PAGE - 1].resync.id if len(found) > PAGE else None


def one(session: Session, resync: Resync) -> Listed:
    query = _resyncs(resync.tenant_id).where(Resync.id == resync.id)
    return _with_skipped(session, [Listed(*session.execute(query).one())])[0]


def parts(session: Session, resync: Resync) -> list[Part]:
    """What is or was to be sent, by kind and currency; sales and bills are never added up."""
    query = (
        select(Record.kind, Record.currency, func.count(), func.sum(Record.total))
        .join(Export, Export.record_id == Record.id)
        .join(ResyncItem, ResyncItem.export_id == Export.id)
        .where(ResyncItem.resync_id == resync.id, ResyncItem.state != ItemState.SKIPPED)
        .group_by(Record.kind, Record.currency)
    )
    found = [Part(kind, currency, int(n), Decimal(total)) for kind, currency, n, total in session.execute(query)]
    return sorted(found, key=lambda part: (list(RecordKind).index(part.kind), part.currency))


def _with_skipped(session: Session, found: list[Listed]) -> list[Listed]:
    ids = [each.resync.id for each in found]
    query = select(ResyncItem.resync_id, func.count()).where(
        ResyncItem.resync_id.in_(ids), ResyncItem.state == ItemState.SKIPPED
    )
    skipped = dict(session.execute(query.group_by(ResyncItem.resync_id)).all())
    return [
        replace(each, skipped=skipped[each.resync.id], parts=tuple(parts(session, each.resync)))
        if each.resync.id in skipped
        else each
        for each in found
    ]


def _resyncs(tenant_id: int) -> Select[Resync, str, Provider, str]:
    return (
        select(Resync, User.name, Connection.provider, Connection.company_name)
        .join(User, User.id == func.coalesce(Resync.confirmed_by_id, Resync.created_by_id))
        .join(Connection, Connection.id == Resync.connection_id)
        .where(Resync.tenant_id == tenant_id)
        .order_by(Resync.id.desc())
    )
