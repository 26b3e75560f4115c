"""Putting an original beside its document. The same name again replaces the file, so sending it twice does no harm."""

import re
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import quote

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import (
    Accepted,
    AttachmentPosting,
    Exchange,
    Fault,
    LedgerState,
    Outcome,
    Refused,
    Unknown,
)
from dashboard.vocabulary.providers import FACTS, Provider
from jobs.connectors.xero.calls import API, Calls
from jobs.connectors.xero.fields import elements, identifier
from jobs.connectors.xero.forms import FORMS
from jobs.connectors.xero.payloads import pretty

_LARGEST = FACTS[Provider.XERO].limits.attachment_bytes
_FORBIDDEN = re.compile(r'[<>:"/\\|?*+\x00-\x1f\x7f]')
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_LONGEST_NAME = 120
_LONGEST_ENDING = 10


def push_attachment(calls: Calls, posting: AttachmentPosting) -> Outcome:
    """https://developer.xero.com/documentation/api/accounting/attachments"""
    name = safe_name(posting.file_name)
    path = f"{API}/{FORMS[posting.kind].plural}/{quote(posting.ledger_id, safe='')}/Attachments/{quote(name, safe='')}"
    media_type = posting.media_type if _MEDIA_TYPE.fullmatch(posting.media_type) else "application/octet-stream"
    told = f"{len(posting.content)} bytes of {media_type}"
    exchange = Exchange("PUT", calls.address(path), told, None, "")
    if not posting.content or len(posting.content) > _LARGEST:
        words = f"The file has {len(posting.content)} bytes; Xero takes 1 to {_LARGEST}. It was not sent."
        return _refused(posting, words, exchange)
    reply = calls.write("PUT", calls.address(path), posting.content, {"Content-Type": media_type})
    exchange = replace(exchange, status=reply.status, response=reply.body, request_id=reply.request_id)
    if reply.verdict:
        outcome = reply.verdict(exchange)
        return _refused(posting, reply.words, exchange) if isinstance(outcome, Refused) else outcome
    if reply.status == 400:
        return _refused(posting, reply.words, exchange)
    stored = elements(reply.document, "Attachments")
    exchange = replace(exchange, response=pretty(reply.document))
    if len(stored) != 1 or not identifier(stored[0], "AttachmentID"):
        return Unknown("Xero's answer does not name the attachment.", exchange)
    return Accepted(identifier(stored[0], "AttachmentID"), LedgerState.APPROVED, exchange)


def safe_name(file_name: str) -> str:
    """Without what Xero forbids in a file name, and without dots that would climb in an address; the ending stays."""
    cleaned = _FORBIDDEN.sub("_", file_name).strip(" .") or "attachment"
    if len(cleaned) <= _LONGEST_NAME:
        return cleaned
    ending = PurePosixPath(cleaned).suffix[:_LONGEST_ENDING]
    return cleaned[: _LONGEST_NAME - len(ending)].rstrip(" .") + ending


def _refused(posting: AttachmentPosting, words: str, exchange: Exchange) -> Refused:
    return Refused((Fault(ErrorCode.ATTACHMENT_REFUSED, posting.file_name, words),), exchange)
