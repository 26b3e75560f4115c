"""Forgetting: access that nobody uses, misses of sign-ins that no longer count, one-time links that ended."""

from dashboard.db import writing
from dashboard.domain import consents, one_time_links, sign_in
from jobs.tasks.office import Office


def run(office: Office) -> tuple[int, int, int]:
    """How many consents lost their tokens, how many counts of misses and how many links were dropped."""
    with office.session() as session, writing(session):
        now = office.clock()
        return (
            consents.forget_unused(session, now),
            sign_in.forget_misses(session, now),
            one_time_links.forget(session, now),
        )
