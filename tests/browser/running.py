"""The demo as a process of its own, started as `make run` starts it, on ports and a folder of a test's choice."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from jobs.demo import FEWEST_DAYS
from tests.support.ledger import Ledger

ROOT = Path(__file__).parents[2]
STARTS_WITHIN = 90.0
"""Seconds for the shortest story. The product promises 60 for the whole one, on an idle machine; here others work."""


@dataclass
class Demo:
    """`data` is its folder, with the settings that it left for a shell."""

    url: str
    ledger: Ledger
    process: subprocess.Popen[bytes]
    data: Path

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_demo(data: Path, days: int = FEWEST_DAYS) -> Demo:
    """Start the demo on a folder and wait for its first page; what it says is kept beside its data.

    Its open failures are the same in the shortest story as in the whole one of `make run`, and it begins much sooner.
    """
    port, sandbox_port = _free_port(), _free_port()
    data.mkdir(parents=True, exist_ok=True)
    said = data / "said.log"
    command = [sys.executable, "-m", "jobs", "demo", "--port", str(port), "--sandbox-port", str(sandbox_port)]
    own = {name: value for name, value in os.environ.items() if not name.startswith("TIEOUT_")}
    with said.open("ab") as log:
        process = subprocess.Popen(
            [*command, "--data", str(data), "--days", str(days)],
            cwd=ROOT,
            env=own,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    demo = Demo(f"http://localhost:{port}", Ledger(f"http://localhost:{sandbox_port}"), process, data)
    ends = time.monotonic() + STARTS_WITHIN * days / FEWEST_DAYS
    while time.monotonic() < ends and process.poll() is None:
        with suppress(URLError, ConnectionError, TimeoutError), urlopen(f"{demo.url}/healthz", timeout=5):  # noqa: S310
            return demo
        time.sleep(0.1)
    demo.stop()
    raise RuntimeError(f"the demo did not start:\n{said.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
