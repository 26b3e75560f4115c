"""Consents: tokens sealed before use, used once, forgotten when nobody used them."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from dashboard.config import Config
from dashboard.db import writing
from dashboard.domain import connections, consents, grants, lookups
from dashboard.domain.scope import NotFound
from dashboard.domain.vault import Vault
from dashboard.models import Connection, Grant, Lookup
from dashboard.vocabulary.providers import Provider
from tests.support.world import World

NORDLYS = {"external_id": "c-1", "name": "Nordlys AB", "link_id": "link-1"}
NORGE = {"external_id": "c-2", "name": "Nordlys Norge AS", "link_id": "link-2"}


def begin(world: World, wanted: Connection | None = None) -> Lookup:
    config: Config = world.app.extensions["tieout"]
    tokens = grants.Tokens("canary-access", "canary-refresh", 1800)
    with writing(world.session):
        return consents.begin(
            world.session,
            Vault(config.token_keys),
            world.nordlys.id,
            Provider.XERO,
            tokens,
            wanted,
            world.actor("ada"),
            world.now(),
        )


def told(world: World, lookup: Lookup, *companies: dict[str, str]) -> consents.Consent:
    with writing(world.session):
        lookups.answer(world.session, lookup, {"companies": list(companies)}, world.now())
    world.session.refresh(lookup)
    return consents.of_lookup(world.session, world.nordlys.id, lookup.id)


def test_only_what_was_chosen_among_the_reached_is_connected(world: World) -> None:
    consent = told(world, begin(world), NORDLYS, NORGE)
    assert [each.is_in_use for each in consent.reached] == [False, False]
    with pytest.raises(consents.NothingChosen), writing(world.session):
        consents.connect(world.session, consent, ["c-9"], world.actor("ada"), world.now())
    with writing(world.session):
        made = consents.connect(world.session, consent, ["c-1", "c-9"], world.actor("ada"), world.now())
    assert [each.external_id for each in made] == ["c-1"]
    with pytest.raises(consents.Spent), writing(world.session):
        consents.connect(world.session, consent, ["c-2"], world.actor("ada"), world.now())


def test_a_consent_without_an_answer_connects_nothing(world: World) -> None:
    lookup = begin(world)
    consent = consents.of_lookup(world.session, world.nordlys.id, lookup.id)
    with pytest.raises(consents.NothingChosen), writing(world.session):
        consents.connect(world.session, consent, ["c-1"], world.actor("ada"), world.now())


def test_a_reconnection_that_missed_its_company_does_not_spend_the_consent(world: World) -> None:
    with writing(world.session):
        first = told(world, begin(world), NORDLYS)
    with writing(world.session):
        (connection,) = consents.connect(world.session, first, ["c-1"], world.actor("ada"), world.now())
    consent = told(world, begin(world, connection), NORGE)
    assert not consent.reaches_wanted
    with pytest.raises(connections.AnotherCompany), writing(world.session):
        consents.reconnect(world.session, consent, world.actor("ada"), world.now())
    with writing(world.session):
        (further,) = consents.connect(world.session, consent, ["c-2"], world.actor("ada"), world.now())
    assert further.id != connection.id


def test_another_organisations_consent_does_not_exist(world: World) -> None:
    lookup = begin(world)
    with pytest.raises(NotFound):
        consents.of_lookup(world.session, world.maple.id, lookup.id)


def test_tokens_that_led_nowhere_are_forgotten_and_those_in_use_are_kept(world: World) -> None:
    used = told(world, begin(world), NORDLYS)
    with writing(world.session):
        consents.connect(world.session, used, ["c-1"], world.actor("ada"), world.now())
    unused, waiting = told(world, begin(world), NORGE), begin(world)
    with writing(world.session):
        world.session.execute(update(Grant).values(created_at=world.now() - timedelta(hours=2)))
    fresh = begin(world)
    with writing(world.session):
        assert consents.forget_unused(world.session, world.now()) == 1

    def has_tokens(lookup: Lookup) -> bool:
        return bool(world.session.get_one(Grant, lookup.grant_id, populate_existing=True).tokens)

    found = [has_tokens(each) for each in (used.lookup, unused.lookup, waiting, fresh)]
    assert found == [True, False, True, True]
    with pytest.raises(consents.Spent), writing(world.session):
        consents.connect(world.session, unused, ["c-2"], world.actor("ada"), world.now())
