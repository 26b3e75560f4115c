"""What a person should know before a frozen set is sent: whether anything was mended, what waits, how it will go."""

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from dashboard.models import AuditEntry, Connection, Export, Resync, ResyncItem
from dashboard.models.connection import ConnectionState
from dashboard.models.resync import ItemState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import RETRY_CLASS, Retry
from dashboard.vocabulary.records import RecordKind

_MENDING = (
    Act.MAPPING_CHANGED,
    Act.CONTACT_CREATED,
    Act.CONNECTION_RECONNECTED,
    Act.CONNECTION_SETTINGS,
)


def warnings(session: Session, resync: Resync) -> list[str]:
    """What a person should know before the frozen set is sent; nothing mostly."""
    connection = session.get_one(Connection, resync.connection_id)
    said = []
    label = connection.provider.label
    if n := unchanged(session, resync):
        said.append(
            f"Nothing has changed since {n:,} of them failed. What was not mended in {label} itself will fail again."
        )
    if connection.state is ConnectionState.ERROR:
        said.append(f"{label} is disconnected: they wait until somebody reconnects it.")
    return said


def has_credits(session: Session, resync: Resync) -> bool:
    """Whether credit notes count against the sums."""
    against = [kind for kind in RecordKind if kind.is_credit]
    query = select(Export.id).join(ResyncItem, ResyncItem.export_id == Export.id)
    query = query.where(ResyncItem.resync_id == resync.id, Export.kind.in_(against))
    return session.scalar(query.limit(1)) is not None


def is_in_waves(session: Session, resync: Resync) -> bool:
    """Whether a few go first and the rest waits for what becomes of them."""
    later = select(ResyncItem.id).where(ResyncItem.resync_id == resync.id, ResyncItem.wave > 1)
    return session.scalar(later.limit(1)) is not None


def unchanged(session: Session, resync: Resync) -> int:
    """How many items failed for a cause that needs mending while nothing was mended here since."""
    mine = (ResyncItem.resync_id == resync.id, ResyncItem.state == ItemState.WAITING)
    oldest = session.scalar(select(func.min(ResyncItem.failed_at)).where(*mine))
    if oldest is None:
        return 0
    newest_change = session.scalar(
        select(AuditEntry.at)
        .where(
            AuditEntry.tenant_id == resync.tenant_id,
            AuditEntry.status.is_(None),
            AuditEntry.at >= oldest,
            AuditEntry.connection_id == resync.connection_id,
            AuditEntry.act.in_(_MENDING),
        )
        .order_by(AuditEntry.at.desc())
        .limit(1)
    )
    own_change = (
        select(literal(1))
        .where(
            AuditEntry.tenant_id == resync.tenant_id,
            AuditEntry.export_id == ResyncItem.export_id,
            AuditEntry.act == Act.EXPORT_DATE_MOVED,
            AuditEntry.at >= ResyncItem.failed_at,
        )
        .exists()
    )
    needs_mending = [code.value for code, retry in RETRY_CLASS.items() if retry in (Retry.AFTER_A_FIX, Retry.NEVER)]
    conditions = [*mine, Export.error_code.in_(needs_mending), ~own_change]
    if newest_change is not None:
        conditions.append(ResyncItem.failed_at > newest_change)
    query = select(func.count()).select_from(ResyncItem).join(Export, Export.id == ResyncItem.export_id)
    return session.scalar(query.where(*conditions)) or 0


def causes(session: Session, resync: Resync) -> int:
    """How many different causes the items to be sent failed for."""
    distinct = func.count(func.distinct(ResyncItem.cause))
    query = select(distinct).where(ResyncItem.resync_id == resync.id, ResyncItem.state == ItemState.WAITING)
    return session.scalar(query) or 0
