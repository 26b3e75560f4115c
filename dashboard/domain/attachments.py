"""A person's order to attach a refused original once more, and the warning about it. Attaching is a task's."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from dashboard.db import changed
from dashboard.domain import audit
from dashboard.domain.actors import Actor
from dashboard.models import Connection, Export, Record
from dashboard.models.connection import ConnectionState
from dashboard.models.export import AttachmentState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.statuses import Status

NOT_ATTACHED = "The original could not be attached"
"""How the warning about it begins; what the ledger warned of before stands in front of it."""


class NotAttachable(Exception):
    """The original cannot be sent again now; the message is the reason, for a person."""


def warned(export: Export, why: str) -> str:
    """The export's warning with why its original is not attached, beside what the ledger warned of."""
    return "; ".join(filter(None, (_without(export.warning), f"{NOT_ATTACHED}: {why}")))


def is_refused(export: Export) -> bool:
    return export.status is Status.SYNCED and export.attachment is AttachmentState.REFUSED


def why_not(export: Export, connection: Connection, number: str) -> str:
    """Why the original cannot be sent again now, as a sentence; "" when it can, or is on its way."""
    label = connection.provider.label
    if connection.state is ConnectionState.DISCONNECTED:
        return f"{label} is disconnected; connect it first."
    if is_refused(export) or export.attachment is AttachmentState.DUE:
        return ""
    return f"No original of {number} was refused by {label}, so there is none to send again."


def send_again(
    session: Session, record: Record, export: Export, connection: Connection, actor: Actor, now: datetime
) -> bool:
    """Have the refused original attached once more, its tries counted anew; False when it is on its way already.

    Raises NotAttachable with the reason.
    """
    reason = why_not(export, connection, record.number)
    if reason:
        raise NotAttachable(reason)
    again = update(Export).where(
        Export.id == export.id, Export.status == Status.SYNCED, Export.attachment == AttachmentState.REFUSED
    )
    values = {"attachment": AttachmentState.DUE, "attachment_tries": 0, "attachment_not_before": None}
    if changed(session, again.values(warning=_without(export.warning), **values)) != 1:
        return False
    words = f"The original is sent to {connection.provider.label} again"
    audit.note_export(session, export, record.number, Act.ATTACHMENT_QUEUED, now, actor=actor, words=words)
    session.refresh(export)
    return True


def _without(warning: str) -> str:
    """The warning without what it says of the original."""
    return warning.partition(NOT_ATTACHED)[0].removesuffix("; ")
