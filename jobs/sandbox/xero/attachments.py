"""Files at invoices, bills, credit notes and contacts: raw bytes, no multipart. See developer.xero.com, Attachments."""

import base64
import mimetypes
from dataclasses import replace
from uuid import uuid4

from jobs.sandbox.answers import Answer
from jobs.sandbox.xero.call import ApiCall, Element, Reply
from jobs.sandbox.xero.errors import ApiError, not_found
from jobs.sandbox.xero.objects import Attachment

MOST = 10
LARGEST = 10 * 1024 * 1024
FORBIDDEN = frozenset('<>:"/\\|?*\0+')
PLURALS = {"document": "Invoices", "credit": "CreditNotes", "contact": "Contacts"}


def attachment_list(call: ApiCall, key: str) -> Reply:
    """GET /{object}/{id}/Attachments."""
    owner, _ = _owner(call, key)
    return Reply("Attachments", [_form(call, one) for one in call.company.attachments.find("owner", owner, call.at)])


def attachment_content(call: ApiCall, key: str, name: str) -> Answer:
    """GET /{object}/{id}/Attachments/{FileName or AttachmentID}: the bytes themselves."""
    owner, _ = _owner(call, key)
    for one in call.company.attachments.find("owner", owner, call.at):
        if name.lower() in (one.id, one.name.lower()):
            return Answer(200, base64.b64decode(one.content), (("Content-Type", one.mime_type),))
    raise not_found()


def save_attachment(call: ApiCall, key: str, name: str) -> Reply:
    """PUT and POST /{object}/{id}/Attachments/{FileName}: a known name is replaced."""
    company = call.company
    owner, _ = _owner(call, key)
    attached = company.attachments.find("owner", owner)
    existing = next((one for one in attached if one.name.lower() == name.lower()), None)
    if not name or FORBIDDEN & set(name):
        raise _refused(f"The file name '{name}' contains characters that are not allowed.")
    if not call.body:
        raise _refused("The attachment is empty.")
    if len(call.body) > LARGEST:
        raise _refused("The attachment is larger than 10 MB.")
    if existing is None and len(attached) >= MOST:
        raise _refused(f"A document cannot have more than {MOST} attachments.")
    sent_type = call.headers.get("content-type", "").split(";")[0]
    is_vague = sent_type in ("", "application/octet-stream", "application/json")
    attachment = Attachment(
        id=existing.id if existing else str(uuid4()),
        owner_id=owner,
        name=name,
        mime_type=(mimetypes.guess_type(name)[0] if is_vague else sent_type) or "application/octet-stream",
        content=base64.b64encode(call.body).decode(),
        length=len(call.body),
        include_online=bool(call.flag("IncludeOnline")),
    )
    company.attachments.put(attachment)
    document = company.documents.get(owner)
    contact = company.contacts.get(owner)
    if document is not None:
        company.documents.put(replace(document, has_attachments=True, updated=company.stamp()))
    elif contact is not None:
        company.contacts.put(replace(contact, has_attachments=True, updated=company.stamp()))
    return Reply("Attachments", [_form(call, attachment)])


def _owner(call: ApiCall, key: str) -> tuple[str, str]:
    """The id of the object and the address it is under."""
    owner = key.lower()
    document = call.company.documents.get(owner, call.at)
    wanted = call.path.split("/")[1].lower()
    if document is not None:
        plural = PLURALS["credit" if document.type.is_credit else "document"]
    elif call.company.contacts.get(owner, call.at) is not None:
        plural = PLURALS["contact"]
    else:
        raise not_found()
    if plural.lower() != wanted:
        raise not_found()
    return owner, plural


def _form(call: ApiCall, attachment: Attachment) -> Element:
    plural = _owner(call, attachment.owner_id)[1]
    return {
        "AttachmentID": attachment.id,
        "FileName": attachment.name,
        "Url": f"{call.base_url}/{plural}/{attachment.owner_id}/Attachments/{attachment.name}",
        "MimeType": attachment.mime_type,
        "ContentLength": attachment.length,
        "IncludeOnline": attachment.include_online,
    }


def _refused(message: str) -> ApiError:
    return ApiError(10, "ValidationException", message, elements=[])
