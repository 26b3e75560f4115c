"""What approving some records would mean, for a person to confirm. Approving them is publishing.py's."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from dashboard.domain import publishing
from dashboard.models import Connection, Record
from dashboard.vocabulary.records import RecordKind


@dataclass(frozen=True)
class Part:
    """The records of one kind in one currency."""

    kind: RecordKind
    currency: str
    records: int
    total: Decimal

    @property
    def title(self) -> str:
        """ "Invoices (2)"."""
        return f"{self.kind.label}{'s' if self.records != 1 else ''} ({self.records:,})"


@dataclass(frozen=True)
class Foreseen:
    """Which records would be approved, with their sums, where they would go by themselves, and which are left out, as
    "number: why"."""

    records: tuple[Record, ...]
    parts: tuple[Part, ...]
    destinations: tuple[Connection, ...]
    left_out: tuple[str, ...]


def foresee(session: Session, tenant_id: int, records: Sequence[Record]) -> Foreseen:
    """What approving these would do as things stand; nothing is changed or held."""
    reasons = {record.id: publishing.why_not_approvable(record) for record in records}
    approvable = tuple(record for record in records if not reasons[record.id])
    return Foreseen(
        approvable,
        parts(approvable),
        tuple(publishing.followers(session, tenant_id)),
        tuple(f"{record.number}: {reasons[record.id]}" for record in records if reasons[record.id]),
    )


def parts(records: Sequence[Record]) -> tuple[Part, ...]:
    """Sales and bills are not one sum, and a credit goes the other way: each kind has its own."""
    groups: dict[tuple[RecordKind, str], list[Decimal]] = {}
    for record in records:
        groups.setdefault((record.kind, record.currency), []).append(record.total)
    order = list(RecordKind)
    ordered = sorted(groups.items(), key=lambda each: (order.index(each[0][0]), each[0][1]))
    return tuple(Part(kind, currency, len(sums), sum(sums, Decimal(0))) for (kind, currency), sums in ordered)
