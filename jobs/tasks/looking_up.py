"""Looking up: what is in doubt, or was refused as there already, is sought in the ledger before anything is sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from dashboard.db import is_lost_to_another, writing
from dashboard.domain import checking, comparing
from dashboard.domain.checking import Doubt
from dashboard.domain.leases import Lease
from dashboard.domain.lifecycle import StaleMove
from dashboard.vocabulary.errors import CONNECTION_WIDE
from dashboard.vocabulary.postings import DocumentPosting, Finding, ProviderError, Unsure
from dashboard.vocabulary.providers import Timing
from dashboard.vocabulary.statuses import Status
from jobs.tasks.holding import Holding

log = structlog.get_logger(__name__)

AT_ONCE = 10
"""Looked up together: one answer that does not come costs the others no more than this."""


POSTPONED = 5
"""Minutes until a look that failed comes again: longer than the connection waits, so that others have their turn."""


class Purpose(Protocol):
    """What is looked up for the same reason: the verbs that checking and comparing have in common."""

    def due(self, session: Session, lease: Lease, now: datetime, limit: int) -> list[Doubt]: ...

    def postpone(self, session: Session, lease: Lease, doubts: Sequence[Doubt], until: datetime) -> None: ...

    def settle(
        self, session: Session, lease: Lease, doubt: Doubt, finding: Finding, now: datetime, timing: Timing
    ) -> Status: ...


PURPOSES: tuple[Purpose, ...] = (checking, comparing)


def look_up_due(holding: Holding) -> bool:
    """Look up a few of what is due; False when nothing is. Raises ProviderError when the ledger cannot be asked."""
    session = holding.session
    session.rollback()
    for purpose in PURPOSES:
        due = purpose.due(session, holding.lease, holding.clock(), AT_ONCE)
        if not due:
            continue
        session.commit()
        try:
            findings = find(holding, [doubt.posting for doubt in due])
        except ProviderError:
            with writing(session):
                purpose.postpone(session, holding.lease, due, holding.clock() + POSTPONED * holding.timing.retry_minute)
            raise
        for doubt, finding in zip(due, findings, strict=True):
            try:
                _settle(holding, purpose, doubt, finding)
            except StaleMove:
                # Its late answer came in, or a person resolved it: what is known now is better than this look.
                continue
        return True
    return False


def _settle(holding: Holding, purpose: Purpose, doubt: Doubt, finding: Finding) -> None:
    """Settle one; what the database refuses to keep is set aside for a person, so that the others have their turn."""
    session = holding.session
    try:
        with writing(session):
            purpose.settle(session, holding.lease, doubt, finding, holding.clock(), holding.timing)
    except DBAPIError as refused:
        if is_lost_to_another(refused):
            raise
        log.error("finding not kept", export=doubt.export_id, words=str(refused.orig))
        unsure = Unsure("what was found there could not be stored here.")
        with writing(session):
            purpose.settle(session, holding.lease, doubt, unsure, holding.clock(), holding.timing)


def find(holding: Holding, postings: Sequence[DocumentPosting]) -> list[Finding]:
    """Look up together; a question that the ledger refuses is found out alone, and stays unsure."""
    try:
        return holding.connector.find(postings)
    except ProviderError as fault:
        if fault.code in CONNECTION_WIDE:
            raise
        if len(postings) == 1:
            return [Unsure(f"the ledger would not say: {fault.words or fault.code.value}")]
    return [finding for posting in postings for finding in find(holding, [posting])]
