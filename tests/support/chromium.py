"""The Chromium that browser tests drive: where it is, how it is started, and what it complained of."""

import os
import shutil

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The product under test is all that a test may reach.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


class ChromiumMissing(RuntimeError):
    """No Chromium on this machine."""


def find_chromium() -> str:
    """The path of the newest Chromium by the names Debian, Ubuntu and Google give it."""
    for name in NAMES:
        path = shutil.which(name)
        if path is not None:
            return path
    raise ChromiumMissing("No Chromium here. `make test` installs it on Debian: apt-get install -y chromium")


def launch_chromium(playwright: Playwright) -> Browser:
    """Start Chromium without a window."""
    # Its sandbox refuses to start for root, and the pages it sees here are our own.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=find_chromium(), args=[*ARGUMENTS, *sandbox])


def record_complaints(page: Page) -> list[str]:
    """A list that fills with what goes wrong in the page from now on: script errors, console errors, CSP refusals."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # A refused form is an answer like any other, though Chromium logs it as a resource that failed to load.
        if message.type == "error" and "status of 422" not in message.text:
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints
