"""A demo of its own for each story: seeded once, copied, started as `make run` starts it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.axe import find_violations
from tests.support.chromium import record_complaints
from tests.support.ledger import Ledger

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "artifacts" / "screens"
PASSWORD = "tieout-demo"  # noqa: S105 - the demo's own


@dataclass
class Demo:
    url: str
    ledger: Ledger
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start_demo(data: Path) -> Demo:
    """Start the demo on a folder and wait for its first page; what it says is kept beside its data."""
    port, sandbox_port = free_port(), free_port()
    command = [sys.executable, "-m", "jobs", "demo", "--port", str(port), "--sandbox-port", str(sandbox_port)]
    data.mkdir(parents=True, exist_ok=True)
    said = (data / "said.log").open("ab")
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("TIEOUT_")}
    process = subprocess.Popen(
        [*command, "--data", str(data)], cwd=ROOT, env=quiet, stdout=said, stderr=subprocess.STDOUT
    )
    said.close()
    demo = Demo(f"http://localhost:{port}", Ledger(f"http://localhost:{sandbox_port}"), process)
    ends = time.monotonic() + 90
    while time.monotonic() < ends and process.poll() is None:
        with suppress(URLError, ConnectionError, TimeoutError), urlopen(f"{demo.url}/sign-in", timeout=5):  # noqa: S310
            return demo
        time.sleep(0.2)
    demo.stop()
    raise RuntimeError(f"the demo did not start:\n{(data / 'said.log').read_text()}")


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's data, stopped after it was made."""
    data = tmp_path_factory.mktemp("demo") / "data"
    start_demo(data).stop()
    return data


@pytest.fixture
def demo(seeded: Path, tmp_path: Path) -> Iterator[Demo]:
    """The demo as it is after its first start, for one story alone."""
    running = start_demo(Path(shutil.copytree(seeded, tmp_path / "demo")))
    yield running
    running.stop()


@dataclass
class Person:
    """Somebody at a browser window. `complaints` is what the console and the network said against the pages."""

    page: Page
    demo: Demo
    complaints: list[str]
    name: str

    def go(self, path: str) -> None:
        self.page.goto(self.demo.url + path)

    def shoot(self, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}-{self.name}.png", full_page=True)

    def check(self, name: str) -> None:
        """A screenshot, and no fault that the accessibility checker finds."""
        self.shoot(name)
        assert find_violations(self.page) == []
        width = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0, f"{name} scrolls sideways by {width} pixels"


@pytest.fixture
def person(browser: Browser, demo: Demo) -> Iterator[Callable[..., Person]]:
    """`person("bo@nordlys.example", scheme="dark", width=390, scripts=False)`, signed in through the page."""
    contexts: list[BrowserContext] = []

    def sign_in(email: str, scheme: str = "light", width: int = 1280, *, scripts: bool = True) -> Person:
        context = browser.new_context(
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": width, "height": 844 if width < 500 else 800},
            java_script_enabled=scripts,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        someone = Person(page, demo, record_complaints(page), f"{scheme}-{width}")
        someone.go("/sign-in")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return someone

    yield sign_in
    for context in contexts:
        context.close()
