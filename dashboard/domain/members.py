"""Members: who belongs to which organisation, and in which role."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from dashboard.domain import audit, one_time_links, session_marks
from dashboard.domain.actors import MACHINE, Actor
from dashboard.domain.bad_input import BadInput
from dashboard.domain.scope import NotFound, row_id
from dashboard.models import Membership, SupportVisit, Tenant, User
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.roles import Permission, Role


class LastOwner(Exception):
    """The organisation would be left without an owner; nothing was changed."""


@dataclass(frozen=True)
class Member:
    """A person in one organisation; with `visit` somebody of support who may read there for a while."""

    user: User
    tenant: Tenant
    role: Role
    visit: SupportVisit | None = None
    is_visited: bool = False
    """Whether somebody of support may be looking at the organisation."""

    @property
    def actor(self) -> Actor:
        return Actor(self.user.id, self.user.name or self.user.email)

    @property
    def role_label(self) -> str:
        return "Support" if self.visit else self.role.label

    @property
    def zone(self) -> ZoneInfo:
        return self.tenant.zone

    def may(self, permission: Permission) -> bool:
        return self.role.may(permission)


@dataclass(frozen=True)
class Standing:
    """A person with a session that goes on, and what they are in each organisation, the first joined first.

    Person and organisations are copies that belong to no database session: a verb that changes one loads its own.
    """

    user: User
    members: tuple[Member, ...]

    def member(self, tenant_id: int | None) -> Member | None:
        """The person in that organisation, or in their first one when they do not belong to it (any more)."""
        first = self.members[0] if self.members else None
        return next((each for each in self.members if each.tenant.id == tenant_id), first)

    def others(self, member: Member) -> tuple[Tenant, ...]:
        """The organisations the person may change to, by name."""
        tenants = (each.tenant for each in self.members if each.tenant.id != member.tenant.id)
        return tuple(sorted(tenants, key=lambda tenant: tenant.name))


_user, _tenant, _membership, _visit = (table.__table__.c for table in (User, Tenant, Membership, SupportVisit))
_OF_USER = ("id", "email", "name", "is_staff", "session_mark", "created_at")
_OF_TENANT = tuple(_tenant.keys())
# Asked for by every page, so it is put together once, of columns: loading entities takes as long again as asking.
_standing = (
    select(
        *(_user[name] for name in _OF_USER),
        *_tenant,
        _membership.role,
        exists().where(_visit.tenant_id == _tenant.id, _visit.ended_at.is_(None)),
    )
    .select_from(User.__table__)
    .outerjoin(Membership.__table__, _membership.user_id == _user.id)
    .outerjoin(Tenant.__table__, _tenant.id == _membership.tenant_id)
    .where(_user.id == bindparam("user_id"))
    .order_by(_membership.id)
)


def standing(session: Session, user_id: int, mark: str) -> Standing | None:
    """The person whose session carries this mark; None when it is no longer a session of theirs."""
    found = session.execute(_standing, {"user_id": user_id}).all()
    if not found:
        return None
    user = User(**dict(zip(_OF_USER, found[0], strict=False)))
    if not session_marks.are_equal(user.session_mark, mark):
        return None
    return Standing(user, tuple(_member(user, *row[len(_OF_USER) :]) for row in found if row.role))


def _member(user: User, *columns: Any) -> Member:
    *of_tenant, role, is_visited = columns
    return Member(user, Tenant(**dict(zip(_OF_TENANT, of_tenant, strict=True))), role, is_visited=is_visited)


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
    """Make the person, who does not belong to the organisation yet, a member of it; raises BadInput for staff."""
    if user.is_staff:
        raise BadInput("email", f"{user.email} belongs to support staff, who join no organisation.")
    session.add(Membership(tenant_id=tenant.id, user_id=user.id, role=role))
    session.flush()
    one_time_links.revoke_handed_resets(session, user.id, now)
    words = f"{user.name} is {role.label.lower()}"
    audit.note_act(session, tenant.id, Act.PERSON_ADDED, now, actor=actor, reference=user.email, words=words)


def one(session: Session, tenant: Tenant, user_id: int) -> Member:
    """The person in that organisation; raises scope.NotFound."""
    query = (
        select(User, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.tenant_id == tenant.id, User.id == row_id(str(user_id)))
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound(f"member {user_id}")
    return Member(found[0], tenant, found[1])


def change_role(session: Session, tenant: Tenant, user_id: int, role: Role, actor: Actor, now: datetime) -> Member:
    """Give the member another role, which ends all their sessions. Raises scope.NotFound and LastOwner."""
    standing, user = _locked(session, tenant, user_id)
    before = standing.role
    if role is not before:
        _keep_an_owner(session, tenant, standing, role)
        standing.role = role
        _end_what_they_began(session, tenant, user, role, now)
        words = f"{user.name}: {before.label.lower()} → {role.label.lower()}; all sessions ended"
        audit.note_act(session, tenant.id, Act.ROLE_CHANGED, now, actor=actor, reference=user.email, words=words)
    return Member(user, tenant, role)


def remove(session: Session, tenant: Tenant, user_id: int, actor: Actor, now: datetime) -> User:
    """End the membership and all the person's sessions; the account stays, and so does what the log says of them.

    Raises scope.NotFound and LastOwner.
    """
    standing, user = _locked(session, tenant, user_id)
    _keep_an_owner(session, tenant, standing, None)
    session.delete(standing)
    _end_what_they_began(session, tenant, user, None, now)
    words = f"{user.name} was {standing.role.label.lower()}; all sessions ended"
    audit.note_act(session, tenant.id, Act.PERSON_REMOVED, now, actor=actor, reference=user.email, words=words)
    return user


def _locked(session: Session, tenant: Tenant, user_id: int) -> tuple[Membership, User]:
    # Two owners who demote each other at once must not both succeed: whoever changes who owns it waits for the other.
    session.execute(select(Tenant.id).where(Tenant.id == tenant.id).with_for_update(key_share=True))
    query = select(Membership).where(Membership.tenant_id == tenant.id, Membership.user_id == row_id(str(user_id)))
    standing = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if standing is None:
        raise NotFound(f"member {user_id}")
    return standing, session.get_one(User, standing.user_id)


def _keep_an_owner(session: Session, tenant: Tenant, standing: Membership, role: Role | None) -> None:
    owners = select(func.count()).where(Membership.tenant_id == tenant.id, Membership.role == Role.OWNER)
    if standing.role is Role.OWNER and role is not Role.OWNER and session.scalar(owners) == 1:
        raise LastOwner("An organisation needs an owner. Make somebody else an owner first.")


def _end_what_they_began(session: Session, tenant: Tenant, user: User, role: Role | None, now: datetime) -> None:
    """Sessions, the invitations that the person could no longer make, and links handed over to them or by them."""
    session.flush()
    invites_no_more = role is None or not role.may(Permission.INVITE)
    beyond = [each for each in Role if invites_no_more or (role and each.is_above(role))]
    # Links before sessions: so does whoever uses a link, and neither waits for the other in a circle.
    one_time_links.revoke_invitations_by(session, tenant.id, user.id, beyond, now)
    one_time_links.revoke_handed_resets(session, user.id, now)
    session_marks.end_sessions(session, user.id)
