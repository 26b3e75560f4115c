"""Pages that compare: a record with what the ledger holds under its number, and two records that may be the same."""

from flask import abort, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from dashboard.db import db, writing
from dashboard.domain import amounts, claims, duplicates, found_advice, in_ledger
from dashboard.domain.duplicates import CannotDecide
from dashboard.domain.in_ledger import CannotAdopt, CannotLook, Sent
from dashboard.models import Export
from dashboard.views import frame, guards, record_page, replies
from dashboard.views.records import pages
from dashboard.vocabulary.agreement import Aspect
from dashboard.vocabulary.postings import LedgerObject
from dashboard.vocabulary.roles import Permission
from dashboard.vocabulary.statuses import Status

ComparedRow = tuple[str, str, str, bool]

DECISIONS = {"different": duplicates.keep_both, "same": duplicates.archive, "other": duplicates.archive_other}

DECIDED = {
    duplicates.keep_both: "{number} is kept as a document of its own.",
    duplicates.archive: "{number} is archived.",
    duplicates.archive_other: "{number} is kept, and the other one is archived.",
}


@pages.get("/records/<int:record_id>/exports/<int:export_id>/duplicate")
@guards.requires(Permission.VIEW)
def compare(record_id: int, export_id: int) -> Response:
    """Side by side: what was sent, and each document that the ledger holds in its place."""
    record, export, connection = record_page.of_export(record_id, export_id)
    rows, label = db.session(), connection.provider.label
    told, sent = in_ledger.told(rows, export), in_ledger.as_sent(rows, record, export)
    is_failed = export.status is Status.FAILED
    unadoptable = in_ledger.why_not_adoptable(rows, export, told, label, frame.now()) if is_failed else ""
    return replies.page_or_part(
        "records/duplicate.html",
        "records/_found.html",
        record=record,
        export=export,
        label=label,
        told=told,
        sides=[(found, compared(sent, export, found)) for found in told.objects],
        refusal=guards.refusal(Permission.RESOLVE),
        unadoptable=unadoptable,
        advice=found_advice.advice(rows, record, export, told, label) if unadoptable else None,
        unlookable=in_ledger.why_not_lookable(export, connection),
        is_failed=is_failed,
        alike=in_ledger.alike(record, export, told) if guards.here().may(Permission.SEND) else None,
    )


@pages.post("/records/<int:record_id>/exports/<int:export_id>/lookup")
@guards.requires(Permission.RESOLVE)
def look(record_id: int, export_id: int) -> Response:
    """Ask the ledger what it holds. Nothing is sent."""
    message, kind = "", "success"
    with writing(db.session()) as session:
        _, export, connection = record_page.of_export(record_id, export_id)
        try:
            in_ledger.look(session, export, connection, guards.actor(), frame.now())
        except CannotLook as refused:
            message, kind = str(refused), "error"
    return replies.gone_to(url_for("records.compare", record_id=record_id, export_id=export_id), message, kind)


@pages.post("/records/<int:record_id>/exports/<int:export_id>/adoption")
@guards.requires(Permission.RESOLVE)
def adopt(record_id: int, export_id: int) -> Response:
    with writing(db.session()) as session:
        record, export, connection = record_page.of_export(record_id, export_id, locked=True)
        ledger_id = request.form.get("ledger_id", "")
        if export.status is Status.SYNCED and export.ledger_id == ledger_id:
            return replies.gone_to(record_page.address(record), f"{record.number} is Synced already.", "info")
        try:
            in_ledger.adopt(session, record, export, connection, ledger_id, guards.actor(), frame.now())
        except CannotAdopt as refused:
            again = url_for("records.compare", record_id=record_id, export_id=export_id)
            return replies.gone_to(again, f"Not adopted. {refused}", "error")
    label = connection.provider.label
    return replies.gone_to(record_page.address(record), f"{record.number} is Synced with {label}'s document.")


@pages.post("/records/<int:record_id>/duplicate-decision")
@guards.requires(Permission.APPROVE)
def decide(record_id: int) -> Response:
    decided = DECISIONS.get(request.form.get("decision", "")) or abort(400)
    message, kind = "", "success"
    with writing(db.session()) as session:
        record = duplicates.both_held(session, guards.here().tenant.id, record_id)
        try:
            decided(session, record, guards.actor(), frame.now())
            message = DECIDED[decided].format(number=record.number)
        except CannotDecide as refused:
            message, kind = str(refused), "info"
    return replies.gone_to(record_page.address(record), message, kind)


def compared(sent: Sent, export: Export, found: LedgerObject) -> list[ComparedRow]:
    """Field, our value, the ledger's, and whether they differ."""
    differing = in_ledger.differing(sent, found)
    rows = [
        ("Kind", sent.kind.label, found.kind.label, Aspect.KIND in differing),
        ("Number", sent.number, found.number, Aspect.NUMBER in differing),
        ("Contact", sent.contact_name, found.contact_name, Aspect.CONTACT in differing),
        ("Date", str(sent.date), str(found.date), Aspect.DATE in differing),
        ("Currency", sent.currency, found.currency, Aspect.CURRENCY in differing),
        (
            "Tax",
            amounts.figures(sent.tax, sent.currency),
            amounts.figures(found.tax, found.currency),
            Aspect.TAX in differing,
        ),
        (
            "Total",
            amounts.figures(sent.total, sent.currency),
            amounts.figures(found.total, found.currency),
            Aspect.TOTAL in differing,
        ),
    ]
    # What was sent has no state to compare with; one that books nothing is another matter.
    if found.state.is_gone:
        rows.append(("State", "To be booked", found.state.value.replace("-", " ").capitalize(), True))
    # A kind of document whose ledger has no place for a link says nothing by having none.
    if found.key or not sent.kind.is_credit:
        rows.append(("Link to tieout", "This record", _linked(export, found), found.key != export.key))
    return rows


def _linked(export: Export, found: LedgerObject) -> str:
    """Whose link the ledger's document carries; another record of the organisation is led to."""
    if found.key == export.key:
        return "It carries this record's"
    owner = claims.owner(db.session(), export, found) if found.key else None
    if owner is None:
        return "Another's" if found.key else "None"
    return Markup('<a href="{}">{} {}</a>').format(record_page.address(owner), owner.kind.label, owner.number)
