"""The sandbox and the runner as processes of their own, as they are in the field: killed by the kernel, not by us."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import URLError

from tests.support.databases import ROOT
from tests.support.ledger import Ledger

PATIENCE = 60.0


class TookTooLong(AssertionError):
    """Something that had to come did not come in time."""


def wait_until(
    what: str | Callable[[], str], is_so: Callable[[], bool], seconds: float = PATIENCE, every: float = 0.05
) -> None:
    """Return once it is so; raises TookTooLong, naming it."""
    ends = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > ends:
            raise TookTooLong(what if isinstance(what, str) else what())
        time.sleep(every)


class SandboxProcess(Ledger):
    """A sandbox of its own, and its control API."""

    def __init__(self, log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        super().__init__(f"http://127.0.0.1:{port}")
        with log.open("w") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jobs", "sandbox", "--port", str(port)], cwd=ROOT, stdout=output, stderr=output
            )
        wait_until("the sandbox answers", self._answers)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)

    def troubles(self) -> int:
        """How many faults still wait for a call to strike, those that strike for ever aside."""
        return sum(rule["times"] for rule in self._get("faults?provider=xero"))

    def calls_after(self, number: int) -> list[dict[str, Any]]:
        """Calls that came in after the call of that number, answered or not."""
        return list(self._get(f"calls?provider=xero&after={number}"))

    def waiting(self) -> int:
        """How many documents are still to be booked late."""
        return int(self._get("clock")["waiting"])

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise TookTooLong("the sandbox ended at once")
        try:
            self._get("clock")
        except URLError:
            return False
        return True


class RunnerProcess:
    """`python -m jobs run`, with its log in a file."""

    def __init__(self, settings: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("w") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jobs", "run"],
                cwd=ROOT,
                env={**os.environ, **settings},
                stdout=output,
                stderr=output,
            )

    def wait_until_started(self) -> None:
        wait_until(f"the runner of {self.log} starts", lambda: "runner started" in self.log.read_text(), every=0.02)

    def kill(self) -> None:
        """kill -9: nothing of it gets to say goodbye."""
        self._process.kill()
        self._process.wait(PATIENCE)

    def tell_to_stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    def ended_within(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def complaints(self) -> list[dict[str, Any]]:
        """What it logged as an error."""
        lines = [line for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [said for said in map(json.loads, lines) if said.get("level") in ("error", "critical")]
