"""Behind reverse proxies: whose address the sign-in throttle counts by, and what a browser is told of TLS."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from dashboard.app import create_app
from dashboard.config import BadSetting, Config, load
from tests.fixtures import TOKEN_KEY
from tests.support.visitor import Visitor
from tests.support.world import World

NEEDED = {"TIEOUT_SECRET_KEY": "s" * 16, "TIEOUT_TOKEN_KEYS": f"k1:{TOKEN_KEY}"}


@pytest.mark.parametrize(
    ("proxies", "counted"), [(0, "127.0.0.1"), (1, "192.0.2.1"), (2, "203.0.113.9"), (5, "127.0.0.1")]
)
def test_a_miss_counts_against_the_address_that_the_outermost_trusted_proxy_was_called_from(
    config: Config, world: World, proxies: int, counted: str
) -> None:
    visitor = Visitor(create_app(replace(config, trusted_proxies=proxies)))
    visitor.client.environ_base["HTTP_X_FORWARDED_FOR"] = "10.0.0.1, 203.0.113.9, 192.0.2.1"
    visitor.sign_in("bo@nordlys.example", "wrong")
    subjects = world.session.scalars(text("SELECT subject FROM sign_in_throttle ORDER BY subject")).all()
    bo = "email:bo@nordlys.example"
    assert subjects == [f"address:{counted}", bo, f"{bo} from {counted}"]


@pytest.mark.parametrize("value", ["-1", "one", "1.5", "11", "yes"])
def test_a_number_of_proxies_that_cannot_be_meant_stops_the_start(value: str) -> None:
    with pytest.raises(BadSetting, match="TIEOUT_TRUSTED_PROXIES must be a whole number"):
        load({**NEEDED, "TIEOUT_TRUSTED_PROXIES": value})


@pytest.mark.parametrize("address", ["https://tieout.example.com", "http://tieout.example.com"])
def test_the_browser_is_told_to_stay_on_tls_by_the_public_address_though_the_proxy_ends_it(
    config: Config, address: str
) -> None:
    visitor = Visitor(create_app(replace(config, public_url=address)))
    assert ("Strict-Transport-Security" in visitor.get("/sign-in").headers) is address.startswith("https")
