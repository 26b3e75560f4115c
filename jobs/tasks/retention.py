"""Retention: delete what the plans no longer keep, so few rows at a time that nobody who writes waits for it.

Every few rows are a transaction of their own: killed at any moment, the next run goes on from there.
"""

import secrets
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime
from time import perf_counter

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import retention, task_leases
from dashboard.domain.retention import Found, Place
from dashboard.models import Tenant
from dashboard.vocabulary.audit import Act
from jobs.tasks.office import Office

TASK = "retention"
HELD = 60.0
"""Seconds until another runner takes over from one that died."""

MOST = 1_000
"""Rows of one transaction. It takes fewer where those take longer than SHORT."""
FEWEST = 100
SHORT = 0.015
"""Seconds that one transaction is to last at most."""
PAUSE = 0.05
"""Seconds between two of them at least. SQLite lets those who wait sleep for up to a fortieth of a second at a time: in
a shorter pause they would sleep on, and find the next one at work."""

Look = Callable[[Session, int, datetime, Place | None, int], Found]

log = structlog.get_logger(__name__)


class Stopped(Exception):
    """The runner is told to stop, or another one does this now."""


def run(office: Office) -> tuple[int, int]:
    """How many audit entries were deleted, and how many attempts lost their bodies. Nothing while another runner is
    at it. A fault that one organisation meets is raised when the others have had their turn; the runner records it."""
    sweep = _Sweep(office)
    with office.session() as session:
        with writing(session):
            if not task_leases.hold(session, TASK, sweep.holder, HELD):
                return 0, 0
        try:
            with ExitStack() as turns:
                for tenant in session.scalars(select(Tenant).order_by(Tenant.id.desc())).all():
                    turns.callback(sweep.tidy, session, tenant, tenant.slug)
        finally:
            session.rollback()
            with writing(session):
                task_leases.release(session, TASK, sweep.holder)
    return sweep.entries, sweep.bodies


class _Sweep:
    """One run over all organisations; `entries` and `bodies` count what has gone."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._limit = FEWEST
        self.holder = secrets.token_hex(8)
        self._is_stopped = False
        self.entries = 0
        self.bodies = 0

    def tidy(self, session: Session, tenant: Tenant, slug: str) -> None:
        """Delete what is over of one organisation, unless the run was stopped before."""
        if self._is_stopped:
            return
        try:
            self._tidy(session, tenant)
        except Stopped:
            self._is_stopped = True
            log.info("retention goes on later")
        finally:
            if isinstance(sys.exception(), Exception):
                session.rollback()
                log.error("retention met a fault", organisation=slug)

    def _tidy(self, session: Session, tenant: Tenant) -> None:
        """Raises Stopped; what has gone by then is told all the same."""
        before = self._kept_since(tenant)
        if before is None:
            return
        gone: Counter[Act] = Counter()
        bodies = 0

        def delete_entries(ids: Sequence[int]) -> None:
            gone.update(retention.delete_entries(session, tenant.id, ids))

        def trim(ids: Sequence[int]) -> None:
            nonlocal bodies
            bodies += retention.trim(session, tenant.id, ids, self._office.clock())

        try:
            self._bit_by_bit(session, tenant, before, retention.old_entries, delete_entries)
            self._bit_by_bit(session, tenant, before, retention.whole_attempts, trim)
        finally:
            self.entries += gone.total()
            self.bodies += bodies
            # That an earlier run deleted something is no news when it goes itself: else an idle log would never end.
            if bodies or gone.total() > gone[Act.ENTRIES_DELETED]:
                self._tell(session, tenant, before, gone.total(), bodies)

    def _bit_by_bit(
        self, session: Session, tenant: Tenant, before: datetime, look: Look, act: Callable[[Sequence[int]], None]
    ) -> None:
        place: Place | None = None
        while True:
            found = look(session, tenant.id, before, place, self._limit)
            if not found.ids:
                return
            with writing(session):
                begun = perf_counter()
                if not task_leases.hold(session, TASK, self.holder, HELD):
                    raise Stopped
                # A larger plan chosen meanwhile keeps what is left.
                session.refresh(tenant)
                since = self._kept_since(tenant)
                if since is None or since < before:
                    return
                act(found.ids)
            spent = perf_counter() - begun
            self._limit = max(FEWEST, min(MOST, 2 * self._limit, int(self._limit * SHORT / spent)))
            if self._office.stopping.wait(max(PAUSE, spent)):
                raise Stopped
            if found.place is None:
                return
            place = found.place

    def _kept_since(self, tenant: Tenant) -> datetime | None:
        return retention.kept_since(tenant, self._office.config.plans, self._office.clock())

    def _tell(self, session: Session, tenant: Tenant, before: datetime, entries: int, bodies: int) -> None:
        session.rollback()
        with writing(session):
            retention.note(session, tenant, before, entries, bodies, self._office.clock())
        log.info("deleted", organisation=tenant.slug, entries=entries, bodies=bodies, before=before.isoformat())
