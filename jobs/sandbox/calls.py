"""The list of calls that reached a provider: proof of pacing, of what was sent, and of silence. Bounded, in
memory only.
"""

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 50_000


@dataclass
class Call:
    """One call. `elements` is what it carried when writing, what it was given when reading; status None: no answer."""

    number: int
    time: str
    method: str
    path: str
    query: str
    company: str | None = None
    status: int | None = None
    elements: int = 0
    fault: str | None = None
    idempotency_key: str | None = None
    milliseconds: float = 0.0


class Calls:
    """The newest calls of one provider, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: deque[Call] = deque(maxlen=KEPT)
        self._count = 0

    def open(self, time: str, method: str, path: str, query: str) -> Call:
        """Note a call as it comes in; the gate completes it."""
        with self._lock:
            self._count += 1
            call = Call(self._count, time, method, path, query)
            self._calls.append(call)
        return call

    def clear(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._calls.clear()

    def listing(self, **wanted: str | None) -> list[dict[str, Any]]:
        """Calls as plain dictionaries; `wanted` may name method, company, path (a part of it) and after (a number)."""
        with self._lock:
            calls: Iterable[Call] = list(self._calls)
        method, company, path, after = (wanted.get(name) for name in ("method", "company", "path", "after"))
        return [
            asdict(call)
            for call in calls
            if (not method or call.method == method.upper())
            and (not company or call.company == company)
            and (not path or path.lower() in call.path.lower())
            and (not after or call.number > int(after))
        ]
