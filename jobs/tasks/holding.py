"""One connection while this runner holds it: everything a drain's steps need, and nothing that decides."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dashboard.config import Config
from dashboard.domain.leases import Lease
from dashboard.domain.references import Ledger
from dashboard.models import Connection
from dashboard.vocabulary.providers import Limits, Provider, Timing
from jobs.connectors.base import Connector
from jobs.gate import HolderGate
from jobs.tasks.snapshots import Snapshots


@dataclass(frozen=True)
class Holding:
    """`clock` gives aware UTC."""

    session: Session
    config: Config
    lease: Lease
    connection: Connection
    connector: Connector
    gate: HolderGate
    clock: Callable[[], datetime]
    limits: Limits
    snapshots: Snapshots

    @property
    def timing(self) -> Timing:
        return self.config.providers[self.connection.provider].timing

    def ledger(self) -> Ledger:
        """The ledger's lists as they are stored now."""
        return self.snapshots.of(self.session, self.connection.id)

    @property
    def provider(self) -> Provider:
        return self.connection.provider
