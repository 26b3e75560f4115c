"""Reading the exports page and the resync pages as a person does: tiles, rows, the form that sends again."""

import html
import re
from collections.abc import Iterable, Sequence

from werkzeug.test import TestResponse

from dashboard.models import Export
from tests.support.visitor import Visitor

_NUMBER = re.compile(r"<a href=\"/records/\d+\">(T-[\d-]+)</a>")


def words(page: TestResponse | str) -> str:
    """The page's text in one line."""
    markup = page if isinstance(page, str) else page.text
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"<(?:br|/td|/dt|/li)>", " ", markup))).split())


def tile(page: TestResponse, label: str) -> int:
    """What a tile counts: its text reads "Failed (2) exports"."""
    (found,) = re.findall(rf"{label} \(([\d,]+)\) (?:exports|results)", words(page))
    return int(str(found).replace(",", ""))


def numbers(page: TestResponse) -> list[str]:
    """The numbers of the records listed, in their order."""
    return _NUMBER.findall(page.text)


def ticks(page: TestResponse) -> list[str]:
    """The ids that can be ticked."""
    return re.findall(r'<input type="checkbox"[^>]* name="export" value="(\d+)"', page.text)


def hidden(page: TestResponse) -> dict[str, str]:
    """The hidden fields of the form that sends again."""
    form = re.search(r'<form id="bulk".*?</form>', page.text, re.DOTALL)
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[0] if form else "")
    return {name: html.unescape(value) for name, value in fields if name != "csrf_token"}


def press(
    visitor: Visitor,
    page: TestResponse,
    exports: Iterable[Export | int | str] | None = None,
    *,
    follow: bool = True,
) -> TestResponse:
    """Tick these exports and press Resync on that page; without any, press "Resync all that match"."""
    fields: dict[str, str | Sequence[str]] = dict(hidden(page))
    if exports is None:
        fields["scope"] = "matching"
    else:
        fields["export"] = [str(each.id if isinstance(each, Export) else each) for each in exports]
    return visitor.post("/resyncs", dict(fields), follow=follow)
