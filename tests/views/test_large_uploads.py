"""Files larger than one may be: refused by name while the others go on, and never held in memory."""

import io
import resource
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from dashboard.models import Record
from tests.support.visitor import Visitor
from tests.support.world import World
from tests.views.test_upload import bill

Visit = Callable[[str], Visitor]
MEGABYTE = 1024 * 1024
BOUNDARY = "a-boundary-of-the-tests"


class Sent(io.RawIOBase):
    """A request's body that is made while it is read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._left = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        self._left = self._left or next(self._pieces, b"")
        piece, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


def part(name: str, *pieces: bytes, file: str = "") -> Iterator[bytes]:
    named = f'; filename="{file}"' if file else ""
    yield f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode()
    yield from pieces
    yield b"\r\n"


def body(token: str, *named: tuple[str, int | bytes]) -> Iterator[bytes]:
    """The form with each file: its content, or how many megabytes of it."""
    yield from part("csrf_token", token.encode())
    for file, content in named:
        yield from part(
            "files", *([b"7;" * (MEGABYTE // 2)] * content if isinstance(content, int) else [content]), file=file
        )
    yield f"--{BOUNDARY}--\r\n".encode()


def upload(visitor: Visitor, *named: tuple[str, int | bytes]) -> str:
    visitor.get("/records/upload")
    size = sum(len(piece) for piece in body(visitor._token, *named))
    sent = {
        "wsgi.input": io.BufferedReader(Sent(body(visitor._token, *named))),
        "CONTENT_LENGTH": str(size),
        "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
    }
    return visitor.client.post("/records/upload", environ_overrides=sent).text


def numbers(world: World) -> list[str]:
    world.session.rollback()
    return list(world.session.scalars(select(Record.number).order_by(Record.number)))


def test_one_file_that_is_too_large_is_refused_by_name_and_the_others_go_on(world: World, visit: Visit) -> None:
    page = upload(
        visit("bo"), ("before.csv", bill("B-1").encode()), ("large.csv", 25), ("after.csv", bill("B-2").encode())
    )
    assert numbers(world) == ["B-1", "B-2"]
    assert page.count(">Taken in</span>") == 2
    assert page.count(">Refused</span>") == 1
    assert "20 MB" in page[page.index("large.csv") :]


def test_two_hundred_megabytes_are_let_go_as_they_come(world: World, visit: Visit) -> None:
    bo = visit("bo")
    upload(bo, ("small.csv", bill("B-1").encode()))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    page = upload(bo, ("huge.csv", 200), ("after.csv", bill("B-2").encode()))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    assert numbers(world) == ["B-1", "B-2"]
    assert "huge.csv" in page
    # One file at a time is read, up to its limit of 20 MB, and looked at.
    assert grown < 80, f"{grown} MB"


@pytest.mark.parametrize("address", ["/records/upload", "/sign-in"])
def test_who_did_not_sign_in_may_not_fill_the_disk(world: World, visit: Visit, address: str) -> None:
    stated = {"CONTENT_LENGTH": str(30 * MEGABYTE), "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}"}
    assert visit("").client.post(address, environ_overrides=stated).status_code == 413


def test_the_choice_that_is_refused_is_marked_at_its_field(world: World, visit: Visit) -> None:
    bo = visit("bo")
    bo.get("/records/upload")
    page = bo.post("/records/upload", {"files": (io.BytesIO(bill().encode()), "a.csv"), "direction": "x"}).text
    assert '<p class="error" id="direction-error">Choose one of the three.</p>' in page
    assert 'role="alert"' not in page
