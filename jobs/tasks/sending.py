"""Sending: take a batch of Pending exports, check each, store what will be sent, send it, store what came back."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace

from sqlalchemy import literal_column, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, selectinload

from dashboard.db import writing
from dashboard.domain import (
    attempts,
    before_sending,
    connections,
    counts,
    distrust,
    leases,
    lifecycle,
    mappings,
    outcomes,
    preflight,
    refusals,
    twins,
)
from dashboard.domain.actors import MACHINE
from dashboard.domain.attempts import Ready
from dashboard.domain.mappings import Mapped
from dashboard.domain.preflight import Checked
from dashboard.domain.references import Ledger
from dashboard.domain.twins import Candidate
from dashboard.models import Connection, Export, Record
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.mappings import MappingKind
from dashboard.vocabulary.postings import Fault, Outcome, ProviderError, Refused, Unknown, Wait
from dashboard.vocabulary.statuses import Cause, Status
from jobs.tasks import looking_up, reading_lists
from jobs.tasks.holding import Holding


def send_next(holding: Holding) -> bool:
    """Send the next batch of one kind; False when none is due. Raises ProviderError when the connection must wait."""
    session = holding.session
    session.rollback()
    batch = _due(holding)
    if not batch:
        return False
    reading_lists.read_what_stood_in_the_way(holding, batch)
    try:
        ready = _search(holding, _doubt_restored(holding, _check(holding, batch)))
        if not ready:
            return True
        # The turn comes before anything is stored: waiting for it must not look like sending.
        holding.gate.take_turn()
        with writing(session):
            begun = attempts.begin(session, holding.lease, ready, holding.clock())
            ids = [attempt.id for attempt in begun]
    except lifecycle.StaleMove:
        # Somebody moved one of them between reading and taking, and the next batch is read anew; or the lease is lost,
        # which shows here.
        with writing(session):
            leases.renew(session, holding.lease)
        return True
    try:
        answers = holding.connector.push([each.posting for each in ready])
    except ProviderError as fault:
        with writing(session):
            attempts.hold_records(session, [each.export.record_id for each in ready])
            for attempt_id in ids:
                attempts.hand_back(session, attempt_id, fault.words or fault.code.value, holding.clock())
        raise
    answers = _in_our_terms(holding, ready, answers)
    _store(holding, ready, ids, answers)
    pauses = [pause for outcome in answers if (pause := _pause(outcome)) is not None]
    if pauses:
        raise max(pauses, key=lambda pause: pause.retry_after or 0)
    return True


def _pause(outcome: Outcome) -> ProviderError | None:
    """What the whole connection has to wait for after this answer, where it has to."""
    match outcome:
        case Wait(seconds=seconds, code=code, words=words):
            return ProviderError(code, words=words, retry_after=seconds)
        case Unknown(words=words, pause=float() as seconds):
            return ProviderError(ErrorCode.PROVIDER_DOWN, words=words, retry_after=seconds)
    return None


def _due(holding: Holding) -> list[Export]:
    """Up to a call's worth of due exports of one kind: what a person waits for first, else in the order they came."""
    now = holding.clock()
    mine = select(Export).where(
        Export.connection_id == holding.connection.id,
        or_(Export.next_try_at.is_(None), Export.next_try_at <= now),
    )
    # Written out, not bound: SQLite takes a partial index only where the text of the query implies it; and without
    # the organisation, since it would take the index of exports by status with it, and read the whole queue.
    pending = Export.status == literal_column(f"'{Status.PENDING.value}'")
    urgent = mine.where(pending, literal_column("export.is_urgent")).order_by(Export.id)
    # A range of one status, which the order names too, for the index of exports by status: by ids alone PostgreSQL
    # reads the whole table from its beginning, in the hope that what is due comes early.
    theirs = Export.tenant_id == holding.connection.tenant_id
    waiting = Export.status.between(Status.PENDING, Status.PENDING)
    in_order = mine.where(theirs, waiting, ~Export.is_urgent).order_by(Export.status, Export.id)
    batch: list[Export] = []
    for turn in (urgent, in_order):
        room = holding.limits.documents_per_call - len(batch)
        first = batch[0] if batch else holding.session.scalar(turn.limit(1))
        if first is not None:
            batch += holding.session.scalars(turn.where(Export.kind == first.kind).limit(room))
    return batch


def _check(holding: Holding, batch: Sequence[Export]) -> list[Ready]:
    """Fail what is bound to be refused, with all its faults named; give back what may be sent."""
    session = holding.session
    # Only who holds the connection reads its lists, so they are loaded before anybody has to wait in order to write.
    ledger = holding.ledger()
    with writing(session):
        connection = session.get_one(Connection, holding.connection.id, populate_existing=True)
        records = _records(session, batch)
        mapped = mappings.load(session, connection.id, {record.contact_key for record in records.values()})
        _map_known_contacts(holding, connection, list(records.values()), mapped, ledger)
        checked = {
            export.id: preflight.check(
                records[export.record_id],
                export,
                connection,
                mapped,
                ledger,
                f"{holding.config.public_url}/r/{export.key}",
            )
            for export in batch
        }
        doubled = _hold_back_twins(session, connection, batch, records, checked)
        ready = []
        with counts.together(session):
            for export in batch:
                result = checked[export.id]
                faults = _why_not(records[export.record_id], export, result, doubled.get(export.id))
                if result.posting is not None and not faults:
                    ready.append(Ready(export, result.posting, result.versions))
                    continue
                lifecycle.move(
                    session,
                    export,
                    Status.FAILED,
                    Cause.PREFLIGHT,
                    holding.clock(),
                    faults=faults,
                    fence=holding.lease.fence,
                    is_urgent=False,
                )
    return ready


def _doubt_restored(holding: Holding, ready: Sequence[Ready]) -> list[Ready]:
    """Those that are not to be looked up first because a backup was restored."""
    doubtful = [each for each in ready if each.export.distrusted_at is not None]
    if doubtful:
        with writing(holding.session) as session:
            distrust.doubt(session, holding.lease, doubtful, holding.clock(), holding.timing.settles_after)
    return [each for each in ready if each not in doubtful]


def _search(holding: Holding, ready: Sequence[Ready]) -> list[Ready]:
    """Those that the ledger does not hold already, as far as a search before sending can tell."""
    searched = [each for each in ready if before_sending.is_searched(each.posting)]
    if not searched:
        return list(ready)
    holding.session.commit()
    findings = looking_up.find(holding, [each.posting for each in searched])
    with writing(holding.session) as session:
        left = before_sending.settle(session, holding.lease, searched, findings, holding.clock())
    return [each for each in ready if each in left or each not in searched]


def _why_not(record: Record, export: Export, checked: Checked, doubled: Fault | None) -> tuple[Fault, ...]:
    """What keeps it from being sent now; nothing when it may go."""
    if export.alarm:
        return (attempts.twice_fault(export),)
    if record.archived_at is not None:
        return (Fault(ErrorCode.STATUS_NOT_ALLOWED, record.number, f"{record.number} is archived"),)
    if doubled is not None:
        return (doubled,)
    if record.is_possible_duplicate:
        words = f"{record.number} may be a duplicate of another record: it is not sent until that is decided"
        return (Fault(ErrorCode.NUMBER_EXISTS, record.number, words, f"record:{record.duplicate_of_id or ''}"),)
    return checked.faults


def _hold_back_twins(
    session: Session,
    connection: Connection,
    batch: Sequence[Export],
    records: Mapping[int, Record],
    checked: Mapping[int, Checked],
) -> dict[int, Fault]:
    candidates = [
        Candidate(records[export.record_id], export, posting.contact_id)
        for export in batch
        if (posting := checked[export.id].posting) is not None
    ]
    return twins.hold_back(session, connection, candidates)


def _records(session: Session, batch: Sequence[Export]) -> dict[int, Record]:
    query = (
        select(Record)
        .where(Record.id.in_([export.record_id for export in batch]))
        .options(selectinload(Record.lines), selectinload(Record.taxes))
        .execution_options(populate_existing=True)
    )
    return {record.id: record for record in session.scalars(query)}


def _map_known_contacts(
    holding: Holding, connection: Connection, records: Sequence[Record], mapped: Mapped, ledger: Ledger
) -> None:
    """Map a contact by itself only when exactly one active contact of the ledger carries the record's tax id.

    `mapped` then holds it too.
    """
    session = holding.session
    for record in records:
        match = preflight.unmapped_contact_with_one_match(record, mapped, ledger)
        if match is None:
            continue
        mappings.save(
            session,
            connection,
            MappingKind.CONTACT,
            record.contact_key,
            match.external_id,
            ledger,
            MACHINE,
            holding.clock(),
            label=record.contact_name,
        )
        mapped |= mappings.contacts(session, connection.id, [record.contact_key])


def _in_our_terms(holding: Holding, ready: Sequence[Ready], answers: Sequence[Outcome]) -> list[Outcome]:
    """Refusals told as a check before sending would have told them, so that both lead to the same remedy."""
    if not any(isinstance(answer, Refused) for answer in answers):
        return list(answers)
    session = holding.session
    records = _records(session, [each.export for each in ready])
    keys = {record.contact_key for record in records.values()}
    mapped = mappings.load(session, holding.connection.id, keys)
    told: list[Outcome] = []
    for each, answer in zip(ready, answers, strict=True):
        if isinstance(answer, Refused):
            record = records[each.export.record_id]
            answer = replace(
                answer, faults=tuple(refusals.in_terms_of(record, fault, mapped) for fault in answer.faults)
            )
        told.append(answer)
    return told


def _store(holding: Holding, ready: Sequence[Ready], ids: Sequence[int], answers: Sequence[Outcome]) -> None:
    """All in one transaction; where the database refuses that, each in one of its own, so that an answer which cannot
    be stored takes none of the others with it. It is raised once they are stored, and looked up as if none had come."""
    session = holding.session
    ended = list(zip(ids, answers, strict=True))
    try:
        with writing(session), counts.together(session):
            attempts.hold_records(session, [each.export.record_id for each in ready])
            for attempt_id, outcome in ended:
                outcomes.end(session, attempt_id, outcome, holding.clock(), holding.timing)
    except DBAPIError:
        with ExitStack() as singly:
            for attempt_id, outcome in reversed(ended):
                singly.callback(_store_one, holding, attempt_id, outcome)
    with writing(session):
        connection = session.get_one(Connection, holding.connection.id, populate_existing=True)
        if not all(_pause(outcome) for outcome in answers):
            connections.resume(session, connection)


def _store_one(holding: Holding, attempt_id: int, outcome: Outcome) -> None:
    with writing(holding.session) as session:
        outcomes.end(session, attempt_id, outcome, holding.clock(), holding.timing)
