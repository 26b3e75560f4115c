"""The HTTP seam: one call, one deadline, and never sent told from never answered. Only this file knows httpx2."""

import json
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from http.cookiejar import CookieJar, DefaultCookiePolicy
from time import monotonic
from typing import Any
from urllib.parse import quote, urlencode

import httpx2

from jobs.connectors.base import Gate

Client = httpx2.Client
Transport = httpx2.BaseTransport

CONNECT_SECONDS = 10.0
LARGEST_BODY = 16 * 1024 * 1024
"""A thousand contacts or invoices with their lines fit; what is larger is cut off and then cannot be read."""

_EXCERPT = 4000
_BLOT = "[token]"


def open_client(transport: Transport | None = None) -> Client:
    """A client to share between connections and threads; close it when the process ends.

    `transport` takes the network's place, for an application in this process; its own limits then count.
    Connections are not kept: one that the provider closes just as a document is written to it leaves a question behind
    that takes minutes to answer. Cookies are refused, since they would travel from one organisation to another.
    """
    return httpx2.Client(
        transport=transport,
        follow_redirects=False,
        limits=httpx2.Limits(max_keepalive_connections=0),
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        headers={"User-Agent": "tieout"},
    )


class NotSent(Exception):
    """Nothing left this machine: no connection came about. The text says why and holds no secret."""


class NoAnswer(Exception):
    """The request may have arrived, and no complete answer came back. The text says why and holds no secret."""


class Unreadable(Exception):
    """A body that is not the JSON it should be: cut off, HTML, or something else."""


@dataclass(frozen=True)
class Answer:
    """What came back. Header names are lower case; the access token is blotted out of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def document(self) -> Any:
        """The body as JSON, numbers with a fraction as Decimal; raises Unreadable."""
        try:
            return json.loads(self.body, parse_float=Decimal, parse_constant=_refuse_constant)
        except (ValueError, RecursionError, ArithmeticError) as reason:
            raise Unreadable(f"HTTP {self.status} with a body that is not JSON") from reason

    def excerpt(self) -> str:
        return self.body[:_EXCERPT].decode("utf-8", errors="replace").replace("\0", "")


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is not a number")


class Wire:
    """Calls to one provider with one access token, each through the gate and within one total deadline."""

    def __init__(self, client: Client, base_url: str, access_token: str, gate: Gate, deadline: timedelta) -> None:
        self._client = client
        self._base_url = base_url.rstrip("/")
        if not access_token:
            raise ValueError("a call needs an access token")
        self._token = access_token
        self._gate = gate
        self._seconds = deadline.total_seconds()

    def address(self, path: str, query: Mapping[str, str] | None = None) -> str:
        """The absolute address. `path` is percent-encoded already, values of `query` are not."""
        return self._base_url + path + ("?" + urlencode(query, quote_via=quote) if query else "")

    def call(self, method: str, address: str, *, headers: Mapping[str, str], content: bytes = b"") -> Answer:
        """One call; redirects are not followed. Raises NotSent, NoAnswer, and whatever the gate raises.

        The deadline starts when the gate opens, so that pacing takes nothing from the provider's time.
        """
        self._gate.before_call()
        deadline = _Deadline(self._seconds)
        request = self._client.build_request(
            method,
            address,
            headers={**headers, "Authorization": f"Bearer {self._token}"},
            content=content or None,
            timeout=deadline.timeout(),
        )
        deadline.watch(request)
        try:
            with deadline:
                return self._exchange(request, deadline)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError) as failure:
            raise NotSent(self._words(failure)) from None
        except httpx2.UnsupportedProtocol as failure:
            raise NotSent(self._words(failure)) from None
        except httpx2.TransportError as failure:
            if deadline.has_passed:
                raise NoAnswer(f"no complete answer within {self._seconds:g} seconds") from None
            raise NoAnswer(self._words(failure)) from None

    def _words(self, failure: httpx2.TransportError) -> str:
        """What went wrong, without the token that a refused header would quote."""
        return _words(failure).replace(self._token, _BLOT)

    def _exchange(self, request: httpx2.Request, deadline: "_Deadline") -> Answer:
        response = self._client.send(request, stream=True)
        try:
            headers = {name.lower(): value.replace(self._token, _BLOT) for name, value in response.headers.items()}
            body = bytearray()
            # A body whose compression is broken is read as far as it goes: its status still counts.
            with suppress(httpx2.DecodingError):
                for chunk in response.iter_bytes():
                    body += chunk
                    if deadline.has_passed:
                        raise NoAnswer(f"no complete answer within {self._seconds:g} seconds")
                    if len(body) > LARGEST_BODY:
                        del body[LARGEST_BODY:]
                        break
            if deadline.was_cut:
                raise NoAnswer(f"no complete answer within {self._seconds:g} seconds")
        finally:
            response.close()
        return Answer(response.status_code, headers, bytes(body).replace(self._token.encode(), _BLOT.encode()))


def _words(failure: httpx2.RequestError) -> str:
    """What happened for people, and in brackets for whoever looks after the server."""
    name = type(failure).__name__
    further = f"{name}: {failure}" if str(failure) else name
    if isinstance(failure, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout | httpx2.ProxyError):
        return f"no connection came about ({further})"
    if isinstance(failure, httpx2.TimeoutException):
        return f"no answer came in time ({further})"
    return f"the connection broke off before an answer came ({further})"


class _Deadline:
    """Ends a call at a fixed moment. The client's own timeouts start anew with every byte: a drip would never end."""

    def __init__(self, seconds: float) -> None:
        self._ends = monotonic() + seconds
        self._stream: Any = None
        self._timeouts: dict[str, float] = {}
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self.was_cut = False

    @property
    def has_passed(self) -> bool:
        return self.was_cut or monotonic() >= self._ends

    def timeout(self) -> httpx2.Timeout:
        left = max(self._ends - monotonic(), 0.001)
        return httpx2.Timeout(left, connect=min(CONNECT_SECONDS, left))

    def watch(self, request: httpx2.Request) -> None:
        self._timeouts = request.extensions["timeout"]
        request.extensions["trace"] = self._trace

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """See https://www.encode.io/httpcore/extensions/#trace for the events."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._stream = info["return_value"]
        elif event.endswith(".started"):
            self._timeouts.update(self.timeout().as_dict())  # type: ignore[arg-type]
            # Looking up a name has no timeout of its own. Whoever waited for us is gone by now.
            if event.endswith("send_request_headers.started") and self.has_passed:
                raise NotSent("the deadline passed before a connection came about")

    def _cut(self) -> None:
        self.was_cut = True
        if self._stream is not None:
            # Not the method of a TLS socket: that one takes the encryption away under the reading thread's hands.
            with suppress(OSError):
                socket.socket.shutdown(self._stream.get_extra_info("socket"), socket.SHUT_RDWR)

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def post_form(client: Client, address: str, authorization: str, form: bytes, deadline: timedelta) -> tuple[int, bytes]:
    """Post a form to a token endpoint: status and body. Raises NotSent or NoAnswer; the body holds secrets."""
    ends = _Deadline(deadline.total_seconds())
    request = client.build_request(
        "POST",
        address,
        headers={
            "Authorization": authorization,
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        },
        content=form,
        timeout=ends.timeout(),
    )
    ends.watch(request)
    try:
        with ends:
            response = client.send(request)
            return response.status_code, response.content
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError) as failure:
        raise NotSent(_words(failure)) from None
    except httpx2.RequestError as failure:
        raise NoAnswer(_words(failure)) from None
