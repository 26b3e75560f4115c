"""Consents: tell the page which companies a fresh consent reaches. No connection stands on the grant yet.

Each question is held by one runner while it asks, so that one which is not answered keeps nobody else's waiting.
"""

import secrets
from datetime import timedelta

from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import lookups, task_leases
from dashboard.models import Grant, Lookup
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Company, ProviderError
from dashboard.vocabulary.providers import endpoints
from jobs import tokens
from jobs.connectors.registry import Access, connect
from jobs.tasks.office import Office


class OpenGate:
    """A consent's one call is outside every company's limits."""

    def before_call(self) -> None:
        """Always open."""


def run(office: Office) -> bool:
    """Answer every open question about a consent that nobody else is asking; False when there was none."""
    holder, was_asked = secrets.token_hex(8), False
    with office.session() as session:
        for lookup in lookups.open_without_connection(session):
            if _take(office, session, lookup, holder):
                was_asked = True
                _answer(office, session, lookup, holder)
    return was_asked


def _take(office: Office, session: Session, lookup: Lookup, holder: str) -> bool:
    grant = session.get_one(Grant, lookup.grant_id)
    # A renewal, which may try two tokens, and the question itself.
    longest = 4 * office.config.providers[grant.provider].timing.call_deadline.total_seconds()
    with writing(session):
        if not task_leases.hold(session, _task(lookup), holder, longest):
            return False
        if lookups.begin(session, lookup):
            return True
        task_leases.release(session, _task(lookup), holder)
    return False


def _answer(office: Office, session: Session, lookup: Lookup, holder: str) -> None:
    try:
        found = _companies(office, session, session.get_one(Grant, lookup.grant_id))
    except ProviderError as fault:
        session.rollback()
        with writing(session):
            if fault.code is ErrorCode.RATE_LIMITED and timedelta(seconds=fault.retry_after or 0) < lookups.OUTLASTS:
                # Stays open, and is held until it may be asked again.
                task_leases.hold(session, _task(lookup), holder, fault.retry_after or 0)
                return
            words = f"The ledger did not say which organisations may be connected: {fault.words}"
            lookups.fail(session, lookup, words, office.clock())
            task_leases.release(session, _task(lookup), holder)
        return
    companies = [{"external_id": c.external_id, "name": c.name, "link_id": c.link_id} for c in found]
    with writing(session):
        lookups.answer(session, lookup, {"companies": companies}, office.clock())
        task_leases.release(session, _task(lookup), holder)


def _task(lookup: Lookup) -> str:
    return f"consent-{lookup.id}"


def _companies(office: Office, session: Session, grant: Grant) -> list[Company]:
    settings = office.config.providers[grant.provider]
    access = Access(
        base_url=endpoints(grant.provider, settings.base_url).api,
        access_token=tokens.ensure(session, office.config, office.client, grant, office.clock),
        company_id="",
        gate=OpenGate(),
        deadline=settings.timing.call_deadline,
        client=office.client,
    )
    session.commit()
    return connect(grant.provider, access).companies()
