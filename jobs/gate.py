"""The gate before every HTTP call of a holder: paces to the provider's ceilings and proves that the lease holds."""

import threading
from time import monotonic

from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import budgets, leases
from dashboard.domain.budgets import Ceiling
from dashboard.domain.leases import Lease, LeaseLost
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import ProviderError
from dashboard.vocabulary.providers import FACTS, Provider

LONGEST_WAIT = 20.0
"""Seconds that a holder waits for its turn within a drain; for longer the connection goes back to the queue."""


class HolderGate:
    """Opens for one call at a time. It writes in transactions of its own: none may be open around a call."""

    def __init__(
        self,
        session: Session,
        lease: Lease,
        provider: Provider,
        company_id: str,
        pace: float,
        deadline: float,
        stopping: threading.Event,
    ) -> None:
        """`deadline` is how many seconds a call lasts at most."""
        self._session = session
        self._lease = lease
        self._deadline = deadline
        self._stopping = stopping
        self._ceilings = ceilings(provider, company_id, pace)
        self._has_turn = False
        self._renewed = monotonic()

    def take_turn(self) -> None:
        """Wait for the next call's turn before anything is stored about it. Raises as before_call does."""
        ends = monotonic() + LONGEST_WAIT
        while not self._has_turn:
            asked = monotonic()
            with writing(self._session):
                leases.renew(self._session, self._lease)
                wait = budgets.reserve(self._session, self._ceilings)
            self._renewed = asked
            if wait == 0:
                self._has_turn = True
            # The lease is to be renewed before it runs out, however long the wait.
            elif monotonic() + wait > ends or self._stopping.wait(min(wait, self._lease.seconds / 3)):
                raise ProviderError(ErrorCode.RATE_LIMITED, words="the provider's limit is reached", retry_after=wait)

    def before_call(self) -> None:
        """Raises LeaseLost, or ProviderError(RATE_LIMITED, retry_after) when the turn is too far away."""
        if self._has_turn:
            asked = monotonic()
            with writing(self._session):
                leases.renew(self._session, self._lease)
            self._renewed = asked
        else:
            self.take_turn()
        if monotonic() - self._renewed + self._deadline >= self._lease.seconds:
            # A process that was stopped for a while, or a database that let it wait, has used the lease up.
            raise LeaseLost(f"connection {self._lease.connection_id}: the lease may end before the call does")
        self._has_turn = False


def ceilings(provider: Provider, company_id: str, pace: float) -> list[Ceiling]:
    """The published ceilings of one company and of our app, times `pace` (1 for the real provider).

    The app's comes last: many companies' holders lock its row, after rows that are their own.
    """
    limits = FACTS[provider].limits
    name = f"{provider.value}:{company_id}"
    return [
        Ceiling(f"{name}:minute", max(1, int(limits.per_minute * pace)), 60.0, step=0.0 if pace <= 1 else 0.5),
        Ceiling(f"{name}:day", max(1, int(limits.per_day * pace)), 86400.0, step=3600.0),
        # Kept by the second: ten thousand single times would be written anew with every call.
        Ceiling(f"{provider.value}:app:minute", max(1, int(limits.app_per_minute * pace)), 60.0, step=1.0),
    ]
