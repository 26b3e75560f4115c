"""Faults a test has ordered: which call goes wrong and in which way. Carrying them out is each provider's gate's
business.
"""

import random
import re
import threading
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """The ways a call can go wrong."""

    TIMEOUT = "timeout"
    DROP_BEFORE = "drop-before"
    DROP_AFTER_COMMIT = "drop-after-commit"
    ERROR_BEFORE = "500-before"
    ERROR_AFTER_COMMIT = "500-after-commit"
    UNAVAILABLE = "503"
    THROTTLE = "throttle"
    SLOW = "slow"
    COMMIT_LATE = "commit-late"
    FIND_STALE = "find-stale"


TIMED = frozenset({FaultKind.SLOW, FaultKind.COMMIT_LATE, FaultKind.FIND_STALE})
WRITES_ONLY = frozenset({FaultKind.DROP_AFTER_COMMIT, FaultKind.ERROR_AFTER_COMMIT, FaultKind.COMMIT_LATE})
READS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Fault:
    """A way of going wrong, with its milliseconds where it has any."""

    kind: FaultKind
    milliseconds: int = 0

    @property
    def seconds(self) -> float:
        """The fault's time in seconds."""
        return self.milliseconds / 1000

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """`slow:250` and the like. Raises ValueError, saying what is allowed."""
        name, _, milliseconds = text.partition(":")
        if name not in set(FaultKind):
            raise ValueError("fault must be one of " + ", ".join(FaultKind))
        kind = FaultKind(name)
        if kind not in TIMED:
            if milliseconds:
                raise ValueError(f"fault {name} takes no milliseconds")
            return cls(kind)
        if not milliseconds.isdecimal():
            raise ValueError(f"fault {name} needs milliseconds, as in {name}:500")
        return cls(kind, int(milliseconds))


@dataclass
class Rule:
    """A fault and the calls it is meant for.

    `path` is a part of the path behind the provider's prefix, in any case, or a regular expression when it begins
    with `^`. Without it only calls of the ledger's own API are meant, never sign-in or tokens. The faults that
    need something booked are meant for writing calls, find-stale for reading ones, unless `method` says otherwise.
    `times` left is None for ever. `chance` is the share of matching calls it strikes.
    """

    fault: Fault
    company: str | None = None
    method: str | None = None
    path: str | None = None
    times: int | None = 1
    chance: float = 1.0

    def matches(self, company: str | None, method: str, path: str, in_ledger: bool) -> bool:
        """Whether the call is one of those meant."""
        if self.company is not None and company != self.company:
            return False
        if self.method is not None:
            if method != self.method:
                return False
        elif self.fault.kind in WRITES_ONLY and method in READS:
            return False
        if self.fault.kind is FaultKind.FIND_STALE and method not in READS:
            return False
        if self.path is None:
            return in_ledger
        if self.path.startswith("^"):
            return re.search(self.path, path, re.IGNORECASE) is not None
        return self.path.lower() in path.lower()


@dataclass(frozen=True)
class Trouble:
    """What goes wrong with one call: at most one fault of each of the three aspects."""

    main: Fault | None = None
    slow: Fault | None = None
    stale: Fault | None = None


class Faults:
    """The faults of one provider. The first rule that matches strikes, separately for slowness and stale reads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []

    def add(self, rule: Rule) -> None:
        """Order a fault."""
        with self._lock:
            self._rules.append(rule)

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._rules.clear()

    def waiting(self) -> list[Rule]:
        """The faults that can still strike."""
        with self._lock:
            return list(self._rules)

    def strike(self, company: str | None, method: str, path: str, in_ledger: bool) -> Trouble:
        """What goes wrong with this call; counted rules are used up by it."""
        struck: dict[FaultKind | None, Fault] = {}
        with self._lock:
            for rule in list(self._rules):
                kind = rule.fault.kind
                aspect = kind if kind in (FaultKind.SLOW, FaultKind.FIND_STALE) else None
                if aspect in struck or not rule.matches(company, method, path, in_ledger):
                    continue
                if rule.chance < 1 and random.random() >= rule.chance:  # noqa: S311 - chance, not secrecy
                    continue
                struck[aspect] = rule.fault
                if rule.times is not None:
                    rule.times -= 1
                    if rule.times <= 0:
                        self._rules.remove(rule)
        return Trouble(struck.get(None), struck.get(FaultKind.SLOW), struck.get(FaultKind.FIND_STALE))
