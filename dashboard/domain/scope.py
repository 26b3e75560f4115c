"""The one door to a tenant's rows: whatever is not the tenant's does not exist."""

from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

Row = TypeVar("Row")


_LARGEST = 2**63 - 1


class NotFound(Exception):
    """No such row in this organisation; the page answers 404, whether or not another organisation has it."""


def row_id(written: str) -> int | None:
    """The id that somebody wrote into an address or a form; None for what no row can have."""
    is_number = written.isascii() and written.isdigit() and len(written) <= len(str(_LARGEST))
    return int(written) if is_number and 0 < int(written) <= _LARGEST else None


def owned(session: Session, row: type[Row], tenant_id: int, row_id: int, *, locked: bool = False) -> Row:
    """The tenant's row of that id; raises NotFound. `locked` holds it until the transaction ends."""
    if not 0 < row_id <= _LARGEST:
        raise NotFound(f"{row.__name__} {row_id}")
    columns: Any = row
    query = select(row).where(columns.tenant_id == tenant_id, columns.id == row_id)
    if locked:
        # Not a full lock: that would wait for rows being added that belong to this one, and they for it.
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(f"{row.__name__} {row_id}")
    return found
