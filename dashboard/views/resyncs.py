"""Resyncs: a person's order to send failed exports again, from the press of the button to the result of each record."""

import secrets
from collections.abc import Iterator
from decimal import Decimal

from flask import Blueprint, Response, request, stream_with_context, url_for
from werkzeug.wrappers import Response as AnyResponse

from dashboard.db import db, writing
from dashboard.domain import (
    amounts,
    connections,
    csv_rows,
    export_filters,
    guides,
    resync,
    resync_lists,
    resync_progress,
    resync_results,
    resync_sets,
    resync_warnings,
    scope,
)
from dashboard.domain.resync_choices import Choice, Matching, Offer, Offered, RestOf, Ticked
from dashboard.domain.resync_lists import Listed
from dashboard.domain.resync_progress import Progress
from dashboard.domain.resync_results import Result
from dashboard.domain.resync_sets import EmptySelection
from dashboard.models import Connection, Resync
from dashboard.models.resync import ItemState, ResyncState
from dashboard.views import asked, frame, guards, replies
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.providers import Provider
from dashboard.vocabulary.roles import Permission

pages = Blueprint("resyncs", __name__)

TITLES = {code.value: guides.guide(code).title for code in ErrorCode}

MOST = 1_000_000_000
"""More than any button can have spoken of."""

HEADING = ("Position", "Number", "Kind", "Contact", "Dated", "Currency", "Amount", "Result", "Error", "Message", "At")


@pages.get("/resyncs")
@guards.requires(Permission.VIEW)
def listed() -> AnyResponse:
    before = scope.row_id(request.args.get("before", ""))
    found, older = resync_lists.listed(db.session(), guards.here().tenant.id, before)
    return replies.page("resyncs/listed.html", found=found, older=older, is_first=before is None)


@pages.post("/resyncs")
@guards.requires(Permission.SEND)
def create() -> AnyResponse:
    """Freeze what was chosen. Ticked rows, and what a button named the number of, begin at once when there is nothing
    to warn about; all else is asked about first.
    """
    session, tenant_id, actor, now = db.session(), guards.here().tenant.id, guards.actor(), frame.now()
    token = request.form.get("form_token") or secrets.token_urlsafe(16)
    try:
        choice = _choice()
        with writing(session):
            made = resync_sets.freeze(session, tenant_id, choice, token, actor, now)
            for each in made:
                is_new = each.state is ResyncState.FROZEN
                if is_new and _was_named(choice, each) and not resync_warnings.warnings(session, each):
                    resync.confirm(session, each, "", actor, now)
    except (EmptySelection, resync.Lapsed) as refused:
        return replies.gone_to(_back(), str(refused), "error")
    return _onward(made)


@pages.get("/resyncs/<int:resync_id>")
@guards.requires(Permission.VIEW)
def shown(resync_id: int) -> AnyResponse:
    """How far it is and what each record came to; a frozen set asks to be confirmed instead."""
    session, now = db.session(), frame.now()
    found = _owned(resync_id)
    listing = resync_lists.one(session, found)
    progress = resync_progress.progress(session, found, now)
    if found.state is ResyncState.FROZEN and not resync.has_lapsed(found, now):
        return _question(listing, progress)
    state = next((each for each in ItemState if each.value == request.args.get("state")), None)
    after = scope.row_id(request.args.get("after", "")) or 0
    left = resync_results.left_by_cause(session, found)
    results, older = resync_results.results(session, found, state, after)
    return replies.page_or_part(
        "resyncs/shown.html",
        "resyncs/refreshed.html",
        listing=listing,
        progress=progress,
        has_lapsed=resync.has_lapsed(found, now),
        parts=resync_lists.parts(session, found),
        results=results,
        state=state,
        after=after,
        older=older,
        left=[(TITLES.get(code, code), subject, n) for code, subject, n in left],
        again=secrets.token_urlsafe(16),
    )


@pages.post("/resyncs/<int:resync_id>/confirmation")
@guards.requires(Permission.SEND)
def confirm(resync_id: int) -> AnyResponse:
    session = db.session()
    reason = request.form.get("reason", "").strip()
    try:
        with writing(session):
            found = _owned(resync_id)
            resync.confirm(session, found, reason, guards.actor(), frame.now())
    except resync.Lapsed as lapsed:
        return replies.gone_to(url_for("resyncs.shown", resync_id=resync_id), str(lapsed), "error")
    following = resync_sets.frozen_with(session, found)
    if following:
        message = (
            f"{found.label} is on its way. The same press chose records of another organisation: confirm them too."
        )
        return replies.gone_to(url_for("resyncs.shown", resync_id=following[0].id), message)
    return replies.gone_to(url_for("resyncs.shown", resync_id=resync_id))


@pages.post("/resyncs/<int:resync_id>/cancellation")
@guards.requires(Permission.SEND)
def cancel(resync_id: int) -> AnyResponse:
    session = db.session()
    with writing(session):
        found = _owned(resync_id)
        was_frozen = found.state is ResyncState.FROZEN
        was_stopped = resync.cancel(session, found, guards.actor(), frame.now())
    if was_frozen and was_stopped:
        provider = resync_lists.one(session, found).provider
        return replies.gone_to(url_for("exports.listed", provider=provider.value), "Nothing was sent.", "info")
    message = "What was not sent yet keeps its former error." if was_stopped else "It had ended already."
    return replies.gone_to(url_for("resyncs.shown", resync_id=resync_id), message, "info")


@pages.get("/resyncs/<int:resync_id>/results.csv")
@guards.requires(Permission.VIEW)
def download(resync_id: int) -> AnyResponse:
    """Every result, streamed; amounts as on the documents, times in the organisation's zone."""
    found = _owned(resync_id)
    name = f"resync-{found.id}-results.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Accel-Buffering": "no"}
    return Response(stream_with_context(_lines(found)), mimetype="text/csv", headers=headers)


def _lines(found: Resync) -> Iterator[str]:
    # The session is taken here: the view's own is closed before the first line is written.
    yield from csv_rows.lines(HEADING, (_cells(each) for each in resync_results.all_results(db.session(), found)))


def _owned(resync_id: int) -> Resync:
    return scope.owned(db.session(), Resync, guards.here().tenant.id, resync_id)


def _was_named(choice: Choice, made: Resync) -> bool:
    """Whether the person saw the rows, or the very number, that would be sent."""
    return isinstance(choice, Ticked) or (isinstance(choice, Offered) and choice.n == made.total)


def _choice() -> Choice:
    """What the form means; raises EmptySelection for what cannot be understood, so that nothing is sent by mistake."""
    session, tenant_id, form = db.session(), guards.here().tenant.id, request.form
    if "rest_of" in form:
        return RestOf(_owned(scope.row_id(form["rest_of"]) or 0))
    if form.get("offer", "") in list(Offer):
        connection = scope.owned(session, Connection, tenant_id, scope.row_id(form.get("connection", "")) or 0)
        n, seen = min(scope.row_id(form.get("n", "")) or 0, MOST), asked.seen()
        if seen is None:
            raise EmptySelection("Open the page again and repeat what you did; nothing was sent.")
        return Offered(Offer(form["offer"]), connection, n, seen, form.get("code", ""), form.get("subject", ""))
    if form.get("scope") == "matching":
        filters, errors = export_filters.read(form)
        if errors:
            raise EmptySelection(f"{' '.join(errors.values())} Nothing was sent.")
        provider = asked.provider(request.form.get("provider", ""))
        connected = connections.of_provider(session, tenant_id, provider)
        return Matching(tuple(export_filters.chosen_connections(connected, filters)), filters)
    ids = frozenset(form.getlist("export"))
    if not ids:
        raise EmptySelection("Tick at least one export first; nothing was sent.")
    return Ticked(frozenset(found for each in ids if (found := scope.row_id(each))), len(ids), asked.seen())


def _back() -> str:
    """The exports page as it was when the button was pressed, or the list of resyncs when it was pressed elsewhere."""
    provider = request.form.get("provider", "")
    if provider not in list(Provider):
        return url_for("resyncs.listed")
    filters, _ = export_filters.read(request.form)
    cursor = {name: request.form[name] for name in ("before", "after") if name in request.form}
    return url_for("exports.listed", provider=provider, **filters.args, **cursor)  # type: ignore[arg-type]


def _onward(made: list[Resync]) -> AnyResponse:
    """To the question when one has to be asked; otherwise the exports page goes on showing, without scripts the job.

    A job's own page says by itself how far it is, and goes on saying so when a message would no longer be true.
    """
    frozen = [each for each in made if each.state is ResyncState.FROZEN]
    if frozen:
        return replies.left_for(url_for("resyncs.shown", resync_id=frozen[0].id))
    if not replies.wants_part() and len(made) == 1:
        return replies.gone_to(url_for("resyncs.shown", resync_id=made[0].id))
    message = " ".join(_said(each) for each in made)
    return replies.gone_to(_back() if replies.wants_part() else url_for("resyncs.listed"), message)


def _said(made: Resync) -> str:
    listing = resync_lists.one(db.session(), made)
    skipped = resync_progress.progress(db.session(), made, frame.now()).counts[ItemState.SKIPPED]
    parts = [f"{made.label}: {made.total - skipped:,} on the way to {listing.provider.label}."]
    if skipped:
        parts.append(f"{skipped:,} skipped: no longer failed as when ticked.")
    if made.left_out:
        parts.append(f"{made.left_out:,} left out: {made.why_left_out}.")
    return " ".join(parts)


def _question(listing: Listed, progress: Progress) -> AnyResponse:
    """The page that asks before a frozen set is sent."""
    session, found = db.session(), listing.resync
    filters, _ = export_filters.read(found.scope)
    companies = {each.id: each.company_name for each in connections.listed(session, found.tenant_id)}
    return replies.page(
        "resyncs/confirmation.html",
        listing=listing,
        progress=progress,
        warnings=resync_warnings.warnings(session, found),
        causes=resync_warnings.causes(session, found),
        parts=resync_lists.parts(session, found),
        is_in_waves=resync_warnings.is_in_waves(session, found),
        said=list(filters.in_words(companies, TITLES).values()),
    )


def _cells(result: Result) -> tuple[object, ...]:
    at = result.ended_at.astimezone(frame.zone()).isoformat(timespec="seconds") if result.ended_at else ""
    return (
        result.position,
        result.number,
        result.kind.label,
        result.contact,
        result.dated.isoformat(),
        result.currency,
        Decimal(amounts.figures(result.total, result.currency).replace(",", "")),
        result.state.label,
        result.error_code if result.state is ItemState.FAILED else "",
        result.words,
        at,
    )
