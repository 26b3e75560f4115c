"""A demo of its own for each story, copied from one that was seeded once, and the people who use it."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.hands import MOUSE, WAYS, Way
from tests.browser.people import WIDE, Person
from tests.browser.running import Demo, start_demo

PASSWORD = "tieout-demo"  # the demo's own
HOSTS = {"dov": "maple", "sol": "tieout"}

Meet = Callable[[str], Person]
in_every_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name, scope="module")


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's data as its first start leaves it. One for the whole run, whoever needs it first."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    data, made = shared / "demo", shared / "demo.made"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            start_demo(data).stop()
            made.touch()
    return data


@pytest.fixture(scope="module")
def way() -> Way:
    return MOUSE


@pytest.fixture(scope="module")
def demo(seeded: Path, way: Way, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo as its first start leaves it. The stories of a file share it, so each has records of its own."""
    running = start_demo(Path(shutil.copytree(seeded, tmp_path_factory.mktemp(way.name) / "demo")))
    yield running
    running.stop()


@contextmanager
def arriving(browser: Browser, demo: Demo, way: Way) -> Iterator[Meet]:
    """Who comes meanwhile, each with a browser of their own, signed in through the page."""
    contexts: list[BrowserContext] = []

    def arrive(name: str) -> Person:
        context = browser.new_context(viewport=WIDE, java_script_enabled=way.scripts, locale="en-US")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        person = Person.at(page, demo, way)
        if name:
            person.sign_in(f"{name}@{HOSTS.get(name, 'nordlys')}.example", PASSWORD)
        return person

    yield arrive
    for context in contexts:
        context.close()


@pytest.fixture
def meet(browser: Browser, demo: Demo, way: Way) -> Iterator[Meet]:
    """`meet("bo")` is bo, signed in. In the end nobody's browser had anything to complain of."""
    met: list[Person] = []
    with arriving(browser, demo, way) as arrive:

        def meet_one(name: str) -> Person:
            met.append(arrive(name))
            return met[-1]

        yield meet_one
    assert [said for person in met for said in person.complaints] == []
    assert [url for person in met for url in person.strangers] == []
