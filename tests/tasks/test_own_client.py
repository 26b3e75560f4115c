"""A provider that does not accept this server's own id and secret: said to people and in the log, by their settings."""

import pytest

from dashboard.db import writing
from dashboard.domain import lookups
from dashboard.models import Lookup
from dashboard.models.connection import ConnectionState
from dashboard.models.lookup import LookupKind, LookupState
from dashboard.vocabulary.statuses import Status
from tests.tasks.scene import Scene


@pytest.fixture
def changed_settings() -> dict[str, str]:
    return {"TIEOUT_XERO_CLIENT_SECRET": "another secret"}


def test_a_secret_that_xero_does_not_accept_is_named_where_people_and_logs_look(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    (export,) = scene.approve(1)
    with writing(scene.session) as session:
        ada = scene.world.actor("ada")
        asked = lookups.ask(session, scene.connection, LookupKind.LISTS, {}, ada, scene.clock())
    scene.later(minutes=31)

    scene.run()

    scene.session.rollback()
    scene.session.refresh(scene.connection)
    assert scene.connection.state is ConnectionState.CONNECTED
    said = (
        "Xero does not accept the client id and secret of this server: "
        "check TIEOUT_XERO_CLIENT_ID and TIEOUT_XERO_CLIENT_SECRET (invalid_client)"
    )
    assert scene.connection.waiting_for == said
    assert "TIEOUT_XERO_CLIENT_SECRET" in caplog.text
    lookup = scene.session.get_one(Lookup, asked.id, populate_existing=True)
    assert (lookup.state, lookup.error) == (LookupState.FAILED, f"{said}.")
    assert scene.seen(export).status is Status.PENDING
