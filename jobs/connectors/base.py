"""The connector contract and what its users hand to it. Connectors never sleep and never retry."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from dashboard.vocabulary.postings import Company, DocumentPosting, Finding, LedgerObject, Outcome, Posting
from dashboard.vocabulary.references import ReferenceItem, ReferenceKind


class Gate(Protocol):
    """Stands before every HTTP call. The runner's gate paces, checks the lease and stores that a call was made."""

    def before_call(self) -> None:
        """Return when the call may be made; raises ProviderError(RATE_LIMITED) when it may not be made soon."""


class Connector(Protocol):
    """One company of one provider. Every method but `push` raises ProviderError when its call fails as a whole."""

    def push(self, batch: Sequence[Posting]) -> list[Outcome]:
        """Send postings of one type and kind in one call; one outcome per posting, in order.

        Raises ProviderError only for ACCESS_EXPIRED, COMPANY_DISCONNECTED and SCOPE_MISSING: nothing was booked then.
        """

    def find(self, postings: Sequence[DocumentPosting]) -> list[Finding]:
        """Look up postings exactly as they were sent; one finding per posting, in order."""

    def changes(self, since: datetime) -> Iterator[LedgerObject]:
        """Documents that changed from `since` (aware UTC) on, whoever made them; calls are made while it is read."""

    def reference(self, kind: ReferenceKind, since: datetime | None) -> list[ReferenceItem]:
        """The ledger's own lists; with `since` (aware UTC) only what changed from then on where the provider says so.

        A connector asks from as much earlier as its provider leaves in doubt. `since=None` always gives the whole
        list, inactive items included.
        """

    def companies(self) -> list[Company]:
        """Every company that the grant gives access to."""

    def disconnect(self) -> None:
        """Give up this company at the provider; the grant's other companies stay connected."""
