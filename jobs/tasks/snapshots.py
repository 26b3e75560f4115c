"""Snapshots: the ledgers' lists, kept in memory from one batch to the next. Asking the ledger is not done here."""

from datetime import datetime

from sqlalchemy.orm import Session

from dashboard.domain import references
from dashboard.domain.references import Ledger
from dashboard.vocabulary.references import ReferenceKind


class Snapshots:
    """One for each office: the ids of connections mean something in one database alone."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[dict[ReferenceKind, datetime], Ledger]] = {}

    def of(self, session: Session, connection_id: int) -> Ledger:
        """The connection's lists as they are stored, loaded again only when one of them was read since."""
        asked_at = references.asked_at(session, connection_id)
        kept = self._kept.get(connection_id)
        if kept is not None and kept[0] == asked_at:
            return kept[1]
        fresh = references.ledger(session, connection_id)
        self._kept[connection_id] = (asked_at, fresh)
        return fresh
