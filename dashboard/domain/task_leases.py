"""Task leases: one runner at a time does a task, by the database's own clock; when it dies another takes over soon."""

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from dashboard.db import changed, database_clock, upsert
from dashboard.models import TaskLease


def hold(session: Session, task: str, holder: str, seconds: float) -> bool:
    """Take the task, or hold on to it, for so long; False while another runner does it. Needs a writing transaction."""
    until = database_clock() + seconds
    statement = upsert(session, TaskLease.__table__).values(task=task, holder=holder, until=until)
    mine_or_free = or_(TaskLease.holder == holder, TaskLease.until < database_clock())
    statement = statement.on_conflict_do_update(
        index_elements=["task"], set_={"holder": holder, "until": until}, where=mine_or_free
    )
    return session.scalar(statement.returning(TaskLease.task)) is not None


def release(session: Session, task: str, holder: str) -> None:
    """Let go; nothing happens when another runner holds it. Needs a writing transaction."""
    changed(session, delete(TaskLease).where(TaskLease.task == task, TaskLease.holder == holder))
