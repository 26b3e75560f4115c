"""Pages of records: the lists, approving, one record, sending it, its original files. Mending it is mending.py's."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from flask import Blueprint, redirect, request, send_file, url_for
from werkzeug.wrappers import Response

from dashboard.db import db, writing
from dashboard.domain import amounts, approvals, publishing, records, scope
from dashboard.domain.approvals import Foreseen
from dashboard.domain.publishing import Approved, NotSendable
from dashboard.domain.records import RecordList
from dashboard.models import Connection, Record
from dashboard.views import frame, guards, record_page, replies
from dashboard.vocabulary.roles import Permission

pages = Blueprint("records", __name__)

NOTHING_TICKED = "Nothing was ticked. Tick the records to approve, then press Approve."


@pages.get("/records")
@guards.requires(Permission.VIEW)
def listed() -> Response:
    return _list()


@pages.post("/records/approvals")
@guards.requires(Permission.APPROVE)
def approve() -> Response:
    tenant, boxes = guards.here().tenant, set(request.form.getlist("ids"))
    if not boxes:
        return _list(422, refusal=NOTHING_TICKED)
    ids = [one for each in boxes if (one := scope.row_id(each))]
    if len(boxes) > 1 and not request.form.get("confirmed"):
        found = records.ticked(db.session(), tenant.id, ids)
        foreseen = approvals.foresee(db.session(), tenant.id, found)
        if len(foreseen.records) > 1:
            return _question(foreseen, len(boxes) - len(found))
    with writing(db.session()) as session:
        found = records.ticked(session, tenant.id, ids)
        done = publishing.approve(session, tenant.id, found, guards.actor(), frame.now())
        exports = [export for record in found for export, _ in publishing.exports_of(session, record)]
    back = next((record for record in found if request.form.get("back") == str(record.id)), None)
    if back is not None and done.exports + done.on_hold:
        record_page.watch(*exports)
    where = record_page.address(back) if back else _list_address(request.form)
    return replies.gone_to(where, _told(done, len(boxes) - len(found)), "success" if done.records else "error")


@pages.get("/records/<int:record_id>")
@guards.requires(Permission.VIEW)
def shown(record_id: int) -> Response:
    context = record_page.context(record_id)
    record_page.tell_results(context["exports"])
    return replies.page("records/shown.html", **context)


@pages.get("/records/<int:record_id>/progress")
@guards.requires(Permission.VIEW)
def progress(record_id: int) -> Response:
    """What the open page asks while an export is on its way; for a browser without scripts the page itself."""
    if not replies.wants_part():
        return redirect(url_for("records.shown", record_id=record_id))
    context = record_page.context(record_id)
    has_results = record_page.tell_results(context["exports"])
    return replies.page("records/_progress.html", has_results=has_results, **context)


@pages.post("/records/<int:record_id>/exports")
@guards.requires(Permission.SEND)
def export(record_id: int) -> Response:
    """A person's order to send this one record now."""
    tenant, message, kind = guards.here().tenant, "", "success"
    with writing(db.session()) as session:
        record = scope.owned(session, Record, tenant.id, record_id)
        chosen = scope.row_id(request.form.get("connection", ""))
        connection = scope.owned(session, Connection, tenant.id, chosen or 0)
        try:
            may_release, why = guards.here().may(Permission.SEND_HELD), request.form.get("why", "")
            sent = publishing.send(
                session,
                record,
                connection,
                guards.actor(),
                frame.now(),
                may_release=may_release,
                why=why,
                beside=request.form.get("beside", "").strip()[:100],
            )
            record_page.watch(sent)
            message = f"{record.number}: queued for {connection.provider.label}."
        except NotSendable as refused:
            message, kind = str(refused), "error"
    return replies.gone_to(record_page.address(record), message, kind)


@pages.get("/records/<int:record_id>/originals/<int:original_id>")
@guards.requires(Permission.VIEW)
def original(record_id: int, original_id: int) -> Response:
    """The file exactly as it came, always as a download."""
    record = scope.owned(db.session(), Record, guards.here().tenant.id, record_id)
    found = {original.id: (original, link) for original, link in records.originals(db.session(), record)}
    if original_id not in found:
        raise scope.NotFound(f"Original {original_id}")
    file, link = found[original_id]
    content = BytesIO(file.content)
    # Always the whole: a piece asked for by a range, or an answer that nothing changed, would hide what was read.
    return send_file(
        content, file.media_type, as_attachment=True, download_name=link.file_name, conditional=False, etag=False
    )


@pages.get("/r/<key>")
@guards.requires(Permission.VIEW)
def by_key(key: str) -> Response:
    """The address that a ledger shows beside what we sent."""
    record_id = records.of_key(db.session(), guards.here().tenant.id, key)
    return redirect(url_for("records.shown", record_id=record_id))


def _list(status: int = 200, refusal: str = "") -> Response:
    """The list that the address, or the form sent from it, names."""
    asked, tenant, today = request.values, guards.here().tenant, frame.today(frame.now())
    state = _state(asked)
    which, words = RecordList(state["list"]), state.get("q", "")
    before, after = (scope.row_id(asked.get(name, "")) for name in ("before", "after"))
    listing = records.listed(db.session(), tenant.id, which, today, words=words, before=before, after=after)
    return replies.page_or_part(
        "records/listed.html",
        "records/_list.html",
        status,
        which=which,
        words=words,
        state=state,
        listing=listing,
        counts=records.counts(db.session(), tenant.id, today),
        most_counted=records.MOST_COUNTED,
        today=today,
        refusal=refusal,
    )


def _question(foreseen: Foreseen, foreign: int) -> Response:
    """Several are approved once their number and sums were seen."""
    return replies.page(
        "records/approval.html",
        foreseen=foreseen,
        left_out=_left_out(foreseen.left_out, foreign),
        state=_state(request.form),
        cancel=_list_address(request.form),
    )


def _left_out(reasons: Sequence[str], foreign: int) -> list[str]:
    return [*reasons, *([f"{foreign} not found here"] if foreign else [])]


def _state(asked: Any) -> dict[str, str]:
    """The list and the search, as the address carries them; an unknown list is all records."""
    named = asked.get("list", "")
    which = named if named in {each.value for each in RecordList} else RecordList.ALL.value
    words = asked.get("q", "").strip()[:200]
    return {"list": which, "q": words} if words else {"list": which}


def _list_address(asked: Any) -> str:
    state: dict[str, Any] = _state(asked)
    return url_for("records.listed", **state)


def _told(done: Approved, foreign: int) -> str:
    """ "Approved 3: Invoices (3) 1,250.00 SEK. 2 exports began. 1 export is on hold.", with what was left out and why.

    Sales, bills and credits are never one sum.
    """
    sums = ", ".join(
        f"{part.title} {amounts.in_words(part.total, part.currency)}" for part in approvals.parts(done.records)
    )
    parts = [f"Approved {len(done.records)}: {sums}." if done.records else "Nothing was approved."]
    if done.exports:
        parts.append(f"{done.exports} {'export' if done.exports == 1 else 'exports'} began.")
    if done.on_hold:
        parts.append(f"{done.on_hold} {'export is' if done.on_hold == 1 else 'exports are'} on hold.")
    left_out = _left_out(done.left_out, foreign)
    if left_out:
        parts.append(f"Left out: {'; '.join(left_out)}.")
    return " ".join(parts)
