"""Answering: the questions that pages left for the holder of a connection, each within its own transaction."""

from typing import Any

from sqlalchemy import select, update

from dashboard.db import changed, writing
from dashboard.domain import audit, checking, connections, lifecycle, lookups, mappings, references, stored_postings
from dashboard.domain.actors import Actor
from dashboard.domain.intake.identity import normalised_name, normalised_tax_id
from dashboard.models import Attempt, Connection, Export, Lookup, Record
from dashboard.models.export import Step
from dashboard.models.lookup import LookupKind
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import CONNECTION_WIDE, ErrorCode
from dashboard.vocabulary.mappings import MappingKind
from dashboard.vocabulary.postings import Accepted, ContactPosting, ProviderError, Refused, Unknown, Wait
from dashboard.vocabulary.references import ReferenceItem, ReferenceKind
from dashboard.vocabulary.statuses import Status
from jobs.tasks import following, reading_lists
from jobs.tasks.holding import Holding


class NoAnswer(Exception):
    """A question that has no answer; the text tells a person why, `refused_as` that the provider refused."""

    def __init__(self, words: str, refused_as: ErrorCode | None = None) -> None:
        super().__init__(words)
        self.refused_as = refused_as


def answer_next(holding: Holding) -> bool:
    """Answer the oldest open question; False when there is none. Raises ProviderError when nobody can be asked."""
    session = holding.session
    session.rollback()
    waiting = lookups.open_of_connection(session, holding.connection.id)
    if not waiting:
        return False
    lookup = waiting[0]
    with writing(session):
        if not lookups.begin(session, lookup):
            return True
    try:
        answer = _answer(holding, lookup)
    except NoAnswer as reason:
        with writing(session):
            lookups.fail(session, lookup, str(reason), holding.clock(), reason.refused_as)
        return True
    except ProviderError as fault:
        session.rollback()
        if fault.code in CONNECTION_WIDE and fault.code is not ErrorCode.PROVIDER_DOWN:
            raise
        # Left open it would be asked first for ever, and nothing else would have its turn.
        with writing(session):
            words = f"{holding.provider.label} did not answer: {fault.words or fault.code.value}. Ask again later."
            lookups.fail(session, lookup, words, holding.clock())
        if fault.code is ErrorCode.PROVIDER_DOWN:
            raise
        return True
    with writing(session):
        lookups.answer(session, lookup, answer, holding.clock())
    return True


def _answer(holding: Holding, lookup: Lookup) -> dict[str, Any]:
    match lookup.kind:
        case LookupKind.LISTS:
            return _read_lists(holding, lookup)
        case LookupKind.FIND:
            return _find(holding, lookup)
        case LookupKind.CREATE_CONTACT:
            return _create_contact(holding, lookup)
        case LookupKind.CHANGES:
            return dict(following.read(holding))
        case LookupKind.DISCONNECT:
            return _disconnect(holding, lookup)
        case LookupKind.COMPANIES:
            found = holding.connector.companies()
            return {"companies": [{"external_id": c.external_id, "name": c.name, "link_id": c.link_id} for c in found]}


def _read_lists(holding: Holding, lookup: Lookup) -> dict[str, Any]:
    counts = reading_lists.read_all(holding)
    if lookup.actor_id is None:
        # What the machine reads by itself four times a day is nobody's act.
        return {"counts": counts}
    with writing(holding.session) as session:
        audit.note_act(
            session,
            lookup.tenant_id,
            Act.LISTS_REFRESHED,
            holding.clock(),
            actor=_actor(lookup),
            connection_id=holding.connection.id,
            reference=holding.connection.company_name,
            words=", ".join(f"{n} {label.lower()}" for label, n in counts.items()),
        )
    return {"counts": counts}


def _find(holding: Holding, lookup: Lookup) -> dict[str, Any]:
    session = holding.session
    export_id = int(lookup.question.get("export", 0))
    posting = session.scalar(
        select(Attempt.posting)
        .where(Attempt.export_id == export_id, Attempt.tenant_id == lookup.tenant_id, Attempt.step == Step.DOCUMENT)
        .order_by(Attempt.id.desc())
        .limit(1)
    )
    if posting is None:
        raise NoAnswer("It was never sent, so there is nothing to look for.")
    session.commit()
    (finding,) = holding.connector.find([stored_postings.restored(posting)])
    told = checking.told(finding)
    with writing(session):
        # Kept only beside the failure that it was asked about, and by whoever still holds the connection.
        failed = update(Export).where(
            Export.id == export_id,
            Export.tenant_id == lookup.tenant_id,
            Export.status == Status.FAILED,
            lifecycle.holds(holding.lease.fence),
        )
        changed(session, failed.values(found=told))
    return {"found": type(finding).__name__.lower(), **(told or {"objects": [], "differences": []})}


def _create_contact(holding: Holding, lookup: Lookup) -> dict[str, Any]:
    """Create a contact once: one with the same tax id or name is taken instead, also after a broken-off try."""
    session = holding.session
    record = session.scalars(
        select(Record).where(Record.id == int(lookup.question.get("record", 0)), Record.tenant_id == lookup.tenant_id)
    ).one_or_none()
    if record is None:
        raise NoAnswer("The record is gone.")
    reading_lists.read(holding, ReferenceKind.CONTACT, _last_read(holding))
    existing = _contact_like(holding, record)
    is_created = existing is None
    if existing is None:
        _push_contact(holding, record, lookup)
        reading_lists.read(holding, ReferenceKind.CONTACT, _last_read(holding))
        existing = _contact_like(holding, record)
    if existing is None:
        raise NoAnswer("The ledger took the contact but does not list it yet. Refresh the lists, then pick it.")
    ledger = holding.ledger()
    with writing(session):
        connection = session.get_one(Connection, holding.connection.id, populate_existing=True)
        mappings.save(
            session,
            connection,
            MappingKind.CONTACT,
            record.contact_key,
            existing.external_id,
            ledger,
            _actor(lookup),
            holding.clock(),
            label=record.contact_name,
        )
    return {"contact_id": existing.external_id, "name": existing.name, "is_created": is_created}


def _push_contact(holding: Holding, record: Record, lookup: Lookup) -> None:
    posting = ContactPosting(
        key=f"contact-{lookup.id}",
        name=record.contact_name,
        tax_id=record.contact_tax_id if normalised_tax_id(record.contact_tax_id) else "",
        email=record.contact_email,
        country=record.contact_country,
        street=record.contact_street,
        city=record.contact_city,
        postcode=record.contact_postcode,
    )
    session = holding.session
    session.commit()
    (outcome,) = holding.connector.push([posting])
    match outcome:
        case Accepted():
            with writing(session):
                audit.note_act(
                    session,
                    lookup.tenant_id,
                    Act.CONTACT_CREATED,
                    holding.clock(),
                    actor=_actor(lookup),
                    connection_id=holding.connection.id,
                    reference=record.contact_name,
                    words=record.contact_name,
                )
        case Refused(faults=faults):
            raise NoAnswer("; ".join(fault.words for fault in faults), faults[0].code)
        case Unknown():
            raise NoAnswer("The ledger did not answer. Ask again: what it took meanwhile is found, not created twice.")
        case Wait():
            raise ProviderError(outcome.code, words=outcome.words, retry_after=outcome.seconds)


def _contact_like(holding: Holding, record: Record) -> ReferenceItem | None:
    """The one active contact with the record's tax id, or, where it has none, with its very name."""
    ledger = references.ledger(holding.session, holding.connection.id)
    by_tax_id = ledger.contacts_with(record.contact_tax_id, record.contact_name)
    if len(by_tax_id) == 1:
        return by_tax_id[0]
    wanted, tax_id = normalised_name(record.contact_name), normalised_tax_id(record.contact_tax_id)
    named = [
        contact
        for contact in ledger.contacts.values()
        if contact.is_active
        and normalised_name(contact.name) == wanted
        and (not tax_id or {normalised_tax_id(each) for each in contact.tax_ids} <= {"", tax_id})
    ]
    return named[0] if len(named) == 1 else None


def _disconnect(holding: Holding, lookup: Lookup) -> dict[str, Any]:
    holding.session.commit()
    holding.connector.disconnect()
    with writing(holding.session) as session:
        connection = session.get_one(Connection, holding.connection.id, populate_existing=True)
        connections.disconnect(session, connection, _actor(lookup), holding.clock())
    return {}


def _last_read(holding: Holding) -> Any:
    return references.asked_at(holding.session, holding.connection.id).get(ReferenceKind.CONTACT)


def _actor(lookup: Lookup) -> Actor:
    return Actor(lookup.actor_id, lookup.actor or "tieout")
