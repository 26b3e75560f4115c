"""No test reaches the outside network."""

import socket
import urllib.request

import pytest

from tests.support.network import OutsideNetwork


@pytest.mark.parametrize("host", ["example.com", "192.0.2.1", "2001:db8::1"])
def test_another_machine_cannot_be_reached(host: str) -> None:
    with pytest.raises(OutsideNetwork):
        socket.create_connection((host, 80))


def test_another_machine_cannot_be_reached_through_a_library() -> None:
    with pytest.raises(OutsideNetwork):
        urllib.request.urlopen("http://example.com/")


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
