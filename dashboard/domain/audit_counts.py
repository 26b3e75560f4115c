"""How many entries the audit log has, by quarter of an hour and status: counted as they are added and as they are
deleted. What a page makes of the counts is hidden_entries.py.
"""

from collections import Counter
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from dashboard.db import upsert
from dashboard.models import AuditCount
from dashboard.vocabulary.audit import WITHOUT_A_MOVE, Act
from dashboard.vocabulary.statuses import Status


@dataclass(frozen=True, order=True)
class Key:
    """As in AuditCount."""

    tenant_id: int
    quarter: int
    status: str


def status_of(act: Act, status: Status | None) -> Status | None:
    """Under which status an entry is counted: the one it brought about, as the log is filtered by status too."""
    return None if act in WITHOUT_A_MOVE else status


def add(session: Session, tenant_id: int, in_quarter: int, status: Status | None, n: int = 1) -> None:
    """Count entries that were added (or with a negative `n`: deleted), at the end of the session's transaction.

    Not at once: one hour's entries of an organisation share their rows, so that two transactions would wait for each
    other from the first entry on, and for ever when they met in another order elsewhere. At the very end nobody waits
    for anything more, and all take the rows in one order.
    """
    transaction = session.get_nested_transaction() or session.get_transaction()
    if transaction is None:
        raise ValueError("entries are counted in the transaction that adds them")
    # What is rolled back is forgotten together with its transaction.
    gathered: _Gathered = session.info.setdefault("audit counts", WeakKeyDictionary())
    gathered.setdefault(transaction, Counter())[Key(tenant_id, in_quarter, status.value if status else "")] += n


_Gathered = WeakKeyDictionary[SessionTransaction, Counter[Key]]


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    """Hand the sums of a savepoint on to the transaction around it; write those of a whole transaction."""
    gathered: _Gathered | None = session.info.get("audit counts")
    transaction = session.get_nested_transaction() or session.get_transaction()
    if gathered is None or transaction is None:
        return
    sums = gathered.pop(transaction, Counter())
    if transaction.parent is not None:
        gathered.setdefault(transaction.parent, Counter()).update(sums)
        return
    # Everything else is written first: after these rows nothing more is taken.
    session.flush()
    changes = [{**vars(key), "n": n} for key, n in sorted(sums.items()) if n]
    if changes:
        adding = upsert(session, AuditCount.__table__)
        total = {"n": AuditCount.__table__.c.n + adding.excluded.n}
        keys = list(AuditCount.__table__.primary_key)
        session.execute(adding.on_conflict_do_update(index_elements=keys, set_=total), changes)
