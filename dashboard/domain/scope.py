"""The one door to a tenant's rows: whatever is not the tenant's does not exist."""

from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

Row = TypeVar("Row")


class NotFound(Exception):
    """No such row in this organisation; the page answers 404, whether or not another organisation has it."""


def owned(session: Session, row: type[Row], tenant_id: int, row_id: int, *, locked: bool = False) -> Row:
    """The tenant's row of that id; raises NotFound. `locked` holds it until the transaction ends."""
    if not 0 < row_id < 2**63:
        raise NotFound(f"{row.__name__} {row_id}")
    columns: Any = row
    query = select(row).where(columns.tenant_id == tenant_id, columns.id == row_id)
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(f"{row.__name__} {row_id}")
    return found
