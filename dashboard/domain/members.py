"""Members: who belongs to which organisation, and in which role."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.domain import audit, session_marks
from dashboard.domain.actors import MACHINE, Actor
from dashboard.models import Membership, Tenant, User
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.roles import Permission, Role


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


def find(session: Session, user_id: int, tenant_id: int | None) -> Member | None:
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


def listed(session: Session, tenant: Tenant) -> list[Member]:
    """Everybody who belongs to the organisation, by name."""
    query = (
        select(User, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.tenant_id == tenant.id)
        .order_by(User.name, User.id)
    )
    return [Member(user, tenant, role) for user, role in session.execute(query)]


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
        session_marks.end_sessions(session, user.id)
    session.flush()
    words = f"{user.name} is {role.label.lower()}"
    audit.note_act(session, tenant.id, Act.PERSON_ADDED, now, actor=actor, reference=user.email, words=words)
