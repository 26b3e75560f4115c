"""Sandbox, dashboard and runner as processes of their own, as in the field: killed by the kernel, not by us."""

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
from urllib.request import urlopen

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
        port = _free_port()
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


class DashboardProcess:
    """The dashboard on a port of its own, at `url`."""

    def __init__(self, settings: dict[str, str], log: Path) -> None:
        port = _free_port()
        self.url = f"http://localhost:{port}"
        with log.open("w") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{port}", "wsgi:app"],
                cwd=ROOT,
                env={**os.environ, **settings, "TIEOUT_PUBLIC_URL": self.url},
                stdout=output,
                stderr=output,
            )
        wait_until(f"the dashboard of {log} answers", self._answers)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise TookTooLong("the dashboard ended at once")
        try:
            with urlopen(f"{self.url}/healthz", timeout=5):  # noqa: S310 - loopback only
                return True
        except (URLError, ConnectionError, TimeoutError):
            return False


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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
