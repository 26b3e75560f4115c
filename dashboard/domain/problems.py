"""Problems: failed exports by what keeps them from the ledger."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.models import Connection, Export
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.providers import Provider
from dashboard.vocabulary.statuses import Status


def failing(session: Session, tenant_id: int) -> dict[ErrorCode, dict[Provider, int]]:
    """How many exports of the organisation have failed for each code, by provider; a code nothing fails for is absent.

    Reads the failed exports by their index, nothing else.
    """
    query = (
        select(Export.error_code, Connection.provider, func.count())
        .join(Connection, Connection.id == Export.connection_id)
        .where(Connection.tenant_id == tenant_id, Export.tenant_id == tenant_id, Export.status == Status.FAILED)
        .group_by(Export.error_code, Connection.provider)
        .order_by(Connection.provider)
    )
    found: dict[ErrorCode, dict[Provider, int]] = {}
    for code, provider, n in session.execute(query):
        found.setdefault(ErrorCode(code), {})[provider] = n
    return found
