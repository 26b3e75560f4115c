"""Grants: tokens sealed, the pair before kept, one refresher at a time."""

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from dashboard.config import Config
from dashboard.db import writing
from dashboard.domain import grants
from dashboard.domain.grants import Tokens
from dashboard.domain.vault import CannotOpen, Vault
from dashboard.models import Grant
from dashboard.vocabulary.providers import Provider
from tests.support.world import World

FIRST, SECOND = Tokens("canary-access-1", "canary-refresh-1", 1800), Tokens("canary-access-2", "canary-refresh-2", 1800)


def vault(world: World) -> Vault:
    config: Config = world.app.extensions["tieout"]
    return Vault(config.token_keys)


def create(world: World) -> Grant:
    with writing(world.session):
        return grants.create(
            world.session, vault(world), world.nordlys.id, Provider.XERO, FIRST, world.actor("ada"), world.now()
        )


def test_tokens_are_sealed_in_the_row_and_shown_by_no_representation(world: World) -> None:
    grant = create(world)
    assert b"canary" not in grant.tokens
    assert grants.current(vault(world), grant) == FIRST
    assert "canary" not in repr(FIRST)
    assert grants.former(vault(world), grant) is None


def test_the_pair_before_is_kept_when_a_newer_one_comes(world: World) -> None:
    grant = create(world)
    with writing(world.session):
        grants.replace(world.session, vault(world), grant, SECOND, world.now())
    assert grants.current(vault(world), grant) == SECOND
    assert grants.former(vault(world), grant) == FIRST


def test_a_token_row_copied_to_another_grant_does_not_open(world: World) -> None:
    mine, other = create(world), create(world)
    with writing(world.session):
        world.session.execute(update(Grant).where(Grant.id == other.id).values(tokens=mine.tokens))
    world.session.refresh(other)
    with pytest.raises(CannotOpen):
        grants.current(vault(world), other)


def test_what_was_forgotten_does_not_open_and_counts_as_broken(world: World) -> None:
    grant = create(world)
    with writing(world.session):
        grants.forget(world.session, grant)
    assert grant.is_broken
    with pytest.raises(CannotOpen):
        grants.current(vault(world), grant)
    assert grants.former(vault(world), grant) is None


def test_one_process_refreshes_at_a_time(world: World) -> None:
    grant = create(world)
    with writing(world.session):
        key = grants.take_refresh_lock(world.session, grant, 60)
    assert key is not None
    with Session(world.session.get_bind()) as second:
        with writing(second):
            assert grants.take_refresh_lock(second, grant, 60) is None
            grants.release_refresh_lock(second, grant, "a key of nobody")
            assert grants.take_refresh_lock(second, grant, 60) is None
        with writing(world.session):
            grants.release_refresh_lock(world.session, grant, key)
        with writing(second):
            assert grants.take_refresh_lock(second, grant, 60) is not None


def test_a_lock_of_a_process_that_died_runs_out(world: World) -> None:
    grant = create(world)
    with writing(world.session):
        assert grants.take_refresh_lock(world.session, grant, -1) is not None
    with writing(world.session):
        assert grants.take_refresh_lock(world.session, grant, 60) is not None
