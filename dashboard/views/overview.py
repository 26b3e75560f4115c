"""The overview page: what a person has to know and to do first. What it shows is read by domain/overview.py."""

import secrets
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from dashboard.db import db, writing
from dashboard.domain import exports, guides, looks, missing_mappings, overview, overview_verdict, resync_progress
from dashboard.domain.guides import Guide, Turn
from dashboard.domain.members import Member
from dashboard.domain.overview import Overview, Queue
from dashboard.domain.overview_lots import MENDED_ONE_BY_ONE, Lot
from dashboard.models import Connection, Export
from dashboard.models.connection import ConnectionState
from dashboard.views import frame, guards, overview_chart, remedies, replies
from dashboard.views.overview_chart import Chart
from dashboard.views.remedies import RemedyLink
from dashboard.vocabulary.days import day
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.roles import Permission
from dashboard.vocabulary.statuses import Status

pages = Blueprint("overview", __name__)

MOVING, RESTING = 3, 15
"""Seconds between two refreshes while something is under way, and while nothing is."""
CAUSES_SHOWN, LEAST_FOLDED, CAUSES_LISTED = 8, 3, 24
"""Causes that stand open, how few of those behind them are not folded away, and how many there are on the page."""
TURNS = {Turn.FINANCE: Permission.SEND, Turn.ADMIN: Permission.MAP}
"""What somebody may who is meant."""


@dataclass(frozen=True)
class Cause:
    """One thing to fix: what it is, the filter that shows just these exports, and the button that mends them.

    `mended` is how many of them lack nothing any more; `remedy` is None where each record has a button of its own.
    """

    id: str
    lot: Lot
    guide: Guide
    url: str
    remedy: RemedyLink | None
    mended: int

    @property
    def subject(self) -> str:
        """What it is about, in words; a lock is stored as its day alone."""
        if self.lot.code not in (ErrorCode.PERIOD_CLOSED, ErrorCode.YEAR_CLOSED):
            return self.lot.subject
        try:
            return f"locked to {day(date.fromisoformat(self.lot.subject))}"
        except ValueError:
            return self.lot.subject

    @property
    def turn(self) -> str:
        """Whose turn it is, as this person reads it."""
        whose = self.guide.whose
        needed = Permission.SEND if self.mended else TURNS.get(whose)
        is_refused = not self.mended and self.remedy is not None and self.remedy.refusal
        return "You" if needed and guards.here().may(needed) and not is_refused else whose.label


@dataclass(frozen=True)
class Board:
    """All that the page shows and its refresh replaces; `token` stays the same however often one page is refreshed."""

    overview: Overview
    verdict: list[str]
    causes: list[Cause]
    chart: Chart
    token: str

    @property
    def seconds(self) -> int:
        return MOVING if self.overview.is_moving else RESTING

    @property
    def open_causes(self) -> list[Cause]:
        """Those that stand open: a few more than that are not worth folding."""
        return self.causes if len(self.causes) < CAUSES_SHOWN + LEAST_FOLDED else self.causes[:CAUSES_SHOWN]

    @property
    def folded_causes(self) -> list[Cause]:
        return self.causes[len(self.open_causes) :]

    @property
    def more(self) -> int:
        """Causes that are not on the page."""
        return len(self.overview.causes) - len(self.causes)

    def clock(self, at: datetime) -> str:
        return overview_verdict.clock(at, self.overview.now, frame.zone())

    def money(self, sums: Mapping[str, Decimal]) -> list[tuple[Decimal, str]]:
        """Amounts with their currencies, the organisation's own first."""
        base = self.overview.base
        return [(sums[currency], currency) for currency in sorted(sums, key=lambda each: (each != base, each))]

    def listed(self, lot: Lot) -> str:
        return _address(lot)

    def onward(self, queue: Queue) -> str:
        """What happens next with what waits for a connection."""
        return _onward(self, queue)

    def since(self, status: Status) -> str:
        """The log of what had that outcome since the person last looked."""
        looked = self.overview.looked
        written = looked.astimezone(frame.zone()).isoformat() if looked else None
        return url_for("audit_log.listed", status=status.value, kind="export", since=written)


def page(member: Member) -> Response:
    """The overview of the member's organisation, or the part of it that a refresh replaces."""
    found = overview.of(db.session(), member, frame.now())
    board = Board(
        overview=found,
        verdict=overview_verdict.sentences(found, member.zone),
        causes=_causes(found),
        chart=overview_chart.draw(found.days),
        token=request.args.get("form", "")[:20] or secrets.token_urlsafe(8),
    )
    return replies.page_or_part("overview/shown.html", "overview/refreshed.html", board=board)


@pages.post("/looks")
@guards.requires(Permission.VIEW)
def look() -> Response:
    """The person has seen the overview: what happens from now on is what is told at their next visit."""
    with writing(db.session()) as session:
        looks.note(session, guards.here(), frame.now())
    if replies.wants_part():
        return Response(status=204)
    return replies.gone_to(url_for("home.shown"), "Noted. Next time the overview says what happened since now.")


def _causes(found: Overview) -> list[Cause]:
    shown = found.causes[:CAUSES_LISTED]
    mended = _mended({lot.connection.id: lot.connection for lot in shown}.values())
    ids = [lot.first_id for lot in shown]
    first = exports.with_ids(db.session(), guards.here().tenant.id, ids)
    return [_cause(lot, first.get(lot.first_id), mended) for lot in shown]


def _cause(lot: Lot, first: Export | None, mended: dict[int, dict[tuple[str, str], int]]) -> Cause:
    guide = guides.guide(lot.code)
    is_one_by_one = guide.remedy in MENDED_ONE_BY_ONE and lot.n > 1
    label = lot.connection.provider.label
    is_shown = first is not None and not is_one_by_one
    remedy = remedies.remedy(first, label, mended=()) if first is not None and is_shown else None
    of_connection = mended.get(lot.connection.id, {})
    theirs = sum(n for (code, subject), n in of_connection.items() if code == lot.code and lot.subject in ("", subject))
    return Cause(_id(lot), lot, guide, _address(lot), remedy, theirs)


def _id(lot: Lot) -> str:
    """The same for the same cause at every refresh."""
    return f"{lot.connection.id}-{zlib.crc32(f'{lot.code}|{lot.subject}'.encode()):x}"


def _mended(connections: Iterable[Connection]) -> dict[int, dict[tuple[str, str], int]]:
    """How many failed exports lack nothing any more, by connection, and by error code and subject."""
    return {
        each.id: missing_mappings.mended(db.session(), each)
        for each in connections
        if each.state is not ConnectionState.DISCONNECTED
    }


def _address(lot: Lot) -> str:
    """The exports page with the filter that shows just this lot."""
    named: dict[str, Any] = {
        "status": {Status.FAILED: None, Status.SENDING: Status.PENDING}.get(lot.status, lot.status),
        "connection": lot.connection.id,
        "code": (lot.code if lot.status is Status.FAILED else "") or None,
        "subject": lot.subject or None,
    }
    return url_for("exports.listed", provider=lot.connection.provider.value, **named)


def _onward(board: Board, queue: Queue) -> str:
    connection, now = queue.lot.connection, board.overview.now
    if connection.state is not ConnectionState.CONNECTED:
        return f"waits until {connection.provider.label} is connected again"
    if not board.overview.is_running:
        return "waits until tieout's sender runs again"
    said = []
    if queue.later and queue.next_try:
        again = f"next try {board.clock(queue.next_try)}"
        said.append(again if queue.later == queue.lot.n else f"{queue.later:,} of them tried again, {again}")
    if connection.not_before and connection.not_before > now:
        said.append(f"waiting: {connection.waiting_for}, until {board.clock(connection.not_before)}")
    elif queue.lot.n > queue.later:
        seconds = resync_progress.estimated_seconds(connection.provider, queue.lot.n - queue.later)
        ends = datetime.fromtimestamp(now.timestamp() + max(seconds, 60), now.tzinfo)
        said.append(f"sent by about {board.clock(ends)}")
    return "; ".join(said)
