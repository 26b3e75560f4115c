"""A record beside the one that it may be a duplicate of: field by field, and where the other is already."""

from decimal import Decimal

from dashboard.db import db
from dashboard.domain import amounts, archiving, publishing
from dashboard.models import Record
from dashboard.vocabulary.mappings import TAX_CATEGORIES
from dashboard.vocabulary.statuses import IN_FLIGHT


def stands(other: Record) -> str:
    """Where the other record is already, ledger by ledger."""
    said = []
    for export, connection in publishing.exports_of(db.session(), other):
        label = connection.provider.label
        if archiving.is_in_ledger(export):
            said.append(f"{other.number} is in {label} already.")
        elif export.is_gone and export.ledger_state is not None:
            said.append(f"{other.number} was in {label} and is {export.ledger_state.value} there.")
        elif export.status in IN_FLIGHT:
            said.append(f"{other.number} is on its way to {label}.")
    if other.archived_at is not None:
        said.append(f"{other.number} is archived.")
    return " ".join(said) or f"{other.number} has not gone to any ledger."


def rows(record: Record, other: Record) -> list[tuple[str, str, str, bool]]:
    """Field, this record's value, the other's, and whether they differ."""
    pairs = [("Number", record.number, other.number), ("Contact", record.contact_name, other.contact_name)]
    pairs.append(("Document date", str(record.issue_date), str(other.issue_date)))
    pairs.append(("Due date", str(record.due_date or "–"), str(other.due_date or "–")))
    for label, ours, theirs in (
        ("Net", record.net, other.net),
        ("Tax", record.tax, other.tax),
        ("Total", record.total, other.total),
    ):
        pairs.append((label, _sum(ours, record), _sum(theirs, other)))
    pairs.append(("Taxes", _taxes(record), _taxes(other)))
    pairs.append(("Lines", _lines(record), _lines(other)))
    return [(label, ours, theirs, ours != theirs) for label, ours, theirs in pairs]


def _sum(value: Decimal, record: Record) -> str:
    return amounts.in_words(value, record.currency)


def _taxes(record: Record) -> str:
    ordered = sorted(record.taxes, key=lambda each: (each.rate, each.category))
    return "; ".join(f"{tax_words(each.category, each.rate)}: {_sum(each.tax, record)}" for each in ordered)


def tax_words(category: str, rate: Decimal) -> str:
    """ "25 % standard rate"."""
    return f"{rate.normalize():f} % {TAX_CATEGORIES.get(category, 'category ' + category)}"


def _lines(record: Record) -> str:
    ordered = sorted(record.lines, key=lambda line: (-line.net, line.description))
    return "; ".join(f"{line.description} {_sum(line.net, record)}" for line in ordered)
