"""Taking in files: read, decide the direction, recognise what is there, store with the original. All or nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import audit, publishing
from dashboard.domain.actors import Actor
from dashboard.domain.intake import direction, readers
from dashboard.domain.intake.identity import is_same_party
from dashboard.domain.intake.to_record import check_number, record_from
from dashboard.models import Original, Record, RecordOriginal, Tenant
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.documents import Document, UnreadableFile
from dashboard.vocabulary.records import Direction, Source


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


def utc_now() -> datetime:
    return datetime.now(UTC)


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
    with writing(session):
        _wait_for_others(session, tenant_id)
        return _store(session, tenant, file_name, content, documents, sides, actor, now, approve=approve)


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
    sides: Sequence[Direction],
    actor: Actor,
    now: datetime,
    *,
    approve: bool,
) -> list[Result]:
    original = _keep(session, tenant, content, len(documents), now)
    here = {
        _spot(link.place): link.record_id
        for link in session.scalars(select(RecordOriginal).where(RecordOriginal.original_id == original.id))
    }
    results = []
    fresh: list[Record] = []
    for document, side in zip(documents, sides, strict=True):
        if _spot(document.place) in here:
            results.append(Result(Fate.ALREADY_HERE, document.number, here[_spot(document.place)]))
            continue
        record = record_from(document, tenant.id, side, now)
        same = _same_bill(session, record)
        twin = next((each for each in same if each.fingerprint == record.fingerprint), None)
        if twin is not None:
            fate, kept, act = Fate.ATTACHED, twin, Act.RECORD_ATTACHED
        else:
            fate, kept, act = Fate.TAKEN_IN, record, Act.RECORD_TAKEN_IN
            if same:
                fate = Fate.POSSIBLE_DUPLICATE
                record.is_possible_duplicate = True
                record.duplicate_of_id = same[0].id
            session.add(record)
            fresh.append(record)
        session.flush()
        session.add(
            RecordOriginal(
                record_id=kept.id,
                original_id=original.id,
                place=document.place[:200],
                file_name=file_name[-255:],
                attached_at=now,
            )
        )
        session.flush()
        _note(session, kept, act, fate, file_name, actor, now)
        results.append(Result(fate, kept.number, kept.id))
    if approve:
        publishing.approve(
            session, tenant.id, [record for record in fresh if not record.is_possible_duplicate], actor, now
        )
    return results


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
    head = content[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<"):
        return "application/xml"
    return "text/csv" if b"\0" not in head else "application/octet-stream"


def _same_bill(session: Session, record: Record) -> list[Record]:
    """Records of the same seller, kind, number and date, the first first; archived ones do not count."""
    query = select(Record).where(
        Record.tenant_id == record.tenant_id,
        Record.normalised_number == record.normalised_number,
        Record.issue_date == record.issue_date,
        Record.kind == record.kind,
        Record.archived_at.is_(None),
    )
    return [each for each in session.scalars(query.order_by(Record.id)) if _is_same_seller(record, each)]


def _is_same_seller(one: Record, other: Record) -> bool:
    """What the organisation sells has one seller, however a file names it; a bill's seller is its contact."""
    if one.kind.direction is Direction.SALE or one.seller_key == other.seller_key:
        return True
    return is_same_party(one.contact_name, [one.contact_tax_id], other.contact_name, [other.contact_tax_id])


def _note(session: Session, record: Record, act: Act, fate: Fate, file_name: str, actor: Actor, now: datetime) -> None:
    words = {
        Fate.TAKEN_IN: f"Taken in from {file_name}",
        Fate.ATTACHED: f"{file_name} states the same document: kept as a further original",
        Fate.POSSIBLE_DUPLICATE: f"Taken in from {file_name}: same seller, number and date as another, not the same",
    }[fate]
    audit.note_act(
        session,
        record.tenant_id,
        act,
        now,
        actor=actor,
        reference=record.number,
        entity_type=record.kind,
        record_id=record.id,
        words=words,
    )
