"""A provider that says exactly what a test wrote down, however wrong, and remembers what it was asked."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote

import httpx2

from dashboard.vocabulary.postings import ProviderError
from dashboard.vocabulary.providers import Provider
from jobs.connectors.base import Connector
from jobs.connectors.registry import Access, connect
from jobs.connectors.wire import open_client

TOKEN = "canary-7f31c0de-access-token"
TENANT = "0b5f0a32-5c3e-4f0e-9d3c-0f5d1f4b8a11"


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Say:
    """One answer. A `body` that is not text goes out as JSON."""

    status: int = 200
    body: object = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Scripted:
    """A WSGI app that gives its answers in turn. An answer may be made from what was asked."""

    def __init__(self, *answers: Say | Callable[[Asked], Say]) -> None:
        self._answers = list(answers)
        self.asked: list[Asked] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        asked = Asked(
            method=environ["REQUEST_METHOD"],
            path=unquote(environ["PATH_INFO"]),
            query={name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()},
            headers={
                name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name[:5] == "HTTP_"
            },
            body=environ["wsgi.input"].read(),
        )
        self.asked.append(asked)
        answer = self._answers.pop(0)
        say = answer(asked) if callable(answer) else answer
        body = say.body if isinstance(say.body, str) else json.dumps(say.body)
        start_response(f"{say.status} -", list(say.headers.items()))
        return [body.encode()]


class CountingGate:
    """Lets every call through and counts; with `refusal` it lets none through."""

    def __init__(self, refusal: ProviderError | None = None) -> None:
        self.refusal = refusal
        self.opened = 0

    def before_call(self) -> None:
        if self.refusal:
            raise self.refusal
        self.opened += 1


def xero_at(
    provider: Scripted, *, gate: CountingGate | None = None, short_code: str = "", link_id: str = ""
) -> Connector:
    """A Xero connector whose provider is the scripted one."""
    access = Access(
        base_url="http://xero.test",
        access_token=TOKEN,
        company_id=TENANT,
        gate=gate or CountingGate(),
        deadline=timedelta(seconds=5),
        client=open_client(httpx2.WSGITransport(app=provider)),
        short_code=short_code,
        link_id=link_id,
    )
    return connect(Provider.XERO, access)
