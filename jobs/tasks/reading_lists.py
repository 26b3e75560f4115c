"""Reading lists: the ledger's accounts, tax rates, contacts and locks, when they are old or stood in somebody's way."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from dashboard.db import writing
from dashboard.domain import references
from dashboard.models import Connection, Export
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.records import Trigger
from dashboard.vocabulary.references import BEHIND_ERROR, ReferenceKind
from jobs.tasks.holding import Holding

STALE_AFTER = timedelta(hours=6)


def read_if_stale(holding: Holding) -> bool:
    """Read one list that was never read, or not for hours; False when all are fresh."""
    asked = references.asked_at(holding.session, holding.connection.id)
    now = holding.clock()
    for kind in ReferenceKind:
        if kind not in asked or now - asked[kind] > STALE_AFTER:
            # A whole reading also finds what was removed, which changes alone would never tell.
            read(holding, kind, None)
            return True
    return False


def read_all(holding: Holding) -> dict[str, int]:
    """Read every list whole; how many items each has."""
    return {kind.label: read(holding, kind, None) for kind in ReferenceKind}


def read_what_stood_in_the_way(holding: Holding, batch: Sequence[Export]) -> None:
    """Before a person's resend is checked, read afresh what stood behind its refusals: it may be mended."""
    asked = references.asked_at(holding.session, holding.connection.id)
    for kind, pressed_at in _behind(batch).items():
        last = asked.get(kind)
        if last is None or last < pressed_at:
            read(holding, kind, last)


def read(holding: Holding, kind: ReferenceKind, since: datetime | None) -> int:
    """Ask the ledger and keep the answer; how many items came. Raises ProviderError."""
    session = holding.session
    session.commit()
    asked_at = holding.clock()
    items = holding.connector.reference(kind, since)
    with writing(session):
        connection = session.get_one(Connection, holding.connection.id, populate_existing=True)
        return references.store(session, connection, kind, items, asked_at, is_whole=since is None)


def _behind(batch: Iterable[Export]) -> dict[ReferenceKind, datetime]:
    """Which kinds stood behind the former refusals of what people resend, with the newest time one of them pressed."""
    kinds: dict[ReferenceKind, datetime] = {}
    for export in batch:
        if export.trigger is not Trigger.MANUAL:
            continue
        for fault in export.faults:
            kind = BEHIND_ERROR.get(ErrorCode(fault["code"]))
            if kind is not None:
                kinds[kind] = max(kinds.get(kind, export.status_since), export.status_since)
    return kinds
