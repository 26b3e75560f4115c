"""Forgetting: access that nobody uses, and misses of sign-ins that no longer count."""

from dashboard.db import writing
from dashboard.domain import consents, sign_in
from jobs.tasks.office import Office


def run(office: Office) -> tuple[int, int]:
    """How many consents lost their tokens, and how many counts of misses were dropped."""
    with office.session() as session, writing(session):
        return consents.forget_unused(session, office.clock()), sign_in.forget_misses(session, office.clock())
