"""The history of documents and contacts: what Xero notes by itself and the notes that apps add."""

from uuid import uuid4

from jobs.sandbox.xero.call import ApiCall, Element, Reply
from jobs.sandbox.xero.company import Company
from jobs.sandbox.xero.dates import ms_time
from jobs.sandbox.xero.errors import not_found
from jobs.sandbox.xero.objects import Note
from jobs.sandbox.xero.reading import text

LONGEST = 2500


def note(company: Company, owner_id: str, changes: str, details: str, user: str = "System Generated") -> Note:
    """Add an entry."""
    return company.notes.put(Note(str(uuid4()), owner_id, changes, details, user, company.stamp()))


def history_list(call: ApiCall, key: str) -> Reply:
    """GET /{object}/{id}/History, newest first."""
    notes = call.company.notes.find("owner", _owner(call, key), call.at)
    return Reply("HistoryRecords", [_form(one) for one in reversed(notes)])


def add_notes(call: ApiCall, key: str) -> Reply:
    """PUT /{object}/{id}/History."""
    owner = _owner(call, key)
    added = []
    for element in call.elements("HistoryRecords"):
        details = (text(element, "Details") or "").strip()
        if not details or len(details) > LONGEST:
            raise call.bad_data(f"Details must be between 1 and {LONGEST} characters")
        added.append(note(call.company, owner, "Note", details, call.settings.app_name))
    return Reply("HistoryRecords", [_form(one) for one in added])


def _owner(call: ApiCall, key: str) -> str:
    owner = key.lower()
    if call.company.documents.get(owner, call.at) is None and call.company.contacts.get(owner, call.at) is None:
        raise not_found()
    return owner


def _form(entry: Note) -> Element:
    return {"Changes": entry.changes, "Details": entry.details, "User": entry.user, "DateUTC": ms_time(entry.at)}
