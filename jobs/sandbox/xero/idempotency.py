"""Answers kept under an Idempotency-Key for six minutes, per app, refusals included."""

import hashlib
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from jobs.sandbox.answers import Answer
from jobs.sandbox.clock import Clock
from jobs.sandbox.xero.call import ApiCall
from jobs.sandbox.xero.errors import ApiError

KEPT = timedelta(minutes=6)
LONGEST_KEY = 128
METHODS = frozenset({"POST", "PUT", "PATCH"})


@dataclass(frozen=True)
class Kept:
    """An answer and the request it belongs to."""

    request: str
    answer: Answer
    until: datetime


class Idempotency:
    """Known keys. The caller holds the company's lock, so two calls with one key never run at once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], Kept] = {}

    def key_of(self, call: ApiCall) -> str | None:
        """The call's key, where it has one that counts. Raises ApiError for one that is too long."""
        key = call.headers.get("idempotency-key")
        if not key or call.method not in METHODS:
            return None
        if len(key) > LONGEST_KEY:
            raise ApiError(10, "ValidationException", f"Idempotency Key: must not exceed {LONGEST_KEY} characters.")
        return key

    def known(self, call: ApiCall, key: str) -> Answer | None:
        """The first answer again. Raises ApiError where the key was used with another request."""
        with self._lock:
            kept = self._kept.get((call.app, key))
            if kept is None or kept.until <= self._clock.now():
                return None
        if kept.request == _fingerprint(call):
            return kept.answer
        message = f"Idempotency Key: {key} is used with a different request."
        if call.settings.idempotency_mismatch_in == "elements":
            elements = [{"ValidationErrors": [{"Message": message}]}]
            raise ApiError(10, "ValidationException", "A validation exception occurred", elements=elements)
        raise ApiError(10, "ValidationException", message)

    def keep(self, call: ApiCall, key: str, answer: Answer) -> None:
        """Remember the answer from now on."""
        now = self._clock.now()
        with self._lock:
            for old in [one for one, kept in self._kept.items() if kept.until <= now]:
                del self._kept[old]
            self._kept[call.app, key] = Kept(_fingerprint(call), answer, now + KEPT)

    def clear(self) -> None:
        """Forget all keys."""
        with self._lock:
            self._kept.clear()


def _fingerprint(call: ApiCall) -> str:
    parts = (call.method, call.company.id, call.path.lower(), repr(sorted(call.query.items())))
    return hashlib.sha256("\0".join(parts).encode() + b"\0" + call.body).hexdigest()
