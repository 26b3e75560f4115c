"""Saved filters of the audit log, a person's own. What a filter is, is audit_filters.py."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from dashboard.db import upsert
from dashboard.domain.bad_input import BadInput
from dashboard.models import SavedFilter

LONGEST_NAME = 60
MOST = 30
"""Filters that one person may keep in an organisation."""


def listed(session: Session, tenant_id: int, user_id: int) -> list[SavedFilter]:
    """The person's own, by name."""
    query = select(SavedFilter).where(SavedFilter.tenant_id == tenant_id, SavedFilter.user_id == user_id)
    return sorted(session.scalars(query), key=lambda each: each.name.casefold())


def save(session: Session, tenant_id: int, user_id: int, name: str, query: str, now: datetime) -> str:
    """Keep the filter under the name, in place of what had it before; the name as kept. Raises BadInput."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput("name", f"Give the filter a name of at most {LONGEST_NAME} characters.")
    if not query:
        raise BadInput("name", "There is no filter in force to be saved. Choose one first.")
    mine = (SavedFilter.tenant_id == tenant_id, SavedFilter.user_id == user_id)
    others = select(func.count()).where(*mine, SavedFilter.name != name)
    if (session.scalar(others) or 0) >= MOST:
        raise BadInput("name", f"{MOST} filters are saved already. Delete one first.")
    table = SavedFilter.__table__
    values = {"tenant_id": tenant_id, "user_id": user_id, "name": name, "query": query, "saved_at": now}
    kept = upsert(session, table).values(values)
    session.execute(
        kept.on_conflict_do_update(
            index_elements=["tenant_id", "user_id", "name"],
            set_={"query": kept.excluded.query, "saved_at": kept.excluded.saved_at},
        )
    )
    return name


def remove(session: Session, tenant_id: int, user_id: int, name: str) -> None:
    """Forget the person's own filter of that name, if there is one."""
    mine = (SavedFilter.tenant_id == tenant_id, SavedFilter.user_id == user_id)
    session.execute(delete(SavedFilter).where(*mine, SavedFilter.name == name))
