"""What a sandbox provider can do with a call: answer it, hang up on it, or keep silent. No provider's own forms
here.
"""

import json
from dataclasses import dataclass
from typing import Any

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Answer:
    """A complete HTTP answer, ready to be sent or kept for replay."""

    status: int
    body: bytes = b""
    headers: Headers = ()

    def with_headers(self, *more: tuple[str, str]) -> "Answer":
        """The same answer with further headers."""
        return Answer(self.status, self.body, self.headers + more)


class HangUp(Exception):
    """The connection is cut without an answer; only the server module can do that to a socket."""


class KeepSilent(Exception):
    """The connection stays open and nothing is said, until the client goes away or so many seconds are over."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def json_answer(data: Any, status: int = 200, *headers: tuple[str, str]) -> Answer:
    """`data` as compact JSON."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status, body, (("Content-Type", "application/json; charset=utf-8"), *headers))


def text_answer(text: str, status: int, content_type: str = "text/html; charset=utf-8") -> Answer:
    """`text` under the given content type."""
    return Answer(status, text.encode(), (("Content-Type", content_type),))
