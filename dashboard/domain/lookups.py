"""Lookups: questions that pages leave for the runner. Asking here; answering is a task's.

Shapes of question and answer by kind:
- companies: {"connection": id or absent} → {"companies": [{"external_id", "name", "link_id"}]}
- lists: {} → {"counts": {kind: n}}
- find: {"export": id} → {"found": "ours" | "foreign" | "absent" | "unsure", "objects": […], "differences": […]}
- create-contact: {"record": id, "contact_key"} → {"contact_id", "name"}
- disconnect: {"link_id"} → {}
- changes: {} → {"read": n, "changed": n}
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.db import changed
from dashboard.domain import audit
from dashboard.domain.actors import MACHINE, Actor
from dashboard.models import Connection, Grant, Lookup, Record
from dashboard.models.lookup import LookupKind, LookupState
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.errors import ErrorCode

PATIENCE = timedelta(seconds=30)
"""After this long without an answer a page says that the runner may be down, or the provider slow."""

OUTLASTS = timedelta(minutes=2)
"""A question outlasts such a wait of its connection; for a longer one it is refused at once, with the reason."""

OPEN = (LookupState.WAITING, LookupState.BEGUN)


def ask(
    session: Session, connection: Connection, kind: LookupKind, question: dict[str, Any], actor: Actor, now: datetime
) -> Lookup:
    """Leave a question for the connection's holder; the same question still open is not asked twice."""
    session.execute(select(Connection.id).where(Connection.id == connection.id).with_for_update(key_share=True))
    open_ones = session.scalars(
        select(Lookup).where(
            Lookup.connection_id == connection.id,
            Lookup.kind == kind,
            Lookup.state.in_(OPEN),
        )
    )
    same = next((each for each in open_ones if each.question == question), None)
    if same is not None:
        return same
    lookup = Lookup(
        tenant_id=connection.tenant_id,
        connection_id=connection.id,
        grant_id=connection.grant_id,
        kind=kind,
        question=question,
        actor_id=actor.id,
        actor=actor.name,
        asked_at=now,
    )
    session.add(lookup)
    session.flush()
    return lookup


def ask_companies(session: Session, grant: Grant, question: dict[str, Any], actor: Actor, now: datetime) -> Lookup:
    """Leave the question which companies a fresh consent reaches; no connection stands on it yet."""
    lookup = Lookup(
        tenant_id=grant.tenant_id,
        grant_id=grant.id,
        kind=LookupKind.COMPANIES,
        question=question,
        actor_id=actor.id,
        actor=actor.name,
        asked_at=now,
    )
    session.add(lookup)
    session.flush()
    return lookup


def begin(session: Session, lookup: Lookup) -> bool:
    """Take the question; False when it is no longer open. Stored before anything is asked of the provider."""
    taken = update(Lookup).where(Lookup.id == lookup.id, Lookup.state.in_(OPEN)).values(state=LookupState.BEGUN)
    return changed(session, taken) == 1


def answer(session: Session, lookup: Lookup, found: dict[str, Any], now: datetime) -> None:
    """Answer an open question; one that was withdrawn meanwhile stays as it is."""
    changed(
        session,
        update(Lookup)
        .where(Lookup.id == lookup.id, Lookup.state.in_(OPEN))
        .values(state=LookupState.ANSWERED, answer=found, error="", answered_at=now),
    )


def fail(session: Session, lookup: Lookup, words: str, now: datetime, refused_as: ErrorCode | None = None) -> None:
    """The open question has no answer; `words` tell a person why, `refused_as` that the provider refused it.

    A person's order to create a contact that ends so leaves an entry in the log.
    """
    words = words or "No answer"
    ended = update(Lookup).where(Lookup.id == lookup.id, Lookup.state.in_(OPEN))
    is_ended = changed(session, ended.values(state=LookupState.FAILED, error=words, answered_at=now)) == 1
    if not is_ended or lookup.kind is not LookupKind.CREATE_CONTACT:
        return
    record_id = int(lookup.question.get("record", 0))
    named = select(Record.contact_name).where(Record.id == record_id, Record.tenant_id == lookup.tenant_id)
    audit.note_act(
        session,
        lookup.tenant_id,
        Act.CONTACT_LEFT_OPEN if refused_as is None else Act.CONTACT_REFUSED,
        now,
        actor=Actor(lookup.actor_id, lookup.actor or MACHINE.name),
        connection_id=lookup.connection_id,
        reference=session.scalar(named) or "",
        words=words,
        error_code=refused_as or "",
    )


def use(session: Session, lookup: Lookup) -> bool:
    """Use an answer up for the one act that it serves; False when it was used before, or there is none."""
    taken = update(Lookup).where(Lookup.id == lookup.id, Lookup.state == LookupState.ANSWERED)
    return changed(session, taken.values(state=LookupState.USED)) == 1


def withdraw(session: Session, connection_id: int, kind: LookupKind, words: str, now: datetime) -> None:
    """End the open questions of that kind: what they were asked for no longer holds."""
    for lookup in open_of_connection(session, connection_id):
        if lookup.kind is kind:
            fail(session, lookup, words, now)


def is_overdue(lookup: Lookup, now: datetime) -> bool:
    return lookup.state.is_open and now - lookup.asked_at > PATIENCE


def open_of_connection(session: Session, connection_id: int) -> list[Lookup]:
    query = select(Lookup).where(Lookup.connection_id == connection_id, Lookup.state.in_(OPEN))
    return list(session.scalars(query.order_by(Lookup.id)))


def open_without_connection(session: Session) -> list[Lookup]:
    query = select(Lookup).where(Lookup.connection_id.is_(None), Lookup.state.in_(OPEN))
    return list(session.scalars(query.order_by(Lookup.id)))


def newest(
    session: Session, connection_id: int, kind: LookupKind, about: tuple[str, int] | None = None
) -> Lookup | None:
    """The newest lookup of that kind, whatever its state; `about` is a name and number in its question."""
    query = select(Lookup).where(Lookup.connection_id == connection_id, Lookup.kind == kind)
    if about is not None:
        name, number = about
        query = query.where(Lookup.question[name].as_integer() == number)
    return session.scalars(query.order_by(Lookup.id.desc()).limit(1)).one_or_none()
