"""Access to the ledger: renewed once and stored before use, told apart from access that was withdrawn."""

import threading
from collections.abc import Callable

import pytest

from dashboard.db import writing
from dashboard.domain import grants
from dashboard.domain.grants import Tokens
from dashboard.domain.vault import Vault
from dashboard.models import Connection
from dashboard.models.connection import ConnectionState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import ProviderError
from dashboard.vocabulary.statuses import Status
from jobs import tokens
from jobs.connectors.wire import Transport
from jobs.tasks import drain
from jobs.tasks.office import Office
from tests.tasks.network import PATIENCE, DyingAtACall, Held, Killed
from tests.tasks.scene import Scene


def stored(scene: Scene) -> Tokens:
    """The tokens as they are kept."""
    scene.session.rollback()
    return grants.current(Vault(scene.office.config.token_keys), scene.grant)


def connection_of(scene: Scene) -> Connection:
    scene.session.rollback()
    scene.session.refresh(scene.connection)
    return scene.connection


@pytest.mark.requirement("S0-04")
def test_an_access_token_past_its_time_is_renewed_once_and_stored_and_the_export_goes(scene: Scene) -> None:
    before = stored(scene)
    scene.later(minutes=31)
    (export,) = scene.approve(1)

    scene.run()

    assert scene.seen(export).status is Status.SYNCED
    assert len(scene.books.asked("/connect/token")) == 1
    after = stored(scene)
    assert after.access_token != before.access_token
    assert after.refresh_token != before.refresh_token
    assert [call["status"] for call in scene.books.document_writes()] == [200]


def test_an_access_token_that_ends_before_its_time_is_renewed_once_and_the_batch_goes(scene: Scene) -> None:
    scene.books.change("expire-access")
    scene.approve(5)

    scene.run()

    assert scene.statuses() == [Status.SYNCED] * 5
    assert len(scene.books.asked("/connect/token")) == 1
    assert [call["status"] for call in scene.books.document_writes()] == [401, 200]
    assert connection_of(scene).state is ConnectionState.CONNECTED
    assert scene.tile(Status.FAILED) == 0


@pytest.mark.requirement("S0-05", "B-08")
def test_a_withdrawn_grant_breaks_the_connection_once_and_all_that_is_queued_waits(scene: Scene) -> None:
    scene.books.change("revoke-grant")
    scene.approve(500)

    scene.run()
    for _ in range(3):
        scene.later(hours=2)
        scene.run()

    connection = connection_of(scene)
    assert (connection.state, connection.error_code) == (ConnectionState.ERROR, ErrorCode.ACCESS_EXPIRED)
    assert connection.waiting_for == "Xero disconnected"
    assert (scene.tile(Status.PENDING), scene.tile(Status.FAILED)) == (500, 0)
    assert all(export.tries == 0 for export in scene.approve(1))
    # One batch met the dead token; nothing was booked, and nothing was sent after that.
    assert [call["status"] for call in scene.books.document_writes()] == [401]
    assert scene.books.numbers() == []
    assert len(scene.books.asked("/connect/token")) <= 2
    broke = [entry for entry in scene.log() if entry.act is Act.CONNECTION_BROKE]
    assert len(broke) == 1


@pytest.mark.requirement("S0-05", "S0-07")
def test_after_a_reconnect_the_queue_goes_and_mappings_are_as_they_were(scene: Scene) -> None:
    scene.later(minutes=31)
    scene.books.change("revoke-grant")
    exports = scene.approve(3)
    scene.run()
    assert connection_of(scene).state is ConnectionState.ERROR
    assert scene.books.document_writes() == []

    scene.reconnect()
    scene.run()

    assert [scene.seen(export).status for export in exports] == [Status.SYNCED] * 3
    connection = connection_of(scene)
    assert (connection.state, connection.waiting_for, connection.error_code) == (ConnectionState.CONNECTED, "", "")


def test_two_that_need_a_renewal_at_once_make_one_call(
    scene: Scene, office_over: Callable[[Transport], Office]
) -> None:
    scene.later(minutes=31)
    scene.approve(1)
    held = Held("POST", "/connect/token", is_answered=True)
    first = threading.Thread(target=drain.run, args=(office_over(held),))
    first.start()
    assert held.is_under_way.wait(PATIENCE)
    grant = scene.grant

    with pytest.raises(ProviderError) as refused:
        tokens.ensure(scene.session, scene.office.config, scene.office.client, grant, scene.clock)
    held.let_go.set()
    first.join()

    assert (refused.value.code, refused.value.retry_after) == (ErrorCode.RATE_LIMITED, tokens.BUSY)
    assert len(scene.books.asked("/connect/token")) == 1
    assert scene.statuses() == [Status.SYNCED]
    renewed = tokens.ensure(scene.session, scene.office.config, scene.office.client, grant, scene.clock)
    assert renewed == stored(scene).access_token
    assert len(scene.books.asked("/connect/token")) == 1


def test_a_renewal_whose_answer_was_lost_is_asked_for_again_with_the_token_before(scene: Scene) -> None:
    scene.later(minutes=31)
    scene.books.fault("drop-after-commit", path="/connect/token")
    (export,) = scene.approve(1)

    scene.run()
    assert scene.seen(export).status is Status.PENDING
    assert connection_of(scene).waiting_for == "Xero out of reach"
    scene.later(minutes=1.1)
    scene.run()

    assert scene.seen(export).status is Status.SYNCED
    assert len(scene.books.asked("/connect/token")) == 2


def test_a_runner_that_dies_with_a_renewal_it_had_not_stored_is_followed_by_one_that_goes_on(
    scene: Scene, office_over: Callable[[Transport], Office]
) -> None:
    scene.later(minutes=31)
    (export,) = scene.approve(1)
    with pytest.raises(Killed):
        drain.run(office_over(DyingAtACall(1, is_answered=True)))
    assert stored(scene) == scene.tokens

    scene.run()

    assert scene.seen(export).status is Status.SYNCED
    assert len(scene.books.asked("/connect/token")) == 2


def test_the_pair_before_is_kept_until_the_newer_one_is_traded_in(scene: Scene) -> None:
    scene.later(minutes=31)
    scene.approve(1)
    scene.run()

    grant = scene.grant
    assert grants.former(Vault(scene.office.config.token_keys), grant) == scene.tokens


def test_a_right_that_is_missing_is_told_apart_from_a_dead_token(scene: Scene) -> None:
    narrow = scene.books.consent_to("offline_access", "accounting.settings.read", "accounting.contacts")
    with writing(scene.session):
        grant = scene.grant
        vault = Vault(scene.office.config.token_keys)
        grants.replace(scene.session, vault, grant, Tokens(narrow, "", 1800), scene.clock())
    (export,) = scene.approve(1)

    scene.run()

    connection = connection_of(scene)
    assert (connection.state, connection.error_code) == (ConnectionState.ERROR, ErrorCode.SCOPE_MISSING)
    assert (scene.seen(export).status, export.tries) == (Status.PENDING, 0)
    assert scene.books.asked("/connect/token") == []


def test_an_organisation_disconnected_in_the_ledger_is_told_apart_from_a_dead_token(scene: Scene) -> None:
    scene.books.change("disconnect")
    (export,) = scene.approve(1)

    scene.run()

    connection = connection_of(scene)
    assert (connection.state, connection.error_code) == (ConnectionState.ERROR, ErrorCode.COMPANY_DISCONNECTED)
    assert (scene.seen(export).status, export.tries) == (Status.PENDING, 0)

    scene.reconnect()
    scene.run()
    assert scene.seen(export).status is Status.SYNCED


def test_a_token_endpoint_that_is_down_is_waited_for(scene: Scene) -> None:
    scene.later(minutes=31)
    scene.books.fault("503", path="/connect/token")
    (export,) = scene.approve(1)

    scene.run()
    assert connection_of(scene).state is ConnectionState.CONNECTED
    scene.later(minutes=1.1)
    scene.run()

    assert scene.seen(export).status is Status.SYNCED


def test_stored_access_that_cannot_be_opened_asks_for_a_reconnect(scene: Scene) -> None:
    with writing(scene.session):
        grant = scene.grant
        grant.tokens = grant.tokens[:-1] + bytes([grant.tokens[-1] ^ 1])
    (export,) = scene.approve(1)

    scene.run()

    assert connection_of(scene).state is ConnectionState.ERROR
    assert "cannot be read" in scene.connection.error_words
    assert scene.seen(export).status is Status.PENDING
    assert scene.books.document_writes() == []


def test_a_token_endpoint_that_is_down_for_a_moment_breaks_no_connection(scene: Scene) -> None:
    scene.books.change("expire-access")
    scene.books.fault("503", method="POST", path="/connect/token")
    (export,) = scene.approve(1)

    scene.run()

    assert connection_of(scene).state is ConnectionState.CONNECTED
    assert scene.seen(export).status is Status.PENDING
    scene.later(minutes=1.3)
    scene.run()
    assert scene.seen(export).status is Status.SYNCED


def test_an_access_that_another_process_renews_at_this_moment_breaks_no_connection(scene: Scene) -> None:
    scene.books.change("expire-access")
    with writing(scene.session):
        key = grants.take_refresh_lock(scene.session, scene.grant, 30)
    (export,) = scene.approve(1)

    scene.run()

    assert key is not None
    assert connection_of(scene).state is ConnectionState.CONNECTED
    with writing(scene.session):
        grants.release_refresh_lock(scene.session, scene.grant, key)
    scene.later(minutes=1)
    scene.run()
    assert scene.seen(export).status is Status.SYNCED
