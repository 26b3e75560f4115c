"""Looking up: exports in Checking whose time has come are sought in the ledger before anything is sent again."""

from dashboard.db import writing
from dashboard.domain import checking
from dashboard.domain.lifecycle import StaleMove
from jobs.tasks.holding import Holding


def look_up_due(holding: Holding) -> bool:
    """Look up a call's worth of doubts; False when none is due. Raises ProviderError when nobody can be asked."""
    session = holding.session
    session.rollback()
    due = checking.due(session, holding.lease, holding.clock(), holding.limits.documents_per_call)
    if not due:
        return False
    session.commit()
    findings = holding.connector.find([posting for _, posting in due])
    for (export, _), finding in zip(due, findings, strict=True):
        try:
            with writing(session):
                session.refresh(export)
                checking.settle(session, holding.lease, export, finding, holding.clock(), holding.timing.settles_after)
        except StaleMove:
            # Its late answer came in, or a person resolved it: what is known now is better than this look.
            continue
    return True
