"""The HTTP seam against servers that are silent, slow, rude or absent."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from time import monotonic

import httpx2
import pytest

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import ProviderError
from jobs.connectors.wire import LARGEST_BODY, Answer, NoAnswer, NotSent, Unreadable, Wire, open_client
from tests.connectors.scripted import TOKEN, CountingGate, Say, Scripted

Behave = Callable[[socket.socket, threading.Event], None]


@contextmanager
def serving(behave: Behave) -> Iterator[tuple[str, list[bytes]]]:
    """A server on loopback that reads each request's head and then behaves as told; gives its address and the heads."""
    over, heads = threading.Event(), []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with closing(connection):
                heads.append(connection.recv(65536))
                try:
                    behave(connection, over)
                except OSError:
                    continue

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heads
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def keep_silent(connection: socket.socket, over: threading.Event) -> None:
    over.wait()


def call(base_url: str, seconds: float = 5, gate: CountingGate | None = None) -> Answer:
    with open_client() as client:
        wire = Wire(client, base_url, TOKEN, gate or CountingGate(), timedelta(seconds=seconds))
        return wire.call("PUT", wire.address("/x"), headers={}, content=b"{}")


def call_scripted(provider: Scripted, gate: CountingGate | None = None) -> Answer:
    with open_client(httpx2.WSGITransport(app=provider)) as client:
        wire = Wire(client, "http://provider.test", TOKEN, gate or CountingGate(), timedelta(seconds=5))
        return wire.call("GET", wire.address("/x"), headers={})


def test_a_refused_connection_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(NotSent, match="ConnectError"):
        call(f"http://127.0.0.1:{port}")


def test_a_deadline_that_passes_while_connecting_sent_nothing() -> None:
    with serving(lambda connection, over: None) as (address, heads):
        with pytest.raises(NotSent):
            call(address, seconds=0)
        assert [head for head in heads if head] == []


def test_silence_ends_at_the_deadline_and_is_no_answer() -> None:
    started = monotonic()
    with serving(keep_silent) as (address, heads):
        with pytest.raises(NoAnswer, match=r"within 0\.3 seconds"):
            call(address, seconds=0.3)
        assert heads[0].startswith(b"PUT /x")
    assert monotonic() - started < 2


@pytest.mark.parametrize(
    "opening",
    [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"],
)
def test_an_answer_that_drips_ends_at_the_deadline(opening: bytes) -> None:
    def drip(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(opening)
        while not over.wait(0.05):
            connection.sendall(b"x")

    started = monotonic()
    with serving(drip) as (address, _), pytest.raises(NoAnswer):
        call(address, seconds=0.4)
    assert monotonic() - started < 2


def test_a_connection_cut_after_the_request_is_no_answer() -> None:
    with serving(lambda connection, over: None) as (address, _), pytest.raises(NoAnswer, match="RemoteProtocolError"):
        call(address)


def test_an_answer_cut_in_the_middle_is_no_answer() -> None:
    def half(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"Invoices"')

    with serving(half) as (address, _), pytest.raises(NoAnswer):
        call(address)


def test_broken_compression_leaves_the_status_and_an_unreadable_body() -> None:
    def lie(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope")

    with serving(lie) as (address, _):
        answer = call(address)
    assert answer.status == 200
    with pytest.raises(Unreadable):
        answer.document()


def test_an_endless_body_is_cut_off_and_unreadable() -> None:
    def pour(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n"')
        while not over.is_set():
            connection.sendall(b"x" * 1_000_000)

    with serving(pour) as (address, _):
        answer = call(address, seconds=30)
    assert len(answer.body) == LARGEST_BODY
    with pytest.raises(Unreadable):
        answer.document()


@pytest.mark.parametrize("body", ["<html>", "", '{"a":', "NaN", "[" * 100_000, '{"n": ' + "9" * 10_000 + "}"])
def test_what_is_no_json_is_unreadable_and_nothing_worse(body: str) -> None:
    answer = call_scripted(Scripted(Say(200, body)))
    with pytest.raises(Unreadable):
        answer.document()


def test_a_redirect_is_not_followed() -> None:
    provider = Scripted(Say(302, "", {"Location": "http://elsewhere.test/"}))
    assert call_scripted(provider).status == 302
    assert len(provider.asked) == 1


def test_cookies_do_not_travel_to_the_next_call() -> None:
    provider = Scripted(Say(headers={"Set-Cookie": "org=first; Path=/"}), Say())
    with open_client(httpx2.WSGITransport(app=provider)) as client:
        wire = Wire(client, "http://provider.test", TOKEN, CountingGate(), timedelta(seconds=5))
        for _ in range(2):
            wire.call("GET", wire.address("/x"), headers={})
    assert "cookie" not in provider.asked[1].headers


def test_the_token_is_blotted_out_of_an_answer_that_echoes_it() -> None:
    answer = call_scripted(Scripted(lambda asked: Say(200, asked.headers["authorization"], {"X-Echo": f"<{TOKEN}>"})))
    assert answer.excerpt() == "Bearer [token]"
    assert answer.headers["x-echo"] == "<[token]>"


def test_a_closed_gate_lets_nothing_through() -> None:
    provider, gate = Scripted(), CountingGate(ProviderError(ErrorCode.RATE_LIMITED, retry_after=7))
    with pytest.raises(ProviderError):
        call_scripted(provider, gate)
    assert provider.asked == []


def test_a_call_without_a_token_is_not_even_begun() -> None:
    with open_client() as client, pytest.raises(ValueError, match="token"):
        Wire(client, "http://provider.test", "", CountingGate(), timedelta(seconds=5))
