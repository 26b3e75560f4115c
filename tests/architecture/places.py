"""Somewhere to walk to: an organisation in the middle of its work, its people signed in, and the way back to it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from dashboard.config import Config
from dashboard.db import Base, writing
from dashboard.domain import (
    consents,
    contacts,
    invitations,
    lifecycle,
    members,
    one_time_links,
    password_resets,
    support_visits,
)
from dashboard.domain import people as accounts
from dashboard.domain.grants import Tokens
from dashboard.domain.vault import Vault
from dashboard.models import AuditEntry, Connection, Export, Lookup, RecordOriginal, Resync, User
from dashboard.models.lookup import LookupKind
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Company, Fault
from dashboard.vocabulary.providers import Provider
from dashboard.vocabulary.roles import Role
from dashboard.vocabulary.statuses import Cause, Status
from tests.support.visitor import Visitor
from tests.support.world import World, found_world

MEMBERS = ("alma", "ada", "bo", "cleo")
STRANGER = "dov"
STAFF = "sol"
NOBODY = ""

UNMAPPED = Fault(ErrorCode.CONTACT_NOT_MAPPED, "Fjord Kaffe AS", "Fjord Kaffe AS is not mapped", "tax:NO987654321MVA")
EXISTS = Fault(ErrorCode.NUMBER_EXISTS, "T-00002", "Invoice # must be unique.")


@dataclass
class Place:
    """Nordlys at work. `called` leaves everything as it was before."""

    app: Flask
    world: World
    file: Path
    connection: Connection
    failed: Export
    resync_id: int
    entry_id: int
    original_id: int
    consent_id: int
    order_id: int
    invitation_id: int
    invitation_key: str
    reset_key: str
    visit_id: int
    people: dict[str, Visitor] = field(default_factory=dict)

    @property
    def of_export(self) -> dict[str, int]:
        return {"record_id": self.failed.record_id, "export_id": self.failed.id}

    def called(
        self, who: str, address: str, form: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> tuple[TestResponse, bool]:
        """The answer to a GET, or with a form to a POST, redirects not followed; and whether Nordlys is as before."""
        before, accounts = self._of_nordlys(), self._accounts()
        client = self.people[who].client
        cookie = client.get_cookie("tieout")
        if form is None:
            answer = client.get(address, headers=headers)
        else:
            answer = client.post(address, data=form, headers=headers)
        if cookie is not None:
            client.set_cookie("tieout", cookie.value)
        is_as_before = self._of_nordlys() == before
        if not is_as_before or self._accounts() != accounts:
            self.restore()
        return answer, is_as_before

    def token(self, who: str) -> str:
        return self.people[who]._token

    def keep(self) -> None:
        """From now on this is how everything was before."""
        self.world.session.rollback()
        _copy(self.file, self._kept)

    def restore(self) -> None:
        """Make everything as it was before."""
        self.world.session.rollback()
        _copy(self._kept, self.file)

    @property
    def _kept(self) -> Path:
        return self.file.with_suffix(".kept")

    def _of_nordlys(self) -> dict[str, list[str]]:
        """Every row that belongs to Nordlys, by table."""
        session, mine = self.world.session, self.world.nordlys.id
        session.rollback()
        tables = {name: table for name, table in Base.metadata.tables.items() if "tenant_id" in table.c}
        return {
            name: sorted(map(repr, session.execute(select(table).where(table.c.tenant_id == mine))))
            for name, table in tables.items()
        }

    def _accounts(self) -> list[str]:
        """Everybody's account: signing out ends all of a person's sessions."""
        return sorted(map(repr, self.world.session.execute(select(User.__table__))))


def settle(app: Flask, session: Session, file: Path) -> Place:
    """Make the place: Nordlys with failed exports, a resync, a consent and an order for a contact."""
    world = found_world(app, session)
    config: Config = app.extensions["tieout"]
    connection = world.connect_xero()
    # The stranger works with Xero too, so that a page of theirs is not empty for want of a ledger.
    world.connect_xero(world.maple, company=Company("33333333-aaaa-4aaa-8aaa-000000000003", "Maple & Finch"))
    first, second, third = world.approve(world.records(3))
    world.records(1)
    with writing(session):
        lifecycle.move(session, first, Status.FAILED, Cause.PREFLIGHT, world.now(), faults=[UNMAPPED])
        lifecycle.move(session, second, Status.FAILED, Cause.PREFLIGHT, world.now(), faults=[EXISTS])
        tokens = Tokens("canary-access", "canary-refresh", 1800)
        vault, ada, now = Vault(config.token_keys), world.actor("ada"), world.now()
        consent = consents.begin(session, vault, world.nordlys.id, Provider.XERO, tokens, None, ada, now)
        contacts.order(session, connection, "tax:NO987654321MVA", ada, now)
        alma = members.one(session, world.nordlys, world.users["alma"].id)
        invitation = invitations.invite(session, alma, "nils@nordlys.example", Role.FINANCE, now, by_mail=False)
        # Whoever holds a link sees whose it is: somebody whom no page shown to a stranger may name is none of the four.
        eva = accounts.create_user(session, "eva@nordlys.example", world.password, now)
        members.give_role(session, world.nordlys, eva, Role.VIEWER, now)
        member = members.one(session, world.nordlys, eva.id)
        reset = password_resets.offer(session, member, alma, now, by_mail=False)
        visit = support_visits.enter(session, world.users["sol"], world.nordlys.id, "Request 4711", 30, now)
        support_visits.leave(session, world.users["sol"].id, now)
        keys = [one_time_links.hand_out(session, each, now).rpartition("/")[2] for each in (invitation, reset)]
    people = {name: Visitor(app) for name in (*MEMBERS, STRANGER, STAFF, NOBODY)}
    for name, visitor in people.items():
        if name:
            visitor.sign_in(world.email(name), world.password)
        visitor.get({NOBODY: "/sign-in", STAFF: "/support"}.get(name, "/errors"))
    people["bo"].post("/resyncs", {"export": str(second.id), "provider": "xero", "form_token": "walk"})
    session.rollback()
    place = Place(
        app=app,
        world=world,
        file=file,
        connection=connection,
        failed=first,
        resync_id=session.scalars(select(Resync.id)).one(),
        entry_id=session.scalars(select(AuditEntry.id).where(AuditEntry.export_id == first.id).limit(1)).one(),
        original_id=session.scalars(
            select(RecordOriginal.original_id).where(RecordOriginal.record_id == first.record_id)
        ).one(),
        consent_id=consent.id,
        order_id=session.scalars(select(Lookup.id).where(Lookup.kind == LookupKind.CREATE_CONTACT)).one(),
        invitation_id=invitation.id,
        invitation_key=keys[0],
        reset_key=keys[1],
        visit_id=visit.id,
        people=people,
    )
    assert third.status is Status.PENDING
    place.keep()
    return place


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(target)) as copy:
        origin.backup(copy)
