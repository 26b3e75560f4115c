"""Consents: tell the page which companies a fresh consent reaches. No connection stands on the grant yet."""

from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import lookups
from dashboard.models import Grant
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
    """Answer every open question about a consent; False when there was none."""
    with office.session() as session:
        waiting = lookups.open_without_connection(session)
        for lookup in waiting:
            try:
                found = _companies(office, session, session.get_one(Grant, lookup.grant_id))
            except ProviderError as fault:
                session.rollback()
                with writing(session):
                    words = f"The ledger did not say which organisations may be connected: {fault.words}"
                    lookups.fail(session, lookup, words, office.clock())
                continue
            companies = [{"external_id": c.external_id, "name": c.name, "link_id": c.link_id} for c in found]
            with writing(session):
                lookups.answer(session, lookup, {"companies": companies}, office.clock())
    return bool(waiting)


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
