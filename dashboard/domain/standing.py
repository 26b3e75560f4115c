"""Where an export stands, in a sentence for a person. Times are the page's to add; error texts are the guides'."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.domain import still_send
from dashboard.models import Connection, Export
from dashboard.models.connection import ConnectionState
from dashboard.models.export import AttachmentState
from dashboard.vocabulary.days import day
from dashboard.vocabulary.postings import LedgerState
from dashboard.vocabulary.records import Trigger
from dashboard.vocabulary.statuses import IN_FLIGHT, Status


@dataclass(frozen=True)
class Standing:
    """`sentence` says where it stands, `onward` what happens next by itself, `at` when that is (aware UTC, or None).

    `is_moving` tells that it can change within moments, so that a page may watch it.
    """

    sentence: str
    onward: str
    at: datetime | None
    is_moving: bool


def of(export: Export, connection: Connection, number: str) -> Standing:
    onward, at = _onward(export, connection)
    # A failure with a next try waits to be compared with what the ledger holds under its number.
    is_awaited = export.status in IN_FLIGHT or (export.status is Status.FAILED and export.next_try_at is not None)
    is_moving = is_awaited and connection.state is ConnectionState.CONNECTED
    return Standing(_sentence(export, connection.provider.label, number), onward, at, is_moving)


def note(export: Export, connection: Connection) -> str:
    """The addition behind the status: "draft", or what is waited for; "" mostly."""
    if export.status is Status.SYNCED and export.ledger_state not in (None, LedgerState.APPROVED):
        return export.ledger_state.value.replace("-", " ") if export.ledger_state else ""
    if export.status in IN_FLIGHT and connection.waiting_for:
        return f"waiting: {connection.waiting_for}"
    return ""


def attachment(export: Export, connection: Connection, documents: Sequence[int]) -> str:
    """What became of the original file at the ledger; "" before it is there. `documents`: how many each file holds."""
    label = connection.provider.label
    if export.attachment is AttachmentState.NONE and export.status is Status.SYNCED and documents:
        if not connection.attach_original:
            return "Not attached: that is turned off in sync config"
        if min(documents) > 1:
            return f"The file holds {min(documents)} documents, so it is not attached"
    return {
        AttachmentState.NONE: "",
        AttachmentState.DUE: f"Waiting to be attached in {label}",
        AttachmentState.DONE: f"Attached in {label}",
        AttachmentState.REFUSED: f"Not attached: {label} refused it",
    }[export.attachment]


def _sentence(export: Export, label: str, number: str) -> str:
    match export.status:
        case Status.READY:
            return f"{number} has not been sent to {label}."
        case Status.ON_HOLD:
            return f"{number} is held back from {label}."
        case Status.PENDING:
            return f"{number} is queued for {label}."
        case Status.SENDING:
            return f"{number} is being sent to {label}."
        case Status.CHECKING:
            return f"{number} may have arrived in {label}; it is looked up there before anything is sent again."
        case Status.SYNCED if export.is_gone:
            became = "voided" if export.ledger_state is LedgerState.VOID else "deleted"
            return f"{number} was exported to {label} and has been {became} there since, so it books nothing."
        case Status.SYNCED:
            state = export.ledger_state
            as_what = f" as {state.value.replace('-', ' ')}" if state and state is not LedgerState.APPROVED else ""
            return f"{number} was exported to {label}{as_what}."
        case Status.FAILED:
            return f"{number} was not exported to {label}: {export.error_words}"
        case Status.RESOLVED:
            return f"{number} was resolved without sending."


def _onward(export: Export, connection: Connection) -> tuple[str, datetime | None]:
    label = connection.provider.label
    match export.status:
        case Status.FAILED if export.next_try_at is not None:
            return f"No retry is scheduled. What {label} holds under this number is looked at", export.next_try_at
        case Status.FAILED:
            return "No retry is scheduled; it will not be sent again by itself.", None
        case Status.ON_HOLD if still_send.is_asked(export):
            return "It waited longer than a day, so it goes only when somebody says so. Ordered", export.ordered_at
        case Status.ON_HOLD if connection.start_date is not None:
            start = day(connection.start_date)
            return f"Its document date is before {start}, from which on documents are sent. An admin may send it.", None
        case Status.PENDING if connection.state is ConnectionState.ERROR:
            return f"Waiting: {label} needs reconnecting. It goes by itself then{_unless_late(export)}.", None
        case Status.PENDING if connection.state is ConnectionState.DISCONNECTED:
            waits = f"Waiting: {label} is disconnected. It goes by itself once {label} is connected"
            return f"{waits}{_unless_late(export)}.", None
        case Status.PENDING if connection.not_before is not None:
            return f"Waiting: {connection.waiting_for or label}. Goes on", connection.not_before
        case Status.PENDING if export.next_try_at is not None:
            return "Next try", export.next_try_at
        case Status.CHECKING if export.check_at is not None:
            return "Next look", export.check_at
    return "", None


def _unless_late(export: Export) -> str:
    is_order = export.trigger is Trigger.MANUAL
    return "; when that takes longer than a day, it is asked first whether it is still to be sent" if is_order else ""
