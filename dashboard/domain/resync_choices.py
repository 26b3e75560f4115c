"""What a person can choose to send again: rows, a filter, a rest, an offer. Freezing it is resync_sets.py."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashboard.domain.export_filters import Filters
from dashboard.models import Connection, Resync
from dashboard.vocabulary.statuses import Status


@dataclass(frozen=True)
class Ticked:
    """Rows ticked on a page, `boxes` of them, ids or not. `seen` is when the newest failure on the page befell: a later
    one was not seen by whoever ticked."""

    ids: frozenset[int]
    boxes: int
    seen: datetime | None = None

    @property
    def scope(self) -> dict[str, str]:
        return {}

    @property
    def fingerprint(self) -> str:
        return ",".join(map(str, sorted(self.ids)))


@dataclass(frozen=True)
class Matching:
    """Every failed export of these connections that meets the filter."""

    connections: tuple[Connection, ...]
    filters: Filters

    @property
    def scope(self) -> dict[str, str]:
        return {"status": Status.FAILED.value, **self.filters.args}

    @property
    def fingerprint(self) -> str:
        return repr(self.filters)


@dataclass(frozen=True)
class RestOf:
    """What an earlier resync left as it was: untried, cancelled, or never confirmed."""

    resync: Resync

    @property
    def scope(self) -> dict[str, str]:
        return {"rest_of": str(self.resync.id)}

    @property
    def fingerprint(self) -> str:
        return f"rest of {self.resync.id}"


class Offer(StrEnum):
    """What a page offers to send again by one button, however many there are."""

    MENDED = "mended"
    MEANWHILE = "meanwhile"


@dataclass(frozen=True)
class Offered:
    """What a button of the connection offered, found again by its condition: the failed exports that lack nothing any
    more, of one cause or of all, or those that failed during the last outage.

    `n` is how many the button spoke of. `seen` is when its page was made: what failed later was not seen by whoever
    pressed it.
    """

    offer: Offer
    connection: Connection
    n: int
    seen: datetime
    code: str = ""
    subject: str = ""

    @property
    def scope(self) -> dict[str, str]:
        named = {"offer": self.offer.value, "code": self.code, "subject": self.subject}
        return {name: value for name, value in named.items() if value}

    @property
    def fingerprint(self) -> str:
        return repr((self.offer.value, self.n, self.seen, self.code, self.subject))


Choice = Ticked | Matching | RestOf | Offered
