"""How this server proves itself to a provider: in one form, when a consent is confirmed and when it is renewed."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dashboard.config import Config
from dashboard.domain import grants
from dashboard.domain.vault import Vault
from dashboard.models import Grant
from dashboard.vocabulary.tokens import client_authorization
from jobs.connectors import token_endpoint
from jobs.connectors.wire import open_client
from tests.support.consenting import CLIENT_ID, NORDLYS, Visit, Xero, begin
from tests.support.world import World

SECRET = "of 1+1/2 = 150%2B:"


@pytest.fixture
def settings(settings: dict[str, str]) -> dict[str, str]:
    return {**settings, "TIEOUT_XERO_CLIENT_SECRET": SECRET}


def test_a_secret_of_any_characters_connects_and_renews(world: World, xero: Xero, visit: Visit, config: Config) -> None:
    xero.control("settings", client_secret=SECRET)
    ada = visit("ada")

    ada.get(xero.answer(begin(ada), NORDLYS))

    world.session.rollback()
    consented = grants.current(Vault(config.token_keys), world.session.scalars(select(Grant)).one())
    with open_client() as client:
        address = f"{xero.url}/xero/connect/token"
        renewed = token_endpoint.refresh(
            client, address, CLIENT_ID, SECRET, consented.refresh_token, timedelta(seconds=10)
        )
    assert renewed.access_token != consented.access_token
    assert [call["status"] for call in xero.token_calls()] == [200, 200]


def test_id_and_secret_are_form_encoded_before_they_are_joined() -> None:
    """The values of https://github.com/openid/AppAuth-Android/issues/337."""
    secret = "z/tZ9VwFZqApmIQ+ZH1I5pLk/uB4ud:X2/8bL+wfFTt1rFw="
    assert client_authorization("1PpG/Q 1", secret) == (
        "Basic MVBwRyUyRlErMTp6JTJGdFo5VndGWnFBcG1JUSUyQlpIMUk1cExrJTJGdUI0dWQlM0FYMiUyRjhiTCUyQndmRlR0MXJGdyUzRA=="
    )
