"""Pages of upload: many files in one form, a result for every document, and the CSV template."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from flask import Blueprint, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from dashboard.db import db
from dashboard.domain.intake import readers, take_in
from dashboard.domain.intake.csv_columns import COLUMNS, template_csv
from dashboard.domain.intake.take_in import Fate, Result
from dashboard.views import frame, guards, replies
from dashboard.views.receiving import MEGABYTE, MOST_AT_ONCE
from dashboard.vocabulary.records import Direction
from dashboard.vocabulary.roles import Permission

pages = Blueprint("upload", __name__)

DIRECTIONS = {"": None, "sale": Direction.SALE, "bill": Direction.PURCHASE}
TONES = {
    Fate.TAKEN_IN: "good",
    Fate.ATTACHED: "info",
    Fate.POSSIBLE_DUPLICATE: "warn",
    Fate.ALREADY_HERE: "",
    Fate.REFUSED: "bad",
}


@dataclass(frozen=True)
class Told:
    """One document's result as the page shows it; a refusal has `place`, `reason` and `fix`."""

    file: str
    outcome: str
    tone: str
    url: str
    reference: str
    place: str
    reason: str
    fix: str


@pages.get("/records/upload")
@guards.requires(Permission.VIEW)
def form() -> Response:
    return _form()


@pages.post("/records/upload")
@guards.requires(Permission.TAKE_IN)
def submitted() -> Response:
    files = [file for file in request.files.getlist("files") if file.filename]
    stated = request.form.get("direction", "")
    if not files or stated not in DIRECTIONS:
        errors = {} if files else {"files": "Choose at least one file."}
        errors |= {} if stated in DIRECTIONS else {"direction": "Choose one of the three."}
        return _form(422, errors)
    told = [each for file in files for each in _take_in(file, DIRECTIONS[stated])]
    if replies.wants_part():
        return replies.page("upload/_results.html", told=told)
    outcomes = [each.outcome for each in told]
    counted = [("Files", len(files))]
    counted += [(f"Documents {fate.value}", n) for fate in Fate if (n := outcomes.count(fate.value.capitalize()))]
    return replies.page("upload/results.html", told=told, counted=counted)


@pages.get("/records/template.csv")
@guards.requires(Permission.VIEW)
def template() -> Response:
    """The headings and one example, ready to be filled in."""
    headers = {"Content-Disposition": 'attachment; filename="tieout-template.csv"'}
    return Response(template_csv(), mimetype="text/csv", headers=headers)


@pages.errorhandler(RequestEntityTooLarge)
def too_large(_: RequestEntityTooLarge) -> Response:
    """More than one request may carry. What was sent is not read: neither its files nor its fields are known here."""
    limit, sent = MOST_AT_ONCE, request.content_length or 0
    size = f"What you sent is {-(-sent // MEGABYTE)} MB; " if sent > limit else "You sent too many files at once; "
    sentence = (
        f"{size}at most {limit // MEGABYTE} MB are taken in at once, and {readers.MAX_BYTES // MEGABYTE} MB per file. "
        "Nothing was taken in. Send fewer files at a time, and split a larger one."
    )
    if replies.wants_part():
        refused = Told("This file", Fate.REFUSED.value.capitalize(), "bad", "", "", "", sentence, "")
        return replies.page("upload/_results.html", 413, told=[refused])
    return replies.page("error.html", 413, heading="Too large", sentence=sentence)


def _form(status: int = 200, errors: dict[str, str] | None = None) -> Response:
    return replies.page(
        "upload/form.html",
        status,
        errors=errors or {},
        columns=COLUMNS,
        entered=request.form,
        file_megabytes=readers.MAX_BYTES // MEGABYTE,
        megabytes=MOST_AT_ONCE // MEGABYTE,
        bytes_per_file=readers.MAX_BYTES,
        refusal=guards.refusal(Permission.TAKE_IN),
        approve_refusal=guards.refusal(Permission.APPROVE),
    )


def _take_in(file: FileStorage, stated: Direction | None) -> Iterator[Told]:
    """Take in one file. Browsers send its name alone; what else sends a path is cut to the name."""
    member = guards.here()
    name = PurePosixPath((file.filename or "").replace("\\", "/")).name or "file"
    results = take_in.take_in_file(
        db.session(),
        member.tenant.id,
        name,
        file.stream.read(readers.MAX_BYTES + 1),
        member.actor,
        frame.now(),
        stated_direction=stated,
        approve=request.form.get("approve") == "yes" and member.may(Permission.APPROVE),
    )
    return (_told(take_in.printable(name), result) for result in results)


def _told(file: str, result: Result) -> Told:
    refusal = result.refusal
    return Told(
        file,
        result.fate.value.capitalize(),
        TONES[result.fate],
        url_for("records.shown", record_id=result.record_id) if result.record_id else "",
        "" if refusal else result.said,
        _place(file, refusal.place) if refusal else "",
        refusal.reason if refusal else "",
        refusal.fix if refusal else "",
    )


def _place(file: str, place: str) -> str:
    """Where in the file, however the reader words it; "" for all of it. The file's name stands beside it already."""
    within = place.removeprefix(f"{file}, ").removesuffix(f" of {file}")
    return "" if within in (file, "file") else within[:1].upper() + within[1:]
