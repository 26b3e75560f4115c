"""No token and no client secret is ever kept or logged in the clear, whatever goes wrong on the way."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from dashboard.domain import grants
from dashboard.domain.vault import Vault
from dashboard.models import AuditEntry, Connection, Export, Grant, Lookup
from dashboard.models.export import Attempt
from dashboard.vocabulary.statuses import Status
from jobs.connectors.wire import Transport
from jobs.sandbox import CLIENT_SECRET
from jobs.tasks import drain
from jobs.tasks.office import Office
from tests.tasks.network import Telltale
from tests.tasks.scene import Scene, check_the_books


@pytest.fixture
def changed_settings() -> dict[str, str]:
    return {"TIEOUT_LOG_LEVEL": "debug"}


def test_tokens_and_secrets_are_nowhere_but_sealed(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    vault = Vault(scene.office.config.token_keys)
    first = scene.tokens
    for fault in ("drop-after-commit", "500-before", "503"):
        scene.books.fault(fault, method="PUT")
        scene.approve(1)
        scene.settle()
    scene.books.change("expire-access")
    scene.approve(1)
    scene.run()
    renewed = grants.current(vault, scene.grant)
    scene.books.fault("500-before", path="/connect/token")
    scene.later(minutes=31)
    scene.run()
    scene.books.change("revoke-grant")
    scene.approve(1)
    scene.run()

    said = caplog.text
    secrets = [each for pair in (first, renewed) for each in (pair.access_token, pair.refresh_token)]
    secrets.append(CLIENT_SECRET)
    assert "connection waits" in said
    assert [secret for secret in secrets if secret in said] == []
    check_the_books(scene.session, secrets)
    for model in (Attempt, AuditEntry, Connection, Export, Grant, Lookup):
        rows = scene.session.execute(text(f"SELECT * FROM {model.__tablename__}")).all()  # noqa: S608 - our own tables
        assert rows or model is Lookup
        kept = repr([[bytes(value) if isinstance(value, memoryview) else value for value in row] for row in rows])
        assert [secret for secret in secrets if secret in kept] == [], model.__tablename__


def test_a_provider_that_shows_our_token_on_its_error_page_does_not_bring_it_into_the_log(
    scene: Scene, office_over: Callable[[Transport], Office]
) -> None:
    (export,) = scene.approve(1)

    drain.run(office_over(Telltale()))

    assert scene.seen(export).status is Status.CHECKING
    (attempt,) = scene.attempts(export)
    assert "'authorization': 'Bearer [token]'" in attempt.response
    check_the_books(scene.session, [scene.tokens.access_token])
