"""People: passwords, sign-in with its throttle, organisations and who belongs to them."""

import json
import re
import secrets
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from babel.numbers import list_currencies
from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.orm import Session

from dashboard.db import changed, upsert
from dashboard.domain import audit
from dashboard.domain.actors import MACHINE, Actor
from dashboard.models import Membership, SignInThrottle, Tenant, User
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.plans import Plan
from dashboard.vocabulary.roles import Permission, Role

WINDOW = timedelta(minutes=15)
FAILURES_PER_EMAIL = 8
FAILURES_PER_ADDRESS = 60
SHORTEST_PASSWORD = 8

_hasher = PasswordHasher()
_NOBODYS_HASH = _hasher.hash(secrets.token_urlsafe(16))


class BadInput(Exception):
    """A value that is not accepted; `field` names it, the message says how to mend it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class ChangedMeanwhile(Exception):
    """Somebody else changed the organisation's facts since the form was made; nothing was saved."""


class TooManyTries(Exception):
    """Sign-in is refused for a while; `minutes` is when to come back, at the latest."""

    minutes = int(WINDOW.total_seconds() // 60)


@dataclass(frozen=True)
class Facts:
    """What an organisation says of itself. Name and tax id tell on incoming files whether it sells or buys."""

    name: str
    tax_id: str
    timezone: str
    currency: str

    @property
    def mark(self) -> str:
        """Tells whether two forms were made from the same facts."""
        return json.dumps(astuple(self))

    @property
    def said(self) -> dict[str, str]:
        """Each fact as the log names it."""
        return {
            "Name": self.name,
            "Tax id": self.tax_id,
            "Time zone": self.timezone,
            "Base currency": self.currency,
        }

    def problems(self) -> dict[str, str]:
        """A sentence for each fact that is not accepted; empty when all are."""
        found = {}
        if not self.name or len(self.name) > 200 or not self.name.isprintable():
            found["name"] = "The organisation needs a name of at most 200 characters."
        if len(self.tax_id) > 64 or not self.tax_id.isprintable():
            found["tax_id"] = "A tax id has at most 64 characters."
        if self.timezone not in available_timezones():
            found["timezone"] = f"“{self.timezone}” is not a time zone: use a name such as Europe/Stockholm."
        if self.currency not in list_currencies():
            found["currency"] = f"“{self.currency}” is not a currency: use a code such as EUR."
        return found


@dataclass(frozen=True)
class Member:
    """A person in one organisation."""

    user: User
    tenant: Tenant
    role: Role

    @property
    def actor(self) -> Actor:
        return Actor(self.user.id, self.user.name or self.user.email)

    @property
    def zone(self) -> ZoneInfo:
        return self.tenant.zone

    def may(self, permission: Permission) -> bool:
        return self.role.may(permission)


def member(session: Session, user_id: int, tenant_id: int | None) -> Member | None:
    """The person in that organisation, or in their first one when they do not belong to it (any more)."""
    query = (
        select(User, Tenant, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .join(Tenant, Tenant.id == Membership.tenant_id)
        .where(User.id == user_id)
        .order_by(Membership.id)
    )
    found = [Member(user, tenant, role) for user, tenant, role in session.execute(query)]
    return next((each for each in found if each.tenant.id == tenant_id), found[0] if found else None)


def organisations(session: Session, user_id: int) -> list[Tenant]:
    """Every organisation the person belongs to, by name."""
    query = select(Tenant).join(Membership, Membership.tenant_id == Tenant.id).where(Membership.user_id == user_id)
    return list(session.scalars(query.order_by(Tenant.name)))


def end_sessions(session: Session, user_id: int) -> None:
    """No session of the person goes on, wherever it is open."""
    session.execute(update(User).where(User.id == user_id).values(session_mark=secrets.token_hex(16)))


def has_mark(session: Session, user_id: int, mark: str) -> bool:
    """Whether a session with this mark is still a session of the person."""
    stored = session.scalar(select(User.session_mark).where(User.id == user_id))
    return stored is not None and secrets.compare_digest(stored, mark)


def count_try(session: Session, email: str, address: str, now: datetime) -> None:
    """Count a try against the e-mail and the address, known or not, before its password is looked at.

    Committed first: of guesses that come all at once no more are looked at than of guesses that come one by one.
    Raises TooManyTries, and then nothing is to be counted.
    """
    for subject, allowed in _subjects(email, address).items():
        _count(session, subject, allowed, now)


def who_fits(session: Session, email: str, password: str) -> User | None:
    """The person whose e-mail and password these are, else None. Only reads; the try was counted before.

    An unknown e-mail takes as long as a known one, so that nobody learns who has an account.
    """
    user = session.scalars(select(User).where(User.email == email.strip().lower())).one_or_none()
    fits = _fits(user.password_hash if user else _NOBODYS_HASH, password)
    return user if fits else None


def note_sign_in(session: Session, email: str, address: str, user: User, now: datetime) -> None:
    """Log that the person signed in; the e-mail's misses are cleared, and this try was none of the address."""
    of_email, of_address = _subjects(email, address)
    session.execute(delete(SignInThrottle).where(SignInThrottle.subject == of_email))
    # The address keeps its misses: one good account must not open the door to guessing others.
    given_back = update(SignInThrottle).where(SignInThrottle.subject == of_address, SignInThrottle.failures > 0)
    session.execute(given_back.values(failures=SignInThrottle.failures - 1))
    for tenant in organisations(session, user.id):
        audit.note_act(
            session,
            tenant.id,
            Act.SIGNED_IN,
            now,
            actor=Actor(user.id, user.name),
            reference=user.email,
            words="Signed in",
        )


def forget_misses(session: Session, now: datetime) -> int:
    """Drop what no longer counts against anybody; how many it was. It names people who may not even have an account."""
    return changed(session, delete(SignInThrottle).where(SignInThrottle.since <= now - WINDOW))


def create_tenant(
    session: Session,
    slug: str,
    name: str,
    now: datetime,
    *,
    plan: Plan = Plan.FREE,
    currency: str = "EUR",
    tax_id: str = "",
    timezone: str = "UTC",
) -> Tenant:
    """Add an organisation; raises BadInput."""
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", slug):
        raise BadInput("slug", f"“{slug}” is not a slug: use lower-case letters, digits and hyphens.")
    facts = Facts(name.strip(), tax_id.strip(), timezone, currency)
    for field, problem in facts.problems().items():
        raise BadInput(field, problem)
    if session.scalar(select(Tenant.id).where(Tenant.slug == slug)) is not None:
        raise BadInput("slug", f"There is an organisation {slug} already.")
    tenant = Tenant(
        slug=slug,
        name=facts.name,
        plan=plan,
        timezone=facts.timezone,
        base_currency=facts.currency,
        tax_id=facts.tax_id,
        created_at=now,
    )
    session.add(tenant)
    session.flush()
    return tenant


def facts_of(tenant: Tenant) -> Facts:
    return Facts(tenant.name, tenant.tax_id, tenant.timezone, tenant.base_currency)


def change_facts(session: Session, tenant: Tenant, facts: Facts, seen: str, actor: Actor, now: datetime) -> bool:
    """Change what the organisation says of itself, and log it; whether anything changed. `facts` have no problems.

    `tenant` is locked, `seen` the mark of the facts that the form was made from. Raises ChangedMeanwhile.
    """
    before = facts_of(tenant)
    if facts == before:
        return False
    if seen != before.mark:
        raise ChangedMeanwhile
    tenant.name, tenant.tax_id = facts.name, facts.tax_id
    tenant.timezone, tenant.base_currency = facts.timezone, facts.currency
    session.flush()
    changes = {label: (old, facts.said[label]) for label, old in before.said.items() if old != facts.said[label]}
    audit.note_act(
        session,
        tenant.id,
        Act.ORGANISATION_CHANGED,
        now,
        actor=actor,
        reference=tenant.name,
        words="; ".join(f"{label}: {old or 'none'} → {new or 'none'}" for label, (old, new) in changes.items()),
        details={"changes": {label: list(pair) for label, pair in changes.items()}},
    )
    return True


def members(session: Session, tenant: Tenant) -> list[Member]:
    """Everybody who belongs to the organisation, by name."""
    query = (
        select(User, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.tenant_id == tenant.id)
        .order_by(User.name, User.id)
    )
    return [Member(user, tenant, role) for user, role in session.execute(query)]


def tenant_by_slug(session: Session, slug: str) -> Tenant:
    """Raises BadInput when there is none."""
    tenant = session.scalars(select(Tenant).where(Tenant.slug == slug)).one_or_none()
    if tenant is None:
        raise BadInput("tenant", f"There is no organisation {slug}.")
    return tenant


def create_user(
    session: Session, email: str, password: str, now: datetime, *, name: str = "", is_staff: bool = False
) -> User:
    """Add a person without an organisation; raises BadInput."""
    address = email.strip().lower()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address) or len(address) > 254:
        raise BadInput("email", f"“{email}” is not an e-mail address.")
    if len(password) < SHORTEST_PASSWORD:
        raise BadInput("password", f"A password has at least {SHORTEST_PASSWORD} characters.")
    if session.scalar(select(User.id).where(User.email == address)) is not None:
        raise BadInput("email", f"{address} has an account already.")
    user = User(
        email=address,
        name=name.strip() or address.partition("@")[0].replace(".", " ").title(),
        password_hash=_hasher.hash(password),
        is_staff=is_staff,
        session_mark=secrets.token_hex(16),
        created_at=now,
    )
    session.add(user)
    session.flush()
    return user


def user_by_email(session: Session, email: str) -> User | None:
    return session.scalars(select(User).where(User.email == email.strip().lower())).one_or_none()


def role_in(session: Session, tenant: Tenant, user: User) -> Role | None:
    """The person's role in the organisation; None when they do not belong to it."""
    query = select(Membership.role).where(Membership.tenant_id == tenant.id, Membership.user_id == user.id)
    return session.scalar(query)


def give_role(session: Session, tenant: Tenant, user: User, role: Role, now: datetime, actor: Actor = MACHINE) -> None:
    """Make the person a member, or change their role; a change ends all their sessions."""
    standing = session.scalars(
        select(Membership).where(Membership.tenant_id == tenant.id, Membership.user_id == user.id)
    ).one_or_none()
    if standing is not None and standing.role is role:
        return
    if standing is None:
        session.add(Membership(tenant_id=tenant.id, user_id=user.id, role=role))
    else:
        standing.role = role
        end_sessions(session, user.id)
    session.flush()
    words = f"{user.name} is {role.label.lower()}"
    audit.note_act(session, tenant.id, Act.PERSON_ADDED, now, actor=actor, reference=user.email, words=words)


def set_plan(session: Session, tenant: Tenant, plan: Plan, now: datetime, actor: Actor = MACHINE) -> None:
    before, tenant.plan = tenant.plan, plan
    session.flush()
    words = f"{before.label} → {plan.label}"
    audit.note_act(session, tenant.id, Act.PLAN_CHANGED, now, actor=actor, reference=tenant.name, words=words)


def _subjects(email: str, address: str) -> dict[str, int]:
    return {f"email:{email.strip().lower()[:254]}": FAILURES_PER_EMAIL, f"address:{address}": FAILURES_PER_ADDRESS}


def _fits(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _count(session: Session, subject: str, allowed: int, now: datetime) -> None:
    """One more in the subject's window, or the first of a window that begins; one statement, so none slips through."""
    table = SignInThrottle.__table__
    is_over = table.c.since <= now - WINDOW
    statement = upsert(session, table).values(subject=subject, failures=1, since=now)
    counted = statement.on_conflict_do_update(
        index_elements=["subject"],
        set_={
            "failures": case((is_over, 1), else_=table.c.failures + 1),
            "since": case((is_over, statement.excluded.since), else_=table.c.since),
        },
        where=or_(is_over, table.c.failures < allowed),
    )
    if session.scalar(counted.returning(table.c.subject)) is None:
        raise TooManyTries
