"""The exports page of a provider: tiles that filter, the list, and what is under way. Sending again is resyncs.py."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from dashboard.db import db
from dashboard.domain import (
    amounts,
    connections,
    counts,
    export_filters,
    exports,
    guides,
    missing_mappings,
    resync_progress,
    scope,
    still_send,
)
from dashboard.domain.export_filters import TILES, Filters
from dashboard.domain.exports import Page, Row
from dashboard.domain.resync_progress import Progress
from dashboard.domain.scope import NotFound
from dashboard.domain.still_send import Question
from dashboard.models import Connection, Resync
from dashboard.models.connection import ConnectionState
from dashboard.views import asked, causes, frame, guards, remedies, replies
from dashboard.views.remedies import RemedyLink
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.providers import Provider
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.roles import Permission
from dashboard.vocabulary.statuses import IN_FLIGHT, Status

pages = Blueprint("exports", __name__)

MOVING, RESTING = 2, 15
"""Seconds between two refreshes while something is under way, and while nothing is."""

TITLES = {code.value: guides.guide(code).title for code in ErrorCode}


@dataclass(frozen=True)
class Board:
    """All that the page shows and its refresh replaces.

    `counts` are exact for the connections and the kind of the filter. `mended` says how many failed exports lack
    nothing any more. `codes` are the errors that occur now and the one chosen. `questions` are orders that waited too
    long, each with its sums in words. `token` stays the same however often one page is refreshed.
    """

    provider: Provider
    connections: list[Connection]
    filters: Filters
    errors: dict[str, str]
    counts: dict[Status, int]
    page: Page
    recent: list[tuple[Resync, Progress]]
    remedies: dict[int, RemedyLink]
    mended: dict[Connection, int]
    questions: list[tuple[Question, str]]
    codes: frozenset[str]
    cursor: dict[str, int]
    token: str
    now: datetime

    @property
    def title(self) -> str:
        return f"{self.filters.status.label} ({self.counts[self.filters.status]:,}) · {self.provider.label} exports"

    @property
    def broken(self) -> list[Connection]:
        chosen = self.filters.connection_id
        return [
            each
            for each in self.connections
            if each.state is not ConnectionState.CONNECTED and chosen in (None, each.id)
        ]

    @property
    def starts(self) -> list[Connection]:
        """Whose start date holds back what the On Hold tile shows."""
        chosen = self.filters.connection_id
        is_held = self.filters.status is Status.ON_HOLD and self.page.rows
        return [each for each in self.connections if is_held and each.start_date and chosen in (None, each.id)]

    @property
    def refusal(self) -> str:
        """Why nothing can be sent again now, whoever asks; "" when it can."""
        chosen = self.filters.connection_id
        meant = [each for each in self.connections if chosen in (None, each.id)]
        if any(each.state is not ConnectionState.DISCONNECTED for each in meant):
            return ""
        return f"{self.provider.label} is disconnected; connect it first."

    @property
    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """What the drop-downs of the filter offer."""
        return {
            "connection": [(str(each.id), each.company_name) for each in self.connections],
            "kind": [(kind.value, kind.label) for kind in RecordKind],
            "code": [(code, title) for code, title in TITLES.items() if code in self.codes],
        }

    @property
    def seconds(self) -> int:
        return MOVING if any(self.counts[status] for status in IN_FLIGHT & TILES.keys()) else RESTING

    @property
    def seen(self) -> str:
        """When the newest failure on the page befell: one that befell later was not seen by whoever ticks."""
        failures = [row.export.failed_at for row in self.page.rows if row.export.failed_at]
        return max(failures).isoformat() if failures else ""

    @property
    def chips(self) -> list[tuple[str, str]]:
        companies = {each.id: each.company_name for each in self.connections}
        said = self.filters.in_words(companies, TITLES)
        return [(words, self.address(self.filters.without(name))) for name, words in said.items()]

    @property
    def matching(self) -> str:
        """How many match the filter where that is known without counting rows; "" otherwise."""
        if not self.filters.is_narrowed:
            return f"{self.counts[self.filters.status]:,}"
        return f"{len(self.page.rows)}" if self.page.is_whole else ""

    def address(self, filters: Filters | None = None, **more: str | int) -> str:
        given = {**(filters or self.filters).args, **more}
        return url_for("exports.listed", provider=self.provider.value, **given)  # type: ignore[arg-type]


@pages.get("/exports/<provider>")
@guards.requires(Permission.VIEW)
def listed(provider: str) -> Response:
    filters, errors = export_filters.read(request.args)
    board = _board(asked.provider(provider), filters, errors)
    status = 422 if errors else 200
    return replies.page_or_part("exports/listed.html", "exports/refreshed.html", status, board=board)


@pages.get("/exports/<provider>/<int:export_id>")
@guards.requires(Permission.VIEW)
def row(provider: str, export_id: int) -> Response:
    """What opens below a row of the list; without scripts the same link leads to the record."""
    known = asked.provider(provider)
    tenant_id = guards.here().tenant.id
    found = exports.row(db.session(), tenant_id, connections.of_provider(db.session(), tenant_id, known), export_id)
    if not replies.wants_part():
        return replies.gone_to(url_for("records.shown", record_id=found.export.record_id))
    tried = exports.attempts_of(db.session(), found.export)
    is_failed = found.export.status is Status.FAILED
    why = causes.of(found.export, found.connection.provider.label) if is_failed else []
    is_mended = bool(why) and all(cause.is_mended for cause in why) and _takes_orders(found)
    resend = remedies.remedy(found.export, found.connection.provider.label) if is_mended else None
    return replies.page("exports/_opened.html", row=found, causes=why, resend=resend, tried=tried)


def _board(provider: Provider, filters: Filters, errors: dict[str, str]) -> Board:
    session, tenant_id, now = db.session(), guards.here().tenant.id, frame.now()
    connected = connections.of_provider(session, tenant_id, provider)
    if not connected:
        raise NotFound(f"{provider} was never connected")
    chosen = export_filters.chosen_connections(connected, filters)
    by_status = counts.by_status(session, tenant_id, [each.id for each in chosen], filters.kind)
    cursor = {name: at for name in ("before", "after") if (at := scope.row_id(request.args.get(name, "")))}
    page = exports.page(session, tenant_id, chosen, filters, **cursor)
    mended = _mended(chosen) if by_status[Status.FAILED] else {}
    return Board(
        provider=provider,
        connections=connected,
        filters=filters,
        errors=errors,
        counts={tile: sum(by_status[each] for each in counted) for tile, counted in TILES.items()},
        page=page,
        recent=resync_progress.recent(session, tenant_id, provider, now),
        remedies=_remedies(page.rows),
        mended=mended,
        questions=_questions(chosen) if by_status[Status.ON_HOLD] else [],
        codes=exports.codes(session, tenant_id, chosen) | {filters.code},
        cursor=cursor,
        token=request.args.get("form", "")[:30] or secrets.token_urlsafe(16),
        now=now,
    )


def _mended(chosen: Sequence[Connection]) -> dict[Connection, int]:
    """How many somebody may simply send again, by the connection; nothing where sending is impossible."""
    found = {
        each: sum(missing_mappings.mended(db.session(), each).values())
        for each in chosen
        if each.state is not ConnectionState.DISCONNECTED
    }
    return {each: n for each, n in found.items() if n}


def _questions(chosen: Sequence[Connection]) -> list[tuple[Question, str]]:
    asked = still_send.questions(db.session(), chosen)
    return [(each, " and ".join(amounts.in_words(total, code) for code, total in each.sums.items())) for each in asked]


def _remedies(rows: Sequence[Row]) -> dict[int, RemedyLink]:
    """The button of each failed row, by the id of its export; none that resends to a ledger that takes nothing."""
    failed = [row for row in rows if row.export.status is Status.FAILED]
    exports_shown = [row.export for row in failed]
    mended = missing_mappings.mended_among(db.session(), exports_shown)
    still_open = missing_mappings.still_open(db.session(), exports_shown)
    return {
        row.export.id: remedies.remedy(row.export, row.connection.provider.label, mended, still_open[row.export.id])
        for row in failed
        if row.export.id not in mended or _takes_orders(row)
    }


def _takes_orders(row: Row) -> bool:
    return row.connection.state is not ConnectionState.DISCONNECTED


@pages.app_template_filter("note_of")
def _note(row: Row) -> str:
    """The words beside a status with their time in the organisation's zone, its date only when that is another day."""
    now = frame.now()
    words, at = row.note(now)
    if at is None:
        return words
    local = at.astimezone(frame.zone())
    today = frame.today(now)
    written = "%H:%M" if local.date() == today else "%d %b %H:%M" if local.year == today.year else "%d %b %Y %H:%M"
    return f"{words}{',' if words.startswith('waiting') else ''} {local.strftime(written)}"
