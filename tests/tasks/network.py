"""The network between a runner and the ledger, where tests end a runner's process or keep a call under way."""

import json
from threading import Event

import httpx2
from sqlalchemy import Connection, Engine, event

PATIENCE = 20.0
"""Seconds after which a call that nobody lets go goes on by itself, so that a failing test ends."""


class Killed(BaseException):
    """The runner's process ends here, as far as this thread can play it: nothing handles this."""


class DyingAtACall(httpx2.BaseTransport):
    """Ends the process at its call number `at` (from 1), before the ledger got it or once it has answered."""

    def __init__(self, at: int, *, is_answered: bool) -> None:
        self._wire = httpx2.HTTPTransport()
        self._at = at
        self._is_answered = is_answered
        self.calls = 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.calls += 1
        if self.calls == self._at and not self._is_answered:
            raise Killed
        response = self._wire.handle_request(request)
        if self.calls == self._at:
            response.read()
            response.close()
            raise Killed
        return response

    def close(self) -> None:
        self._wire.close()


class Held(httpx2.BaseTransport):
    """Keeps the first call whose method and path fit under way until `let_go`: before it left, or with its answer."""

    def __init__(self, method: str, path: str, *, is_answered: bool) -> None:
        self._wire = httpx2.HTTPTransport()
        self._method = method
        self._path = path
        self._is_answered = is_answered
        self._is_used = False
        self.is_under_way = Event()
        self.let_go = Event()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        is_meant = not self._is_used and request.method == self._method and self._path in request.url.path
        self._is_used = self._is_used or is_meant
        if is_meant and not self._is_answered:
            self._wait()
        response = self._wire.handle_request(request)
        if is_meant and self._is_answered:
            self._wait()
        return response

    def _wait(self) -> None:
        self.is_under_way.set()
        assert self.let_go.wait(PATIENCE), "nobody let the call go"

    def close(self) -> None:
        self._wire.close()


class Telltale(httpx2.BaseTransport):
    """A provider whose error page shows the request, its headers included."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        return httpx2.Response(500, headers={"X-Request": headers["authorization"]}, text=repr(headers))


class Confused(httpx2.BaseTransport):
    """A ledger that books what it is sent, and then gives another document's id for the second one."""

    def __init__(self, other_id: str) -> None:
        self._wire = httpx2.HTTPTransport()
        self._other_id = other_id

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = self._wire.handle_request(request)
        if request.method != "PUT" or not request.url.path.endswith("/Invoices"):
            return response
        response.read()
        told = json.loads(response.content)
        told["Invoices"][1]["InvoiceID"] = self._other_id
        return httpx2.Response(response.status_code, json=told)

    def close(self) -> None:
        self._wire.close()


class Overruled(httpx2.BaseTransport):
    """A ledger that books the first documents it is sent, while what stands before it answers with this instead."""

    def __init__(self, status: int, headers: dict[str, str] | None = None) -> None:
        self._wire = httpx2.HTTPTransport()
        self._status = status
        self._headers = headers or {}
        self._is_used = False

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = self._wire.handle_request(request)
        if self._is_used or request.method != "PUT":
            return response
        self._is_used = True
        response.read()
        response.close()
        return httpx2.Response(self._status, headers=self._headers, text="Not now")

    def close(self) -> None:
        self._wire.close()


class DyingAtACommit:
    """Ends the process as it is about to commit its transaction number `at` (from 1) within the block."""

    def __init__(self, engine: Engine, at: int) -> None:
        self._engine = engine
        self._at = at
        self.commits = 0

    def _on_commit(self, connection: Connection) -> None:
        self.commits += 1
        if self.commits == self._at:
            # As after any death, it is the database that undoes what was not committed.
            connection.invalidate()
            raise Killed

    def __enter__(self) -> "DyingAtACommit":
        event.listen(self._engine, "commit", self._on_commit)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "commit", self._on_commit)
