"""The tour leads somewhere: its pictures are there and small, its addresses are pages, its people are the demo's."""

import re
import struct
from pathlib import Path

from flask import Flask

from jobs.demo.people import PEOPLE, STAFF

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TOUR = (DOCS / "tour.md").read_text(encoding="utf-8")
STATIONS = TOUR.split("\n## ")[1:]
SMALL_ENOUGH = 150_000


def test_every_station_has_a_picture_of_its_own() -> None:
    assert 8 <= len(STATIONS) <= 12
    shown = [re.findall(r"!\[.+?\]\((.+?)\)", station) for station in STATIONS]
    assert all(shown)
    pictures = [picture for pictures in shown for picture in pictures]
    assert len(set(pictures)) == len(pictures)


def test_the_pictures_are_there_and_small() -> None:
    for name in re.findall(r"!\[.+?\]\((.+?)\)", TOUR):
        content = (DOCS / name).read_bytes()
        assert len(content) < SMALL_ENOUGH, name
        width, height = struct.unpack(">II", content[16:24])
        assert width <= 1280, name
        assert height <= 1000, name


def test_no_picture_is_left_over() -> None:
    shown = TOUR + (ROOT / "README.md").read_text(encoding="utf-8")
    assert [file.name for file in (DOCS / "screenshots").iterdir() if file.name not in shown] == []


def test_every_address_is_a_page(app: Flask) -> None:
    addresses = re.findall(r"\(http://localhost:5000(/[^)?]*)", TOUR)
    assert len(addresses) >= len(STATIONS) - 1
    router = app.url_map.bind("localhost")
    for address in addresses:
        endpoint, _ = router.match(address)
        assert endpoint in app.view_functions


def test_everybody_who_is_named_is_in_the_demo() -> None:
    known = {email for email, *_ in PEOPLE} | {STAFF[0]}
    assert set(re.findall(r"`(\S+@\S+?)`", TOUR)) <= known
