"""Pages that mend one export of a record: its date, resolving, reopening, a warning looked into, its file sent anew."""

from datetime import date

from flask import request, url_for
from werkzeug.wrappers import Response

from dashboard.db import db, writing
from dashboard.domain import attachments, booking, in_ledger, publishing, resolving
from dashboard.domain.attachments import NotAttachable
from dashboard.domain.booking import CannotMove, DateRefused
from dashboard.domain.publishing import NotSendable
from dashboard.domain.resolving import BadResolution, CannotResolve, Resolution, Way
from dashboard.models import Connection, Export, Record
from dashboard.views import frame, guards, record_page, replies
from dashboard.views.records import pages
from dashboard.vocabulary.roles import Permission


@pages.get("/records/<int:record_id>/exports/<int:export_id>/booking-date")
@guards.requires(Permission.VIEW)
def booking_date(record_id: int, export_id: int) -> Response:
    record, export, connection = record_page.of_export(record_id, export_id)
    known = booking.locks(db.session(), connection)
    on = booking.booked_on(record, export)
    first = known.first_open_day
    suggested = request.args.get("date", "") or (first.isoformat() if first and first > on else "")
    return _date_form(record, export, connection, {"date": suggested})


@pages.post("/records/<int:record_id>/exports/<int:export_id>/booking-date")
@guards.requires(Permission.SEND)
def move_booking_date(record_id: int, export_id: int) -> Response:
    entered = {name: request.form.get(name, "") for name in ("date", "reason", "month")}
    try:
        with writing(db.session()) as session:
            record, export, connection = record_page.of_export(record_id, export_id, locked=True)
            to = _day(entered["date"])
            member, now = guards.here(), frame.now()
            booking.move(session, record, export, connection, to, entered["reason"], entered["month"], member, now)
            message = f"{record.number} is booked on {to} from now on."
            held = publishing.why_held(record, connection, export)
            if held:
                message += f" It stays held. {held}"
            elif request.form.get("then") == "resync":
                message += " " + _resync(record, export, connection)
    except DateRefused as refused:
        record, export, connection = record_page.of_export(record_id, export_id)
        return _date_form(record, export, connection, entered, refused)
    except CannotMove as refused:
        return replies.gone_to(url_for("records.shown", record_id=record_id), str(refused), "error")
    return replies.gone_to(record_page.address(record), message)


@pages.get("/records/<int:record_id>/exports/<int:export_id>/resolution")
@guards.requires(Permission.VIEW)
def resolve(record_id: int, export_id: int) -> Response:
    return _resolve_form(*record_page.of_export(record_id, export_id), Resolution(Way.IN_LEDGER), None)


@pages.post("/records/<int:record_id>/exports/<int:export_id>/resolution")
@guards.requires(Permission.RESOLVE)
def mark_resolved(record_id: int, export_id: int) -> Response:
    entered, refusal = _entered_resolution()
    try:
        if refusal is not None:
            raise refusal
        with writing(db.session()) as session:
            record, export, connection = record_page.of_export(record_id, export_id, locked=True)
            resolving.resolve(session, record, export, connection, entered, guards.actor(), frame.now())
    except BadResolution as refused:
        return _resolve_form(*record_page.of_export(record_id, export_id), entered, refused)
    except CannotResolve as refused:
        return replies.gone_to(url_for("records.shown", record_id=record_id), str(refused), "info")
    status = export.status.label
    return replies.gone_to(record_page.address(record), f"{record.number} is {status}. Nothing was sent.")


@pages.post("/records/<int:record_id>/exports/<int:export_id>/reopening")
@guards.requires(Permission.RESOLVE)
def reopen(record_id: int, export_id: int) -> Response:
    message, kind = "", "success"
    with writing(db.session()) as session:
        record, export, _ = record_page.of_export(record_id, export_id, locked=True)
        try:
            resolving.reopen(session, record, export, guards.actor(), frame.now())
            message = f"{record.number} is Failed again, and can be mended and resent."
        except CannotResolve as refused:
            message, kind = str(refused), "info"
    return replies.gone_to(record_page.address(record), message, kind)


@pages.post("/records/<int:record_id>/exports/<int:export_id>/alarm-answer")
@guards.requires(Permission.RESOLVE)
def answer_alarm(record_id: int, export_id: int) -> Response:
    """Somebody looked in the ledger whether it is there twice."""
    problem, message, kind = "", "The warning is taken down; what you found is in the log.", "success"
    with writing(db.session()) as session:
        record, export, _ = record_page.of_export(record_id, export_id, locked=True)
        note = request.form.get("note", "")
        try:
            if not resolving.answer_alarm(session, record, export, note, guards.actor(), frame.now()):
                message, kind = "The warning was taken down already.", "info"
        except BadResolution as refused:
            problem = str(refused)
    if problem:
        refusal = record_page.Refusal(export.id, note, problem)
        return replies.page("records/shown.html", 422, **record_page.context(record_id) | {"refusal": refusal})
    return replies.gone_to(record_page.address(record), message, kind)


@pages.post("/records/<int:record_id>/exports/<int:export_id>/attachments")
@guards.requires(Permission.SEND)
def attach_again(record_id: int, export_id: int) -> Response:
    """A person's order to send the refused original once more."""
    kind = "success"
    with writing(db.session()) as session:
        record, export, connection = record_page.of_export(record_id, export_id, locked=True)
        label = connection.provider.label
        message = f"The file of {record.number} is sent to {label} again."
        try:
            if not attachments.send_again(session, record, export, connection, guards.actor(), frame.now()):
                message, kind = f"The file of {record.number} is on its way to {label} already.", "info"
        except NotAttachable as refused:
            message, kind = str(refused), "error"
    return replies.gone_to(record_page.address(record), message, kind)


def _date_form(
    record: Record,
    export: Export,
    connection: Connection,
    entered: dict[str, str],
    refused: DateRefused | None = None,
) -> Response:
    known = booking.locks(db.session(), connection)
    try:
        meant = booking.change(record, export, _day(entered["date"]), known) if entered["date"] else None
    except DateRefused:
        meant = None
    needed = booking.needs(record)
    return replies.page_or_part(
        "records/booking_date.html",
        "records/_date_notice.html",
        422 if refused else 200,
        record=record,
        export=export,
        connection=connection,
        booked_on=booking.booked_on(record, export),
        known=known,
        meant=meant,
        entered=entered,
        errors={refused.field: str(refused)} if refused else {},
        unmovable=booking.why_not_movable(record, export),
        refusal=guards.refusal(needed),
        held=publishing.why_held(record, connection, export),
        request_text=_request_to_reopen(record, export, connection, known),
    )


def _request_to_reopen(record: Record, export: Export, connection: Connection, known: booking.Locks) -> str:
    """The ready letter; "" when the period is open as far as is known, so that there is nothing to ask for."""
    if not known.refusal(booking.booked_on(record, export), connection.provider.label):
        return ""
    return booking.request_to_reopen(record, export, connection, known)


def _day(entered: str) -> date:
    try:
        return date.fromisoformat(entered)
    except ValueError:
        raise DateRefused("date", "Choose a day, written as 2026-01-31.") from None


def _resync(record: Record, export: Export, connection: Connection) -> str:
    """Send it at once; what keeps it from being sent is told, and the date stays moved."""
    try:
        may_release = guards.here().may(Permission.SEND_HELD)
        sent = publishing.send(db.session(), record, connection, guards.actor(), frame.now(), may_release=may_release)
        record_page.watch(sent)
    except NotSendable as refused:
        return f"It was not sent: {refused}"
    return f"Queued for {connection.provider.label}."


def _entered_resolution() -> tuple[Resolution, BadResolution | None]:
    way = next((each for each in Way if each.value == request.form.get("way")), None)
    # A number that is typed counts before a document that is ticked.
    picked = request.form.get("number", "").strip() or request.form.get("picked", "")
    said = {name: request.form.get(name, "") for name in ("reference", "note")}
    entered = Resolution(way or Way.IN_LEDGER, picked, **said)
    return entered, None if way else BadResolution("way", "Say what became of the document.")


def _resolve_form(
    record: Record, export: Export, connection: Connection, entered: Resolution, refused: BadResolution | None
) -> Response:
    return replies.page(
        "records/resolve.html",
        422 if refused else 200,
        record=record,
        export=export,
        connection=connection,
        entered=entered,
        ways=list(Way),
        told=in_ledger.told(db.session(), export),
        errors={refused.field: str(refused)} if refused else {},
        unresolvable=resolving.why_not_resolvable(export, record.number),
        refusal=guards.refusal(Permission.RESOLVE),
    )
