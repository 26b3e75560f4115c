"""The button that mends an error: where it leads and what it needs. What a guide says is domain/guides.py."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from dashboard.db import db
from dashboard.domain import missing_mappings, records
from dashboard.domain.guides import Guide, Remedy, guide
from dashboard.models import Export
from dashboard.views import guards
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.mappings import MappingKind
from dashboard.vocabulary.records import Direction
from dashboard.vocabulary.roles import Permission


@dataclass(frozen=True)
class RemedyLink:
    """A link as a button; with `fields` the act itself, posted there. `id` is unique among the exports of a page."""

    label: str
    url: str
    permission: Permission | None
    id: str
    fields: Mapping[str, str] | None = None

    @property
    def refusal(self) -> str:
        """Why the person of this request may not follow it; "" when they may."""
        return guards.refusal(self.permission) if self.permission else ""


MAPPED_KIND: dict[ErrorCode, MappingKind] = {
    ErrorCode.TAX_NOT_MAPPED: MappingKind.TAX,
    ErrorCode.TAX_UNKNOWN: MappingKind.TAX,
    ErrorCode.TAX_ACCOUNT_CLASH: MappingKind.TAX,
}
"""Which mapping mends an error whose remedy is MAP; every other one is about an account."""

_READ_ONLY = frozenset({Remedy.COMPARE, Remedy.LOOK, Remedy.RESYNC, Remedy.EDIT_SOURCE, Remedy.NONE})
"""Remedies whose page is worth reading also for those who may not act there."""


def remedy(
    export: Export,
    provider_label: str,
    mended: Collection[int] | None = None,
    still_open: Sequence[Mapping[str, str]] = (),
) -> RemedyLink:
    """The button for a failed export, decided by the first fault still open. Its record is read for the contact.

    `mended` are the ids of exports that lack nothing any more, and `still_open` the open faults of this one, for a page
    that has asked for all of them at once.
    """
    if mended is None:
        is_mended = missing_mappings.is_mended(db.session(), export)
        still_open = missing_mappings.still_open(db.session(), [export])[export.id]
    else:
        is_mended = export.id in mended
    if is_mended:
        return _resend(export)
    fault = next(iter(still_open or export.faults), {"code": export.error_code})
    return of_fault(export, provider_label, fault, f"mend-{export.id}")


def of_fault(export: Export, provider_label: str, fault: Mapping[str, str], button: str) -> RemedyLink:
    """The button for one of the faults of an export."""
    found = guide(fault["code"])
    label, url = _label_and_address(export, found, fault.get("source_value", ""), provider_label)
    fields: dict[str, str] | None = {} if found.remedy is Remedy.REFRESH_LISTS else None
    return RemedyLink(label, url, _permission(export, found), button, fields)


def _resend(export: Export) -> RemedyLink:
    """Sends this one again. A failure later than the one shown was not seen by whoever presses."""
    fields = {"export": str(export.id), "seen": export.failed_at.isoformat() if export.failed_at else ""}
    return RemedyLink("Mended: resend", url_for("resyncs.create"), Permission.SEND, f"mend-{export.id}", fields)


def _label_and_address(export: Export, found: Guide, value: str, provider: str) -> tuple[str, str]:
    connection = export.connection_id
    match found.remedy:
        case Remedy.RECONNECT:
            return f"Reconnect {provider}", _at_connection("connections.listed", connection)
        case Remedy.REFRESH_LISTS:
            label = f"Refresh lists from {provider} (sends nothing)"
            return label, url_for("connections.refresh_lists", connection_id=connection)
        case Remedy.SYNC_CONFIG:
            return "Open sync config", _at_connection("sync_config.listed", connection)
        case Remedy.MAP:
            kind = MAPPED_KIND.get(found.code, MappingKind.ACCOUNT)
            what = {MappingKind.TAX: "tax rate", MappingKind.ACCOUNT: "account"}[kind]
            return f"Choose the {what}", _mapping(connection, kind, value)
        case Remedy.CONTACT:
            return "Choose or create the contact", _mapping(connection, MappingKind.CONTACT, value or _contact(export))
        case Remedy.COMPARE:
            return f"Compare with {provider}", _of_export("records.compare", export)
        case Remedy.LOOK:
            return f"See what {provider} holds", _of_export("records.compare", export)
        case Remedy.MOVE_DATE:
            return "Move the booking date", _of_export("records.booking_date", export)
        case Remedy.RESYNC | Remedy.EDIT_SOURCE:
            return "Open the record", url_for("records.shown", record_id=export.record_id)
        case Remedy.NONE:
            return "Read what to do", url_for("errors.shown", code=found.code.value)


def _permission(export: Export, found: Guide) -> Permission | None:
    """A bill's date is finance's to move; an issued sales invoice's, and any across a year end, an admin's."""
    if found.remedy is Remedy.MOVE_DATE and export.kind.direction is Direction.SALE:
        return Permission.MOVE_ISSUED_DATE
    if found.remedy in _READ_ONLY:
        return None
    return found.permission or (Permission.SEND if found.remedy is Remedy.MOVE_DATE else None)


def _of_export(endpoint: str, export: Export) -> str:
    return url_for(endpoint, record_id=export.record_id, export_id=export.id)


def _at_connection(endpoint: str, connection_id: int) -> str:
    return url_for(endpoint, _anchor=f"connection-{connection_id}")


def _mapping(connection_id: int, kind: MappingKind, value: str) -> str:
    return url_for("mapping.listed", connection=connection_id, kind=kind.value, value=value or None)


def _contact(export: Export) -> str:
    return records.contact_key(db.session(), export)
