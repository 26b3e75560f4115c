"""A storm: documents are approved bit by bit, the ledger misbehaves, and the runner is killed again and again."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

from dashboard.models import Record
from tests.chaos import truth
from tests.chaos.processes import RunnerProcess, SandboxProcess, wait_until
from tests.support.world import World

SETTLES_AFTER = 4.0
LATEST = int(SETTLES_AFTER * 850)
"""Milliseconds that a document is booked late, or a read shows an older ledger: less than settles_after, by as much as
the sandbox's own thread may be late on a busy machine."""

TIMES = {
    "TIEOUT_XERO_CALL_DEADLINE": "2",
    "TIEOUT_XERO_LEASE": "4",
    "TIEOUT_XERO_SETTLES_AFTER": str(SETTLES_AFTER),
    "TIEOUT_XERO_RETRY_MINUTE": "0.2",
    "TIEOUT_XERO_PACE": "1000",
}
PORTIONS_A_KILL = 4
ANY = ("drop", "500", "silence", "late", "late", "deaf", "before")
LYING = ("late", "late", "late", "drop", "500")
SETTLED_WITHIN = 180.0
"""Seconds from the end of the storm until nothing may be under way any more."""


@dataclass
class Storm:
    """One run. Everything that is left to chance comes from `rng`."""

    world: World
    ledger: SandboxProcess
    settings: dict[str, str]
    folder: Path
    rng: random.Random
    runners: int = 1
    _started: list[RunnerProcess] = field(default_factory=list)

    @property
    def session(self) -> Session:
        return self.world.session

    def rage(self, records: Sequence[Record], kills: int) -> None:
        """Approve the records in portions while runners are killed so many times, then let everything settle."""
        self.ledger.fault(f"slow:{self.rng.randint(20, 120)}", times=0)
        self.ledger.fault(f"find-stale:{LATEST}", times=0, chance=0.8)
        portions = self._portions(list(records), (kills + 1) * PORTIONS_A_KILL)
        crew = [self._start() for _ in range(self.runners)]
        try:
            for _ in range(kills):
                victim = self.rng.randrange(self.runners)
                crew[victim].wait_until_started()
                for _ in range(PORTIONS_A_KILL):
                    self._trouble(ANY)
                    self._approve(portions.pop())
                    time.sleep(self.rng.uniform(0.0, 0.8))
                self._wait_for_the_moment()
                crew[victim].kill()
                crew[victim] = self._start()
            # Nobody dies any more, so that looks come as early as they may; the ledger goes on lying.
            crew[0].wait_until_started()
            for portion in portions:
                self._trouble(LYING)
                self._approve(portion)
                time.sleep(self.rng.uniform(0.5, 2.0))
            self.settle()
        finally:
            for runner in crew:
                runner.tell_to_stop()
            stopped = [runner.ended_within(25) for runner in crew]
            for runner in crew:
                runner.kill()
        assert all(stopped), "a runner did not stop in time"
        assert truth.held_connections(self.session) == []

    def settle(self) -> None:
        wait_until(
            lambda: f"everything settles, but {dict(truth.standing(self.session))}; {truth.told(self.session)}",
            lambda: truth.is_settled(self.session),
            SETTLED_WITHIN,
            every=0.2,
        )

    def complaints(self) -> list[str]:
        """Errors that runners logged, one line each."""
        return [
            f"{said.get('event')}: {str(said.get('exception', '')).splitlines()[-1:]}"
            for runner in self._started
            for said in runner.complaints()
        ]

    def _start(self) -> RunnerProcess:
        runner = RunnerProcess(self.settings, self.folder / f"runner-{len(self._started)}.log")
        self._started.append(runner)
        return runner

    def _approve(self, records: Sequence[Record]) -> None:
        self.world.approve(records)

    def _portions(self, records: list[Record], how_many: int) -> list[list[Record]]:
        """Portions of all sizes."""
        self.rng.shuffle(records)
        cuts = sorted(self.rng.sample(range(1, len(records)), how_many - 1))
        return [records[start:end] for start, end in zip([0, *cuts], [*cuts, len(records)], strict=True)]

    def _trouble(self, kinds: Sequence[str]) -> None:
        """Order some faults, unless earlier ones still wait: most calls go well."""
        for _ in range(self.rng.randint(1, 2) - self.ledger.troubles()):
            match self.rng.choice(kinds):
                case "drop":
                    self.ledger.fault("drop-after-commit")
                case "500":
                    self.ledger.fault("500-after-commit")
                case "silence":
                    self.ledger.fault("timeout", method="PUT")
                case "late":
                    self.ledger.fault(f"commit-late:{self.rng.randint(LATEST // 3, LATEST)}")
                case "deaf":
                    self.ledger.fault("timeout", method="GET")
                case "before":
                    self.ledger.fault(self.rng.choice(["drop-before", "500-before", "throttle"]), method="PUT")

    def _wait_for_the_moment(self) -> None:
        """Until the runner is to die: at any time, within a write, just after one, or within a look into the ledger."""
        moment = self.rng.choice(["any time", "writing", "written", "looking"])
        delay = self.rng.uniform(0.0, 0.15)
        if moment == "any time":
            time.sleep(self.rng.uniform(0.0, 2.0))
            return
        seen = max((call["number"] for call in self.ledger.calls_after(0)), default=0)
        # What is waited for may not come, when everything has been sent or waits.
        ends = time.monotonic() + 3
        while time.monotonic() < ends:
            for call in self.ledger.calls_after(seen):
                is_write = call["method"] == "PUT" and "attachments" not in call["path"].lower()
                is_look = call["method"] == "GET" and ("Invoice" in call["path"] or "CreditNotes" in call["path"])
                is_over = call["milliseconds"] > 0
                if (moment == "writing" and is_write and not is_over) or (moment == "looking" and is_look):
                    time.sleep(delay)
                    return
                if moment == "written" and is_write and is_over:
                    time.sleep(delay / 5)
                    return
            time.sleep(0.005)
