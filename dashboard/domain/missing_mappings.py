"""Missing mappings: what failed exports still need mapped, and which of them lack nothing any more."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select
from sqlalchemy.orm import Session, aliased

from dashboard.domain import mappings, needs
from dashboard.domain.needs import Lacking
from dashboard.models import Connection, Export, Mapping, Need, NeedSet, Record
from dashboard.vocabulary.mappings import MappingKind


@dataclass(frozen=True)
class MissingValue:
    """A value whose mapping would mend failed exports; `exports` says how many. `tax_id` is a contact's, or empty."""

    kind: MappingKind
    source_value: str
    label: str
    exports: int
    tax_id: str = ""


@dataclass(frozen=True)
class Missing:
    """`values` with the most wanted first; `mended` is how many failed exports lack nothing any more."""

    values: tuple[MissingValue, ...]
    mended: int

    def of(self, kind: MappingKind) -> list[MissingValue]:
        return [value for value in self.values if value.kind is kind]


def of(session: Session, connection: Connection) -> Missing:
    """What the failed exports of the connection lack; a mapping that is as it was when they failed mends nothing."""
    wanted = (
        select(Need.kind, Need.source_value, func.count().label("n"), func.max(Export.id).label("newest"))
        .select_from(NeedSet)
        .join(Need, Need.need_set_id == NeedSet.id)
        .join(Export, Export.need_set_id == NeedSet.id)
        .outerjoin(Mapping, _maps(Need))
        .where(
            NeedSet.connection_id == connection.id,
            _FAILED,
            or_(Mapping.id.is_(None), Mapping.changed_at < Export.failed_at),
        )
        .group_by(Need.kind, Need.source_value)
        .subquery()
    )
    rows = session.execute(
        select(wanted.c.kind, wanted.c.source_value, wanted.c.n, Record.contact_name, Record.contact_tax_id)
        .join(Export, Export.id == wanted.c.newest)
        .join(Record, Record.id == Export.record_id)
        .where(Export.tenant_id == connection.tenant_id)
    )
    values = [
        MissingValue(kind, value, name, n, tax_id)
        if kind is MappingKind.CONTACT
        else MissingValue(kind, value, mappings.source_label(kind, value), n)
        for kind, value, n, name, tax_id in rows
    ]
    values.sort(key=lambda each: (-each.exports, each.kind, each.label))
    return Missing(tuple(values), sum(mended(session, connection).values()))


def mended(session: Session, connection: Connection) -> dict[tuple[str, str], int]:
    """How many failed exports lack nothing any more, by the error's code and subject: they were failing for want of
    mappings alone, all of which were made since. A page may ask with every refresh.

    The subject is empty where the error is about the document itself. What may be in the ledger twice does not count.
    """
    sets = _mended_sets(connection.id).subquery()
    n = (
        select(func.count())
        .where(Export.need_set_id == sets.c.id, _FAILED, Export.alarm == "", Export.failed_at <= sets.c.since)
        .scalar_subquery()
    )
    found: dict[tuple[str, str], int] = {}
    for code, subject, of_set in session.execute(select(sets.c.error_code, sets.c.error_subject, n)):
        if of_set:
            found[code, subject] = found.get((code, subject), 0) + of_set
    return found


def is_mended_now(connection_id: int, code: str = "", subject: str = "") -> ColumnElement[bool]:
    """The condition that `mended` counts by: of one error code, of one subject, or of any."""
    sets = _mended_sets(connection_id)
    if code:
        sets = sets.where(NeedSet.error_code == code)
    if subject:
        sets = sets.where(NeedSet.error_subject == subject)
    found, failed = sets.subquery(), aliased(Export, name="export")
    ids = select(failed.id).join(found, and_(found.c.id == failed.need_set_id, failed.failed_at <= found.c.since))
    return Export.id.in_(ids.where(_FAILED, failed.alarm == ""))


def mended_among(session: Session, exports: Collection[Export]) -> frozenset[int]:
    """Those of these failed exports, by id, that were failing for want of mappings alone, all of which exist now."""
    meant = [each for each in exports if not each.alarm and needs.are_all(each.faults)]
    lacking = _lacking(session, meant)
    return frozenset(each.id for each in meant if needs.of_faults(each.faults) and not lacking[each.id])


def is_mended(session: Session, export: Export) -> bool:
    return bool(mended_among(session, [export]))


def still_open(session: Session, exports: Collection[Export]) -> dict[int, list[dict[str, str]]]:
    """What each of these failed exports is still failing for, by its id and in the order of its faults: all but those
    for which a mapping was made since. A single fault is always there: whether it is mended, `is_mended` tells.
    """
    lacking = _lacking(session, [export for export in exports if len(export.faults) > 1])
    found = {export.id: list(export.faults) for export in exports}
    for export in exports:
        if export.id in lacking:
            done = needs.of_faults(export.faults) - lacking[export.id]
            found[export.id] = [fault for fault in export.faults if not needs.of_faults([fault]) & done]
    return found


_FAILED: ColumnElement[bool] = literal_column("export.status = 'failed' AND export.need_set_id IS NOT NULL")
"""As the index has it, for SQLite takes a partial index only where the text of the query implies its condition."""


def mapped_sets(connection_id: int) -> Select[int, str, str, datetime]:
    """The sets of needs all of which are mapped, and since when: what failed after that failed in spite of it. Of some,
    other faults are left that no mapping mends.
    """
    return (
        select(NeedSet.id, NeedSet.error_code, NeedSet.error_subject, func.min(Mapping.changed_at).label("since"))
        .join(Need, Need.need_set_id == NeedSet.id)
        .join(Mapping, _maps(Need))
        .where(NeedSet.connection_id == connection_id)
        .group_by(NeedSet.id, NeedSet.error_code, NeedSet.error_subject, NeedSet.size)
        .having(func.count() == NeedSet.size)
    )


def _mended_sets(connection_id: int) -> Select[int, str, str, datetime]:
    """Those of them that mappings alone mend."""
    return mapped_sets(connection_id).where(NeedSet.is_all)


def _maps(need: type[Need]) -> ColumnElement[bool]:
    return and_(
        Mapping.connection_id == NeedSet.connection_id,
        Mapping.kind == need.kind,
        Mapping.source_value == need.source_value,
    )


def _lacking(session: Session, exports: Collection[Export]) -> dict[int, set[Lacking]]:
    """What each of these failed exports lacked that is without a mapping, or with one that is as it was then."""
    values = {value for export in exports for _, value in needs.of_faults(export.faults)}
    query = select(Mapping.connection_id, Mapping.kind, Mapping.source_value, Mapping.changed_at).where(
        Mapping.connection_id.in_({export.connection_id for export in exports}), Mapping.source_value.in_(values)
    )
    rows = session.execute(query) if values else ()
    changed_at = {(connection_id, kind, value): at for connection_id, kind, value, at in rows}

    def is_lacking(export: Export, each: Lacking) -> bool:
        at: datetime | None = changed_at.get((export.connection_id, *each))
        return at is None or (export.failed_at is not None and at < export.failed_at)

    return {
        export.id: {each for each in needs.of_faults(export.faults) if is_lacking(export, each)} for export in exports
    }
