"""Contacts: which of the ledger's contacts one of a record may be, and a person's orders to create one there."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.domain import lookups, mappings
from dashboard.domain.actors import Actor
from dashboard.domain.intake.identity import normalised_tax_id, telling_words
from dashboard.domain.scope import NotFound
from dashboard.models import Connection, Lookup, Record
from dashboard.models.connection import ConnectionState
from dashboard.models.lookup import LookupKind
from dashboard.vocabulary.mappings import MappingKind
from dashboard.vocabulary.references import ReferenceItem

_WORDS_THAT_TELL = 2
"""One word of several may be that of a place or a trade: Nordic Coffee is not Nordic Steel."""


class AlreadyMapped(Exception):
    """The contact has been mapped meanwhile; nothing needs to be created."""


class NotConnected(Exception):
    """Nobody can be asked: the ledger is not connected."""


@dataclass(frozen=True)
class Alike:
    """Contacts of the ledger that a record's contact may be, the likeliest first."""

    same_tax_id: tuple[ReferenceItem, ...]
    similar_name: tuple[ReferenceItem, ...]


class Directory:
    """The ledger's active contacts, arranged for comparing names."""

    def __init__(self, contacts: Iterable[ReferenceItem]) -> None:
        self._contacts = [contact for contact in contacts if contact.is_active]
        self._by_id = {contact.external_id: contact for contact in self._contacts}
        self._by_word: dict[str, list[ReferenceItem]] = {}
        self._by_tax_id: dict[str, list[ReferenceItem]] = {}
        for contact in self._contacts:
            for word in telling_words(contact.name):
                self._by_word.setdefault(word, []).append(contact)
            for tax_id in {normalised_tax_id(each) for each in contact.tax_ids} - {""}:
                self._by_tax_id.setdefault(tax_id, []).append(contact)

    def alike(self, name: str, tax_id: str, at_most: int = 8) -> Alike:
        """Those with the same tax id, and those whose names share two words that tell, or all that one of them has."""
        same = self._by_tax_id.get(normalised_tax_id(tax_id), [])[:at_most]
        taken = {contact.external_id for contact in same}
        wanted = telling_words(name)
        shared: Counter[str] = Counter()
        found: dict[str, ReferenceItem] = {}
        for word in wanted:
            for contact in self._by_word.get(word, ()):
                shared[contact.external_id] += 1
                found[contact.external_id] = contact
        further = {key: len(telling_words(contact.name)) for key, contact in found.items()}
        likely = [key for key in found if shared[key] >= min(_WORDS_THAT_TELL, len(wanted), further[key])]
        # The fewer further words a name has, the more alike it is.
        ranked = sorted(likely, key=lambda key: (-shared[key], further[key], found[key].name))
        similar = [found[key] for key in ranked if key not in taken]
        return Alike(tuple(same), tuple(similar[:at_most]))

    def known(self, external_id: str) -> list[ReferenceItem]:
        """The contact of that id; nothing when it is not active or not there."""
        return [self._by_id[external_id]] if external_id in self._by_id else []

    def having(self, words: str, at_most: int = 50) -> list[ReferenceItem]:
        """Contacts in whose name, code, e-mail or tax ids all of the words occur."""
        wanted = words.casefold().split()
        found = (contact for contact in self._contacts if all(word in _text(contact) for word in wanted))
        return sorted(found, key=lambda contact: contact.name.casefold())[:at_most]


def words_to_search(name: str) -> str:
    """What of a name is worth looking for: without legal forms and words that hundreds of names share, if it can be."""
    return " ".join(word for word in name.split() if telling_words(word)) or name


def order(session: Session, connection: Connection, contact_key: str, actor: Actor, now: datetime) -> Lookup:
    """Have the contact created in the ledger and mapped; an order still open is not given twice.

    Raises AlreadyMapped, NotConnected, and NotFound when no record has that contact.
    """
    if connection.state is not ConnectionState.CONNECTED:
        raise NotConnected(connection.company_name)
    session.execute(select(Connection.id).where(Connection.id == connection.id).with_for_update(key_share=True))
    if (MappingKind.CONTACT, contact_key) in mappings.load(session, connection.id):
        raise AlreadyMapped(contact_key)
    for pending in lookups.open_of_connection(session, connection.id):
        if pending.kind is LookupKind.CREATE_CONTACT and pending.question.get("contact_key") == contact_key:
            return pending
    newest = (
        select(Record.id)
        .where(Record.tenant_id == connection.tenant_id, Record.contact_key == contact_key)
        .order_by(Record.id.desc())
        .limit(1)
    )
    record_id = session.scalar(newest)
    if record_id is None:
        raise NotFound(f"contact {contact_key}")
    question = {"record": record_id, "contact_key": contact_key}
    return lookups.ask(session, connection, LookupKind.CREATE_CONTACT, question, actor, now)


def orders(session: Session, connection: Connection, at_most: int = 200) -> dict[str, Lookup]:
    """The newest order for each contact, by contact key, among the connection's newest orders."""
    query = (
        select(Lookup)
        .where(
            Lookup.tenant_id == connection.tenant_id,
            Lookup.connection_id == connection.id,
            Lookup.kind == LookupKind.CREATE_CONTACT,
        )
        .order_by(Lookup.id.desc())
        .limit(at_most)
    )
    found: dict[str, Lookup] = {}
    for lookup in session.scalars(query):
        found.setdefault(str(lookup.question.get("contact_key", "")), lookup)
    return found


def _text(contact: ReferenceItem) -> str:
    return " ".join((contact.name, contact.code, contact.email, *contact.tax_ids)).casefold()
