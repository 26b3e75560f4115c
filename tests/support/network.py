"""Keeps the tests off the outside network: loopback is all they may reach."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

import pytest


class OutsideNetwork(AssertionError):
    """A test tried to reach a machine other than this one."""


def refuse_outside_network(patch: pytest.MonkeyPatch) -> None:
    """Make connecting and looking up names raise OutsideNetwork for every address that is not loopback."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guard(call: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6):
                _check(address[0])
            return call(self, address)

        return guarded

    def guarded_look_up(host: Any, *rest: Any, **options: Any) -> Any:
        _check(host)
        return look_up(host, *rest, **options)

    patch.setattr(socket.socket, "connect", guard(connect))
    patch.setattr(socket.socket, "connect_ex", guard(connect_ex))
    patch.setattr(socket, "getaddrinfo", guarded_look_up)


def _check(host: str | bytes | None) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return
    try:
        is_here = ipaddress.ip_address(name).is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise OutsideNetwork(f"A test tried to reach {name}.")
