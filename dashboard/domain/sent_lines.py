"""Where each line of an export was sent to in the ledger: account and tax rate, by the names of its lists."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.domain import references
from dashboard.models import Attempt, Export
from dashboard.models.export import Step
from dashboard.vocabulary.references import ReferenceKind


@dataclass(frozen=True)
class SentLine:
    """`account` is "400 Purchases", `tax_rate` the rate's name, `item` "BEANS Coffee beans" or "".

    A code alone when the lists do not have it any more.
    """

    description: str
    net: Decimal
    tax: Decimal
    account: str
    tax_rate: str
    item: str


def of(session: Session, export: Export) -> list[SentLine]:
    """The lines of the newest attempt, as sent; nothing when there was none."""
    newest = (
        select(Attempt.posting)
        .where(Attempt.tenant_id == export.tenant_id, Attempt.export_id == export.id, Attempt.step == Step.DOCUMENT)
        .order_by(Attempt.id.desc())
        .limit(1)
    )
    posting = session.scalar(newest)
    if posting is None:
        return []
    accounts = _names(session, export, ReferenceKind.ACCOUNT)
    rates = _names(session, export, ReferenceKind.TAX_RATE)
    items = _names(session, export, ReferenceKind.ITEM)
    return [
        SentLine(
            line["description"],
            Decimal(line["net"]),
            Decimal(line["tax"]),
            f"{line['account_code']} {accounts.get(line['account_code'], '')}".strip(),
            rates.get(line["tax_code"], line["tax_code"]),
            f"{code} {items.get(code, '')}".strip() if (code := line.get("item_code", "")) else "",
        )
        for line in posting["lines"]
    ]


def _names(session: Session, export: Export, kind: ReferenceKind) -> dict[str, str]:
    return {item.code: item.name for item in references.items(session, export.connection_id, kind)}
