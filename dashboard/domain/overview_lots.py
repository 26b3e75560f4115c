"""Lots: the exports that are not in their ledger yet, by connection, by status, and the failed ones by cause."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import case, func, literal, select
from sqlalchemy.orm import Session

from dashboard.domain.guides import CATALOGUE, Remedy
from dashboard.models import Connection, Export, Record
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.statuses import Status

OPEN = (Status.FAILED, Status.PENDING, Status.SENDING, Status.CHECKING, Status.ON_HOLD)

ASKED = "still-send"
"""The code of what is On Hold since somebody has to say whether it is still to be sent."""

MENDED_ONE_BY_ONE = frozenset(
    {Remedy.COMPARE, Remedy.LOOK, Remedy.RESYNC, Remedy.EDIT_SOURCE, Remedy.MOVE_DATE, Remedy.NONE}
)
"""Remedies on the page of one record: no button mends several records at once."""

_WHOLE = [
    code.value
    for code, guide in CATALOGUE.items()
    if (guide.remedy in MENDED_ONE_BY_ONE and guide.remedy is not Remedy.MOVE_DATE)
    or code is ErrorCode.ROUNDING_ACCOUNT_MISSING
]
"""Codes whose subject is the document's own, as its number is: all that fail for one of them are one cause."""


@dataclass(frozen=True)
class Lot:
    """Exports of one connection in one status; failed ones have one cause. `sums` are by currency, credits counted
    against them, `gross` without that. `subject` is "" where the code alone is the cause. `since` is the longest that
    one of them has its status, of failed ones since the failure itself, `first_id` the lowest id of them.
    """

    connection: Connection
    status: Status
    code: str
    subject: str
    n: int
    sums: dict[str, Decimal]
    gross: dict[str, Decimal]
    oldest: date
    since: datetime
    first_id: int


def read(session: Session, tenant_id: int, connections: Sequence[Connection]) -> list[Lot]:
    """Every lot of these connections, in no order. Reads the open exports by their index, and their records."""
    by_id = {each.id: each for each in connections}
    is_failed = Export.status == Status.FAILED
    is_asked = (Export.status == Status.ON_HOLD) & Export.ordered_at.is_not(None)
    code = case((is_failed, Export.error_code), (is_asked, literal(ASKED)), else_=literal("")).label("cause_code")
    is_about = is_failed & Export.error_code.not_in(_WHOLE)
    subject = case((is_about, Export.error_subject), else_=literal("")).label("cause_subject")
    query = (
        select(
            Export.connection_id,
            Export.status,
            code,
            subject,
            Record.currency,
            func.count(),
            func.sum(Record.signed_total()),
            func.sum(Record.total),
            func.min(Record.issue_date),
            func.min(Export.stands_since),
            func.min(Export.id),
        )
        .join(Record, Record.id == Export.record_id)
        .where(Export.tenant_id == tenant_id, Export.connection_id.in_(by_id), Export.status.in_(OPEN))
        # By their names: PostgreSQL cannot tell that an expression with parameters is the same as the one selected.
        .group_by(Export.connection_id, Export.status, "cause_code", "cause_subject", Record.currency)
    )
    parts: dict[tuple[int, Status, str, str], list[Lot]] = {}
    for connection_id, status, error, about, currency, n, net, gross, *rest in session.execute(query):
        part = Lot(by_id[connection_id], status, error, about, n, {currency: net}, {currency: gross}, *rest)
        parts.setdefault((connection_id, status, error, about), []).append(part)
    return _foldable([merged(each) for each in parts.values()])


def merged(lots: Sequence[Lot], *, subject: str | None = None) -> Lot:
    """Several lots as one, with what the first of them says of itself."""
    return Lot(
        lots[0].connection,
        lots[0].status,
        lots[0].code,
        lots[0].subject if subject is None else subject,
        sum(each.n for each in lots),
        added(each.sums for each in lots),
        added(each.gross for each in lots),
        min(each.oldest for each in lots),
        min(each.since for each in lots),
        min(each.first_id for each in lots),
    )


def added(sums: Iterable[dict[str, Decimal]]) -> dict[str, Decimal]:
    """Sums by currency, added up."""
    found: dict[str, Decimal] = {}
    for each in sums:
        for currency, amount in each.items():
            found[currency] = found.get(currency, Decimal(0)) + amount
    return found


def _foldable(lots: list[Lot]) -> list[Lot]:
    """No filter means "without a subject": where one of a code's lots has none, the code is the cause of them all."""
    by_code: dict[tuple[int, Status, str], list[Lot]] = {}
    for lot in lots:
        by_code.setdefault((lot.connection.id, lot.status, lot.code), []).append(lot)
    found: list[Lot] = []
    for group in by_code.values():
        found += [merged(group, subject="")] if any(not lot.subject for lot in group) else group
    return found
