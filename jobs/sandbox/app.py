"""The sandbox as a WSGI application: control calls and providers by prefix. Sockets are the server module's
business.
"""

from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request

from jobs.sandbox.answers import Answer, json_answer
from jobs.sandbox.clock import Clock
from jobs.sandbox.control import PREFIX, Control
from jobs.sandbox.store import Store
from jobs.sandbox.xero.provider import Xero

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Sandbox:
    """All providers behind their prefixes.

    Called as WSGI without the sandbox's own server, a fault that cuts the connection shows as the exception HangUp,
    one that keeps silent as KeepSilent.
    """

    def __init__(self, data_dir: Path | None = None) -> None:
        self.clock = Clock()
        self._store = Store(data_dir / "sandbox.db" if data_dir is not None else None)
        self._providers = {provider.name: provider for provider in (Xero(self.clock, self._store),)}
        self._control = Control(self.clock, self._providers)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        answer = self._answer(request)
        headers = [*answer.headers, ("Content-Length", str(len(answer.body)))]
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
        return [b"" if request.method == "HEAD" else answer.body]

    def close(self) -> None:
        """Stop the clock's thread and close the file. What was to be booked later is not booked."""
        self.clock.close()
        self._store.close()

    def _answer(self, request: Request) -> Answer:
        path = request.path
        if path == PREFIX or path.startswith(PREFIX + "/"):
            return self._control.answer(request)
        _, name, *rest = path.split("/", 2)
        provider = self._providers.get(name)
        if provider is None:
            known = {"providers": sorted(self._providers)}
            return json_answer(
                known if path == "/" else {"error": f"no provider {name}", **known}, 200 if path == "/" else 404
            )
        request.environ["SCRIPT_NAME"] = f"{request.script_root}/{name}"
        inner = "/" + (rest[0] if rest else "")
        request.environ["PATH_INFO"] = inner.encode().decode("latin-1")
        return provider.answer(Request(request.environ), inner)


def create_sandbox(data_dir: Path | None = None) -> Sandbox:
    """A sandbox with default companies; with `data_dir` it goes on from what it held there before."""
    return Sandbox(data_dir)
