"""What the record page and its parts show, gathered in one place; and telling what came of exports one waits for."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask import flash, session, url_for

from dashboard.db import db
from dashboard.domain import (
    archiving,
    attachments,
    booking,
    connections,
    duplicates,
    history,
    missing_mappings,
    preflight,
    publishing,
    records,
    retention,
    scope,
    sent_lines,
    standing,
    still_send,
)
from dashboard.domain.guides import Guide, guide
from dashboard.domain.sent_lines import SentLine
from dashboard.domain.standing import Standing
from dashboard.models import Connection, Export, Record
from dashboard.models.connection import ConnectionState
from dashboard.views import frame, guards, side_by_side
from dashboard.views.remedies import RemedyLink, remedy
from dashboard.vocabulary.guides import Remedy
from dashboard.vocabulary.roles import Permission
from dashboard.vocabulary.statuses import IN_FLIGHT, Status

WATCHED = "watched"
_MOST_WATCHED = 50


@dataclass(frozen=True)
class Destination:
    """A connection as a place to send the record to. `refusal` says why it cannot go there now, "" when it can.

    `held` says that it is held for its date, so that sending it needs a reason.
    """

    connection: Connection
    label: str
    refusal: str
    held: str


@dataclass(frozen=True)
class Shown:
    """One export as the page shows it. `guides` has one for each fault of a failed one, the first fault's first;
    `unattachable` says why a refused original cannot be sent again now, "" when it can."""

    export: Export
    connection: Connection
    standing: Standing
    note: str
    attachment: str
    booked_on: date
    destination: Destination
    guides: tuple[tuple[Guide, str], ...]
    remedy: RemedyLink | None
    is_movable: bool
    unattachable: str
    lines: list[SentLine]

    @property
    def is_failed(self) -> bool:
        return self.export.status is Status.FAILED

    @property
    def is_asked(self) -> bool:
        return still_send.is_asked(self.export)

    @property
    def lacks_original(self) -> bool:
        return attachments.is_refused(self.export)

    @property
    def is_checking(self) -> bool:
        return self.export.status is Status.CHECKING

    @property
    def is_resolved(self) -> bool:
        return self.export.status is Status.RESOLVED


def of_export(record_id: int, export_id: int, *, locked: bool = False) -> tuple[Record, Export, Connection]:
    """The record, its export and the connection; raises NotFound when they do not belong together, or to somebody else.

    `locked` holds record and export until the transaction ends.
    """
    tenant, rows = guards.here().tenant.id, db.session()
    record = scope.owned(rows, Record, tenant, record_id, locked=locked)
    export = scope.owned(rows, Export, tenant, export_id, locked=locked)
    if export.record_id != record.id:
        raise scope.NotFound(f"Export {export_id} of record {record_id}")
    return record, export, scope.owned(rows, Connection, tenant, export.connection_id)


@dataclass(frozen=True)
class Refusal:
    """A note about an export as it was entered, and why it was not taken."""

    export_id: int
    entered: str
    problem: str


def context(record_id: int) -> dict[str, Any]:
    """Everything that records/shown.html and its parts need. Raises NotFound."""
    rows, tenant = db.session(), guards.here().tenant
    record = scope.owned(rows, Record, tenant.id, record_id)
    found = publishing.exports_of(rows, record)
    destinations = _destinations(record, found)
    originals = records.originals(rows, record)
    documents = [original.documents for original, _ in originals]
    exports = [
        _shown(record, export, connection, destinations[connection.id], documents) for export, connection in found
    ]
    twin = duplicates.other_of(rows, record)
    happenings = history.of(rows, record)
    kept_since = retention.kept_since(tenant, frame.plans(), frame.now())
    return {
        "record": record,
        "lines": list(zip(record.lines, preflight.tax_by_line(record), strict=True)),
        "due": record.total - record.prepaid if record.prepaid else Decimal(0),
        "approver": records.approver(rows, record),
        "is_overdue": records.is_overdue(rows, record, frame.today(frame.now())),
        "originals": originals,
        "refusal": None,
        "tax_words": side_by_side.tax_words,
        "exports": exports,
        "destinations": list(destinations.values()),
        "is_moving": any(each.standing.is_moving for each in exports),
        "duplicate_of": twin,
        "twin_rows": side_by_side.rows(record, twin) if twin else [],
        "twin_stands": side_by_side.stands(twin) if twin else "",
        "twin_unarchivable": archiving.why_not_archivable(rows, twin) if twin else "",
        "unarchivable": archiving.why_not_archivable(rows, record),
        "later_ones": duplicates.later_ones(rows, record),
        "alike": duplicates.alike(rows, record),
        "happenings": happenings,
        "is_history_cut": history.is_cut(record, happenings, kept_since),
        "under_way": history.under_way(rows, [export.id for export, _ in found]),
    }


def watch(*exports: Export) -> None:
    """Remember that the person of this session waits for the exports' results."""
    session[WATCHED] = [*session.get(WATCHED, []), *(export.id for export in exports)][-_MOST_WATCHED:]


def tell_results(exports: list[Shown]) -> bool:
    """Put the result of every export that was waited for, and has one now, into the messages; whether there is any.

    Each is told once, but that a failure may yet turn out to be in the ledger: then what comes of that is told too.
    """
    awaited = session.get(WATCHED, [])
    told = [each for each in exports if each.export.id in awaited and each.export.status not in IN_FLIGHT]
    for each in told:
        flash(each.standing.sentence, "error" if each.is_failed else "success")
    if told:
        ended = {each.export.id for each in told if each.export.next_try_at is None}
        session[WATCHED] = [one for one in awaited if one not in ended]
    return bool(told)


def address(record: Record) -> str:
    return url_for("records.shown", record_id=record.id)


def _destinations(record: Record, found: list[tuple[Export, Connection]]) -> dict[int, Destination]:
    """Every connection that is in use, or has an export of the record."""
    rows, own = db.session(), {connection.id: export for export, connection in found}
    listed = [
        each
        for each in connections.listed(rows, record.tenant_id)
        if each.state is not ConnectionState.DISCONNECTED or each.id in own
    ]
    named = [each.provider for each in listed]
    may_not = guards.refusal(Permission.SEND)
    return {
        each.id: Destination(
            each,
            f"{each.provider.label} ({each.company_name})" if named.count(each.provider) > 1 else each.provider.label,
            may_not or publishing.why_not_sendable(record, each, own.get(each.id)) or _why_held_here(record, each, own),
            publishing.why_held(record, each, own.get(each.id)),
        )
        for each in listed
    }


def _why_held_here(record: Record, connection: Connection, own: dict[int, Export]) -> str:
    """Why the person of this request may not send what is held for its date; "" when they may."""
    held = publishing.why_held(record, connection, own.get(connection.id))
    return f"{held} Only an admin may send it." if held and not guards.here().may(Permission.SEND_HELD) else ""


def _shown(
    record: Record, export: Export, connection: Connection, destination: Destination, documents: list[int]
) -> Shown:
    is_failed = export.status is Status.FAILED
    still_open = missing_mappings.still_open(db.session(), [export])[export.id]
    faults = (still_open or export.faults) if is_failed else []
    guides = tuple((guide(fault["code"]), fault["words"]) for fault in faults)
    if is_failed and not guides:
        guides = ((guide(export.error_code), export.error_words),)
    leads_elsewhere = bool(guides) and guides[0][0].remedy not in (Remedy.RESYNC, Remedy.EDIT_SOURCE, Remedy.NONE)
    mends = remedy(export, connection.provider.label)
    if record.is_possible_duplicate and guides and guides[0][0].remedy is Remedy.COMPARE:
        # The other one is a record here: there is nothing to look for in the ledger before that is decided.
        mends = RemedyLink("Decide whether it is the same", "#possible-duplicate", None, mends.id)
    return Shown(
        export,
        connection,
        standing.of(export, connection, record.number),
        standing.note(export, connection),
        standing.attachment(export, connection, documents),
        booking.booked_on(record, export),
        destination,
        guides,
        mends if leads_elsewhere else None,
        not booking.why_not_movable(record, export),
        attachments.why_not(export, connection, record.number),
        sent_lines.of(db.session(), export),
    )
