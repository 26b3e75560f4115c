"""Consents: tell the page which companies a fresh consent reaches. No connection stands on the grant yet."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from dashboard.config import Config
from dashboard.db import writing
from dashboard.domain import lookups
from dashboard.models import Grant
from dashboard.vocabulary.postings import ProviderError
from dashboard.vocabulary.providers import endpoints
from jobs import tokens
from jobs.connectors.registry import Access, connect
from jobs.connectors.wire import Client


class OpenGate:
    """A consent's one call is outside every company's limits."""

    def before_call(self) -> None:
        """Always open."""

    def after_call(self, status: int, headers: Mapping[str, str]) -> None:
        """Nothing to learn."""


def run(session: Session, config: Config, client: Client, clock: Callable[[], datetime]) -> bool:
    """Answer every open question about a consent; False when there was none."""
    waiting = lookups.open_without_connection(session)
    for lookup in waiting:
        grant = session.get_one(Grant, lookup.grant_id)
        settings = config.providers[grant.provider]
        try:
            token = tokens.ensure(session, config, client, grant, clock)
            access = Access(
                base_url=endpoints(grant.provider, settings.base_url).api,
                access_token=token,
                company_id="",
                gate=OpenGate(),
                deadline=settings.timing.call_deadline,
                client=client,
            )
            session.commit()
            found = connect(grant.provider, access).companies()
        except ProviderError as fault:
            with writing(session):
                label = grant.provider.label
                lookups.fail(
                    session, lookup, f"{label} did not say which organisations it may reach: {fault.words}", clock()
                )
            continue
        companies = [{"external_id": c.external_id, "name": c.name, "link_id": c.link_id} for c in found]
        with writing(session):
            lookups.answer(session, lookup, {"companies": companies}, clock())
    return bool(waiting)
