"""Taking in files: read, decide the direction, recognise what is there, store with the original. A file is stored whole
or not at all; approving what was stored comes after that."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import audit, publishing
from dashboard.domain.actors import Actor
from dashboard.domain.intake import direction, readers
from dashboard.domain.intake.same_bill import Bills, is_same_original
from dashboard.domain.intake.storing import add_records, mark_possible_duplicates
from dashboard.domain.intake.to_record import check_number, record_from
from dashboard.models import Original, Record, RecordOriginal, Tenant
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.documents import Document, UnreadableFile
from dashboard.vocabulary.records import Direction, Source

_APPROVED_AT_ONCE = 200
_MEDIA_TYPES = {
    readers.Form.XML: "application/xml",
    readers.Form.PDF: "application/pdf",
    readers.Form.SIGNED: "application/pkcs7-mime",
    readers.Form.TABLE: "text/csv",
}


class Fate(StrEnum):
    """What became of a document."""

    TAKEN_IN = "taken in"
    ATTACHED = "attached"
    POSSIBLE_DUPLICATE = "possible duplicate"
    ALREADY_HERE = "already here"
    REFUSED = "refused"


@dataclass(frozen=True)
class Result:
    """One document's fate. `said` is its reference, or for a refusal all of `refusal` in one line; `record_id` where
    there is one."""

    fate: Fate
    said: str
    record_id: int | None = None
    refusal: UnreadableFile | None = None


def content_of(file: Path) -> bytes | None:
    """The file's bytes; one byte more than is ever read when it is too large, None when it cannot be opened."""
    try:
        with file.open("rb") as opened:
            return opened.read(readers.MAX_BYTES + 1)
    except OSError:
        return None


def take_in_file(
    session: Session,
    tenant_id: int,
    file_name: str,
    content: bytes | None,
    actor: Actor,
    now: datetime,
    *,
    stated_direction: Direction | None = None,
    source: Source | None = None,
    approve: bool = False,
) -> list[Result]:
    """Take in one file in a transaction of its own: a result per document, or one refusal for the whole file.

    A refused file leaves no record, but its original is kept (unless it is too large) and the log says why.
    With `approve` what was stored is approved in further transactions, some hundred records each, so that nobody waits
    long for the database; a crash between them leaves the rest awaiting approval, where people find it.
    """
    file_name = printable(file_name)
    if content is None:
        unopened = UnreadableFile(file_name, "The file cannot be opened.")
        return [Result(Fate.REFUSED, str(unopened), refusal=unopened)]
    tenant = session.get_one(Tenant, tenant_id)
    try:
        documents = readers.read(content, file_name)
        if source is not None and documents[0].source is not source:
            found = documents[0].source.label
            raise UnreadableFile(file_name, f"It is a {found} file, not {source.label}.")
        for document in documents:
            check_number(document)
        sides = [direction.decide(document, tenant, stated_direction) for document in documents]
    except UnreadableFile as refused:
        with writing(session):
            _wait_for_others(session, tenant_id)
            return [_refuse(session, tenant, file_name, content, refused, actor, now)]
    records = [record_from(document, tenant_id, side, now) for document, side in zip(documents, sides, strict=True)]
    with writing(session):
        _wait_for_others(session, tenant_id)
        results, clear = _store(session, tenant, file_name, content, documents, records, actor, now)
    if approve:
        for start in range(0, len(clear), _APPROVED_AT_ONCE):
            with writing(session):
                publishing.approve(session, tenant_id, clear[start : start + _APPROVED_AT_ONCE], actor, now)
    return results


def printable(file_name: str) -> str:
    """The name as it can be stored and shown: whatever is no readable character is replaced."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in file_name)


def _wait_for_others(session: Session, tenant_id: int) -> None:
    """Two imports of one file or bill at the same moment would both find nothing: one waits for the other.

    Not a full lock: that would wait for every row being added to the organisation, and those may wait for this one.
    """
    session.execute(select(Tenant.id).where(Tenant.id == tenant_id).with_for_update(key_share=True))


def _store(
    session: Session,
    tenant: Tenant,
    file_name: str,
    content: bytes,
    documents: Sequence[Document],
    records: Sequence[Record],
    actor: Actor,
    now: datetime,
) -> tuple[list[Result], list[Record]]:
    """A result per document, and the records that may be approved; in few statements, however large the file is."""
    original = _keep(session, tenant, content, len(documents), now)
    here = {
        _spot(link.place): link.record_id
        for link in session.scalars(select(RecordOriginal).where(RecordOriginal.original_id == original.id))
    }
    bills = Bills(session, tenant.id, records)
    kept: list[tuple[Fate, Record] | None] = []
    added: list[Record] = []
    unsure: list[tuple[Record, Record]] = []
    for document, record in zip(documents, records, strict=True):
        if _spot(document.place) in here:
            kept.append(None)
            continue
        same = bills.same_as(record)
        agreeing = next((each for each in same if is_same_original(record, each)), None)
        if agreeing is not None:
            kept.append((Fate.ATTACHED, agreeing))
            continue
        if same:
            unsure.append((record, same[0]))
        kept.append((Fate.POSSIBLE_DUPLICATE if same else Fate.TAKEN_IN, record))
        bills.add(record)
        added.append(record)
    add_records(session, tenant.id, added)
    mark_possible_duplicates(session, unsure)
    results, links, acts = [], [], []
    for document, found in zip(documents, kept, strict=True):
        if found is None:
            results.append(Result(Fate.ALREADY_HERE, document.number, here[_spot(document.place)]))
            continue
        fate, record = found
        results.append(Result(fate, record.number, record.id))
        links.append(
            {
                "record_id": record.id,
                "original_id": original.id,
                "place": document.place[:200],
                "file_name": file_name[-255:],
                "attached_at": now,
            }
        )
        acts.append((record, *_said(fate, file_name)))
    if links:
        session.execute(insert(RecordOriginal), links)
        audit.note_records(session, acts, actor, now)
    return results, [found[1] for found in kept if found is not None and found[0] is Fate.TAKEN_IN]


def _refuse(
    session: Session,
    tenant: Tenant,
    file_name: str,
    content: bytes,
    refused: UnreadableFile,
    actor: Actor,
    now: datetime,
) -> Result:
    details: dict[str, object] = {"file": file_name[-255:], "place": refused.place}
    if len(content) <= readers.MAX_BYTES:
        details["original"] = _keep(session, tenant, content, 0, now).id
    audit.note_act(
        session,
        tenant.id,
        Act.FILE_REFUSED,
        now,
        actor=actor,
        reference=file_name[-255:],
        words=str(refused),
        details=details,
    )
    return Result(Fate.REFUSED, str(refused), refusal=refused)


def _keep(session: Session, tenant: Tenant, content: bytes, documents: int, now: datetime) -> Original:
    """The file's bytes, once; a file refused earlier and read now is told so."""
    digest = hashlib.sha256(content).hexdigest()
    original = session.scalars(
        select(Original).where(Original.tenant_id == tenant.id, Original.sha256 == digest)
    ).one_or_none()
    if original is None:
        original = Original(
            tenant_id=tenant.id,
            sha256=digest,
            size=len(content),
            media_type=_media_type(content),
            documents=documents,
            content=content,
            created_at=now,
        )
        session.add(original)
    original.documents = max(original.documents, documents)
    session.flush()
    return original


def _spot(place: str) -> str:
    """Where in its file a document stands, without the file's name: the same file may come under another one."""
    return place.partition(" of ")[0]


def _media_type(content: bytes) -> str:
    try:
        return _MEDIA_TYPES[readers.sniff(content)]
    except UnreadableFile:
        return "application/octet-stream"


def _said(fate: Fate, file_name: str) -> tuple[Act, str]:
    """What the log says of a document of that fate."""
    return {
        Fate.TAKEN_IN: (Act.RECORD_TAKEN_IN, f"Taken in from {file_name}"),
        Fate.ATTACHED: (Act.RECORD_ATTACHED, f"{file_name} states the same document: kept as a further original"),
        Fate.POSSIBLE_DUPLICATE: (
            Act.RECORD_TAKEN_IN,
            f"Taken in from {file_name}: same seller, number and date as another, not the same",
        ),
    }[fate]
