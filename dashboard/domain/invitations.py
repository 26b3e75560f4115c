"""Invitations: an e-mail asked to join an organisation in a role, and what its bearer makes of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from dashboard.domain import audit, members, one_time_links, people
from dashboard.domain.actors import Actor
from dashboard.domain.bad_input import BadInput
from dashboard.domain.members import Member
from dashboard.domain.scope import owned
from dashboard.models import OneTimeLink, Tenant, User
from dashboard.models.one_time_link import Purpose
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.roles import Role

MOST_OPEN = 100
"""Invitations that an organisation may have open: each may become a mail to somebody who did not ask for it."""


def offered_roles(inviter: Member) -> list[Role]:
    """The roles that a person may invite to: none above their own."""
    return [role for role in Role if not role.is_above(inviter.role)]


def invite(session: Session, inviter: Member, email: str, role: Role, now: datetime, *, by_mail: bool) -> OneTimeLink:
    """Ask the e-mail to join; an open invitation of it is replaced. Raises BadInput.

    One of support staff is asked like any other, so that nobody learns whose it is; it is joining that they may not.

    `by_mail` leaves it to the runner to make the link and send it; otherwise the caller hands it out.
    """
    tenant = inviter.tenant
    address = people.checked_email(email)
    if role.is_above(inviter.role):
        raise BadInput("role", f"Only an owner may invite somebody as {role.label.lower()}.")
    known = people.by_email(session, address)
    if known is not None and members.role_in(session, tenant, known) is not None:
        raise BadInput("email", f"{address} belongs to {tenant.name} already.")
    one_time_links.revoke_invitations(session, tenant.id, address, now)
    if len(one_time_links.open_invitations(session, tenant.id, now)) >= MOST_OPEN:
        raise BadInput("email", f"There are {MOST_OPEN} open invitations. Withdraw some first.")
    link = one_time_links.ask(
        session, Purpose.INVITATION, address, inviter.actor, now, tenant_id=tenant.id, by_mail=by_mail
    )
    link.role = role
    session.flush()
    words = f"Invited as {role.label.lower()}, {'by mail' if by_mail else 'by a link handed over'}"
    _note(session, tenant.id, Act.PERSON_INVITED, link, words, inviter.actor, now)
    return link


def withdraw(session: Session, tenant: Tenant, invitation_id: int, actor: Actor, now: datetime) -> OneTimeLink:
    """Make the invitation's link good for nothing. Raises scope.NotFound; one that ended already stays as it is."""
    link = owned(session, OneTimeLink, tenant.id, invitation_id, locked=True)
    if link.used_at is None and link.revoked_at is None:
        one_time_links.revoke(session, link, now)
        _note(session, tenant.id, Act.INVITATION_REVOKED, link, "The invitation was withdrawn", actor, now)
    return link


def account_of(session: Session, link: OneTimeLink) -> User | None:
    """The account that the invited e-mail has; None when accepting it makes one."""
    return people.by_email(session, link.email)


def accept(session: Session, link: OneTimeLink, name: str, password: str, now: datetime) -> User:
    """Make the account of somebody who has none, and let them join. Raises BadInput. `link` is locked and good."""
    if not name.strip() or len(name.strip()) > 200 or not name.strip().isprintable():
        raise BadInput("name", "Say who you are, in at most 200 characters.")
    user = people.create_user(session, link.email, password, now, name=name)
    join(session, link, user, now)
    return user


def join(session: Session, link: OneTimeLink, user: User, now: datetime) -> None:
    """Let the person of the invited e-mail join. Who belongs there already keeps the role they have.

    Raises BadInput. `link` is locked and good, and `user` has shown to be who they are.
    """
    tenant = session.get_one(Tenant, link.tenant_id)
    if link.role is not None and members.role_in(session, tenant, user) is None:
        members.give_role(session, tenant, user, link.role, now, Actor(user.id, user.name))
    one_time_links.spend(session, link, now)


def _note(
    session: Session, tenant_id: int, act: Act, link: OneTimeLink, words: str, actor: Actor, now: datetime
) -> None:
    audit.note_act(session, tenant_id, act, now, actor=actor, reference=link.email, words=words)
