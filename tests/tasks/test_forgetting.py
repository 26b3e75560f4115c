"""Forgetting: access that nobody uses goes by itself, whoever consents next; so do misses that no longer count."""

import pytest
from sqlalchemy import text

from dashboard.db import writing
from dashboard.domain import connections, consents, sign_in
from dashboard.domain.vault import Vault
from dashboard.models import Grant, Lookup
from dashboard.vocabulary.providers import Provider
from jobs.schedule import SCHEDULE
from jobs.tasks import consents as asking
from jobs.tasks import forgetting
from tests.tasks.scene import Scene


def consent(scene: Scene) -> Lookup:
    tokens, _ = scene.books.consent()
    world, vault = scene.world, Vault(scene.office.config.token_keys)
    with writing(scene.session):
        return consents.begin(
            scene.session, vault, world.nordlys.id, Provider.XERO, tokens, None, world.actor("ada"), scene.clock()
        )


def has_tokens(scene: Scene, grant_id: int | None) -> bool:
    scene.session.rollback()
    grant = scene.session.get_one(Grant, grant_id, populate_existing=True)
    return bool(grant.tokens or grant.previous)


def test_a_consent_that_nobody_went_on_with_is_forgotten_after_its_time_and_not_before(scene: Scene) -> None:
    abandoned = consent(scene)
    asking.run(scene.office)
    scene.later(minutes=59)
    assert forgetting.run(scene.office)[0] == 0
    assert has_tokens(scene, abandoned.grant_id)
    scene.later(minutes=2)
    assert forgetting.run(scene.office)[0] == 1
    assert not has_tokens(scene, abandoned.grant_id)
    assert has_tokens(scene, scene.grant.id)


def test_what_a_disconnected_connection_stood_on_is_forgotten(scene: Scene) -> None:
    grant_id = scene.grant.id
    scene.later(hours=2)
    with writing(scene.session):
        connections.disconnect(scene.session, scene.connection, scene.world.actor("ada"), scene.clock())
    forgetting.run(scene.office)
    assert not has_tokens(scene, grant_id)


@pytest.mark.parametrize(("minutes", "kept"), [(14, 3), (16, 0)])
def test_misses_are_forgotten_with_their_window(scene: Scene, minutes: int, kept: int) -> None:
    with writing(scene.session):
        sign_in.count_try(scene.session, "nobody@else.example", "192.0.2.1", scene.clock())
    scene.later(minutes=minutes)
    forgetting.run(scene.office)
    scene.session.rollback()
    assert scene.session.scalar(text("SELECT count(*) FROM sign_in_throttle")) == kept


def test_the_runner_forgets_by_itself() -> None:
    assert [entry.name for entry in SCHEDULE if entry.task is forgetting.run] == ["forget"]
