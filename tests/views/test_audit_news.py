"""How many entries came since the list was made: counted by a part that asks again, while the list stays as it is."""

import re
from collections.abc import Callable
from html import unescape

from tests.support.visitor import Visitor
from tests.support.world import World
from tests.views.test_audit_log import links, note, rows

Visit = Callable[[str], Visitor]


def asks_at(page: str) -> str:
    """Where the page asks for news."""
    (address,) = re.findall(r'<output id="news"[^>]* hx-get="([^"]+)"', page)
    return unescape(str(address))


def test_news_are_counted_by_the_filter_and_shown_when_pressed(world: World, visit: Visit) -> None:
    note(world, world.now(), "N-1")
    cleo = visit("cleo")
    address = asks_at(cleo.get("/audit-log?reference=N-").text)
    assert " new<" not in cleo.part(address).text
    for reference in ("N-2", "N-3", "X-1"):
        note(world, world.now(), reference)
    part = cleo.part(address).text
    assert asks_at(part) == address
    assert links(part, "2 new") == ["/audit-log?reference=N-"]
    page = cleo.get(links(part, "2 new")[0]).text
    assert len(rows(page)) == 3
    assert " new<" not in cleo.part(asks_at(page)).text


def test_an_empty_log_has_news_too(world: World, visit: Visit) -> None:
    cleo = visit("cleo")
    address = asks_at(cleo.get("/audit-log?reference=N-").text)
    note(world, world.now(), "N-1")
    assert "1 new" in cleo.part(address).text


def test_beyond_ninety_nine_nobody_counts_or_asks_again(world: World, visit: Visit) -> None:
    cleo = visit("cleo")
    address = asks_at(cleo.get("/audit-log?reference=N-").text)
    for n in range(100):
        note(world, world.now(), f"N-{n}")
    part = cleo.part(address).text
    assert "99+ new" in part
    assert "hx-get" not in part


def test_an_older_page_and_a_refused_filter_ask_for_no_news(world: World, visit: Visit) -> None:
    for n in range(60):
        note(world, world.now(), f"N-{n:02d}")
    cleo = visit("cleo")
    (older,) = links(cleo.get("/audit-log?reference=N-").text, "Older")
    assert "data-poll" not in re.findall(r'<output id="news"[^>]*>', cleo.get(older).text)[0]
    assert "/news" not in cleo.get("/audit-log?status=zz").text


def test_news_of_others_are_none_of_ours_and_as_a_page_they_are_the_log(world: World, visit: Visit) -> None:
    address = asks_at(visit("cleo").get("/audit-log?reference=N-").text)
    note(world, world.now(), "N-1")
    assert " new<" not in visit("dov").part(address).text
    assert "<h1>Audit log</h1>" in visit("cleo").get(address).text
