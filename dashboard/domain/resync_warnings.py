"""What a person should know before a frozen set is sent: whether anything was mended, what waits, how it will go."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, func, literal, or_, select
from sqlalchemy.orm import Session

from dashboard.domain import missing_mappings
from dashboard.domain.resync_causes import code_of
from dashboard.models import AuditEntry, Connection, Export, MappingChange, Resync, ResyncItem
from dashboard.models.connection import ConnectionState
from dashboard.models.resync import ItemState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import RETRY_CLASS, ErrorCode, Retry
from dashboard.vocabulary.mappings import MappingKind

_NEEDS_MENDING = [code for code, retry in RETRY_CLASS.items() if retry in (Retry.AFTER_A_FIX, Retry.NEVER)]
MENDING_ALL = (Act.CONNECTION_RECONNECTED, Act.CONNECTION_SETTINGS)
"""Acts on a connection that may have mended whatever failed there before."""

_MENDED_BY_MAPPING = {
    MappingKind.ACCOUNT: (
        ErrorCode.ACCOUNT_NOT_MAPPED,
        ErrorCode.ACCOUNT_UNKNOWN,
        ErrorCode.ACCOUNT_INACTIVE,
        ErrorCode.ROUNDING_ACCOUNT_MISSING,
        ErrorCode.TAX_ACCOUNT_CLASH,
    ),
    MappingKind.TAX: (ErrorCode.TAX_NOT_MAPPED, ErrorCode.TAX_UNKNOWN, ErrorCode.TAX_ACCOUNT_CLASH),
    MappingKind.CONTACT: (
        ErrorCode.CONTACT_NOT_MAPPED,
        ErrorCode.CONTACT_ARCHIVED,
        ErrorCode.CONTACT_NAME_TAKEN,
        ErrorCode.EMAIL_INVALID,
    ),
}
"""What a mapping of each kind may mend. Contacts are mapped all the time, by tieout too: that mends no account."""


def warnings(session: Session, resync: Resync) -> list[str]:
    """What a person should know before the frozen set is sent; nothing mostly."""
    connection = session.get_one(Connection, resync.connection_id)
    said = []
    label = connection.provider.label
    if n := unchanged(session, resync):
        said.append(
            f"Nothing that mends {n:,} of them was changed here since they failed. "
            f"What was not mended in {label} itself will fail again."
        )
    if connection.state is ConnectionState.ERROR:
        said.append(f"{label} is disconnected: they wait until somebody reconnects it.")
    return said


def is_in_waves(session: Session, resync: Resync) -> bool:
    """Whether a few go first and the rest waits for what becomes of them."""
    later = select(ResyncItem.export_id).where(ResyncItem.resync_id == resync.id, ResyncItem.wave > 1)
    return session.scalar(later.limit(1)) is not None


def unchanged(session: Session, resync: Resync) -> int:
    """How many items failed for a cause that needs mending while nothing was mended here since.

    What failed for want of mappings is judged by just those mappings, everything else by what kinds of changes befell.
    """
    mine = (ResyncItem.resync_id == resync.id, ResyncItem.state == ItemState.WAITING)
    oldest = session.scalar(select(func.min(ResyncItem.failed_at)).where(*mine))
    if oldest is None:
        return 0
    own_change = (
        select(literal(1))
        .where(
            AuditEntry.tenant_id == resync.tenant_id,
            AuditEntry.record_id == Export.record_id,
            AuditEntry.export_id == ResyncItem.export_id,
            AuditEntry.act == Act.EXPORT_DATE_MOVED,
            AuditEntry.at >= ResyncItem.failed_at,
        )
        .exists()
    )
    mended = [
        and_(Export.error_code.in_(codes), ResyncItem.failed_at <= at)
        for codes, at in _newest_changes(session, resync, oldest)
    ]
    mapped = missing_mappings.mapped_sets(resync.connection_id).subquery()
    lacks = or_(mapped.c.id.is_(None), mapped.c.since < ResyncItem.failed_at)
    is_as_it_was = or_(
        and_(Export.need_set_id.is_not(None), lacks),
        and_(Export.need_set_id.is_(None), ~own_change, *(~each for each in mended)),
    )
    query = (
        select(func.count())
        .select_from(ResyncItem)
        .join(Export, Export.id == ResyncItem.export_id)
        .outerjoin(mapped, mapped.c.id == Export.need_set_id)
        .where(*mine, Export.error_code.in_(_NEEDS_MENDING), is_as_it_was)
    )
    return session.scalar(query) or 0


def _newest_changes(session: Session, resync: Resync, since: datetime) -> list[tuple[Sequence[ErrorCode], datetime]]:
    """Errors, and when something was last changed here that may have mended them; nothing from before `since`."""
    act = (
        select(AuditEntry.at)
        .where(
            AuditEntry.tenant_id == resync.tenant_id,
            AuditEntry.status.is_(None),
            AuditEntry.at >= since,
            AuditEntry.connection_id == resync.connection_id,
            AuditEntry.act.in_(MENDING_ALL),
        )
        .order_by(AuditEntry.at.desc())
        .limit(1)
    )
    mappings = (
        select(MappingChange.kind, func.max(MappingChange.at))
        .where(MappingChange.connection_id == resync.connection_id, MappingChange.at >= since)
        .group_by(MappingChange.kind)
    )
    found: list[tuple[Sequence[ErrorCode], datetime]] = [
        (_MENDED_BY_MAPPING[kind], at) for kind, at in session.execute(mappings)
    ]
    newest_act = session.scalar(act)
    return [*found, (_NEEDS_MENDING, newest_act)] if newest_act else found


def causes(session: Session, resync: Resync) -> int:
    """How many different errors the items to be sent failed for, whatever each was about."""
    query = select(ResyncItem.cause).where(ResyncItem.resync_id == resync.id, ResyncItem.state == ItemState.WAITING)
    return len({code_of(cause) for cause in session.scalars(query.distinct())})
