"""Task leases: which runner does a task that only one of them does at a time."""

from sqlalchemy import Double, String
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db import Base


class TaskLease(Base):
    """`until` is in seconds since 1970 by the database's own clock."""

    __tablename__ = "task_lease"

    task: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(40))
    until: Mapped[float] = mapped_column(Double)
