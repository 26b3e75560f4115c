"""Password resets: who gets a link to set a new password, and setting it."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.domain import audit, members, one_time_links, passwords, people, session_marks, sign_in
from dashboard.domain.actors import Actor
from dashboard.domain.members import Member
from dashboard.domain.scope import NotFound
from dashboard.models import Membership, OneTimeLink, Tenant, User
from dashboard.models.one_time_link import Purpose
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.roles import Permission

REQUESTS_PER_EMAIL = 3
REQUESTS_PER_ADDRESS = 20


def count_request(session: Session, email: str, address: str, now: datetime) -> None:
    """Count a request against the e-mail, known or not, and against the address it came from. Raises TooManyTries."""
    kept = email.strip().lower()[:254]
    allowed = {f"reset-email:{kept}": REQUESTS_PER_EMAIL, f"reset-address:{address}": REQUESTS_PER_ADDRESS}
    sign_in.count_all(session, allowed, now)


def request(session: Session, email: str, now: datetime) -> None:
    """Leave it to the runner to mail a link. Whether anybody has the e-mail is not even looked at here.

    So known and unknown ones are answered alike, and take as long. Raises BadInput for what is no e-mail.
    """
    one_time_links.ask(session, Purpose.PASSWORD_RESET, people.checked_email(email), None, now, by_mail=True)


def why_not_handed(session: Session, target: Member, by: Member) -> str:
    """Why a link that is shown to `by` may not be made for the person; "" when it may.

    Whoever sees the link could set the password and come in as that person.
    """
    if target.role.is_above(by.role):
        return f"Only an owner may make a link for {target.user.name}."
    elsewhere = select(func.count()).where(
        Membership.user_id == target.user.id, Membership.tenant_id != target.tenant.id
    )
    if target.user.is_staff or session.scalar(elsewhere):
        return f"{target.user.name} also works elsewhere, so whoever runs tieout has to make the link."
    return ""


def offer(session: Session, target: Member, by: Member, now: datetime, *, by_mail: bool) -> OneTimeLink:
    """Offer a member a link: mailed to them, or else handed out by the caller, who asked why_not_handed first."""
    link = one_time_links.ask(
        session,
        Purpose.PASSWORD_RESET,
        target.user.email,
        by.actor,
        now,
        tenant_id=None if by_mail else target.tenant.id,
        user_id=target.user.id,
        by_mail=by_mail,
    )
    words = f"A link to set a new password was {'mailed' if by_mail else 'made, to be handed over'}"
    audit.note_act(
        session, by.tenant.id, Act.RESET_OFFERED, now, actor=by.actor, reference=target.user.email, words=words
    )
    return link


def good(session: Session, key: str, now: datetime, *, locked: bool = False) -> OneTimeLink:
    """The link of that key; raises NoLongerGood. `locked` holds it until the transaction ends.

    A link that was handed over is good only while whoever made it could make it again: they may know it still.
    """
    link = one_time_links.good(session, Purpose.PASSWORD_RESET, key, now, locked=locked)
    if link.tenant_id is not None and not _could_be_handed_again(session, link):
        raise one_time_links.NoLongerGood
    return link


def _could_be_handed_again(session: Session, link: OneTimeLink) -> bool:
    tenant = session.get_one(Tenant, link.tenant_id)
    try:
        target, by = (members.one(session, tenant, user_id or 0) for user_id in (link.user_id, link.made_by_id))
    except NotFound:
        return False
    return by.may(Permission.INVITE) and not why_not_handed(session, target, by)


def set_password(session: Session, link: OneTimeLink, password: str, now: datetime) -> User:
    """Give the link's person that password and end all their sessions. Raises BadInput. `link` is locked and good."""
    user = session.get_one(User, link.user_id)
    user.password_hash = passwords.hashed(password)
    session_marks.end_sessions(session, user.id)
    one_time_links.spend(session, link, now)
    sign_in.forget_misses_of(session, user.email)
    for tenant in members.organisations(session, user.id):
        audit.note_act(
            session,
            tenant.id,
            Act.PASSWORD_SET,
            now,
            actor=Actor(user.id, user.name),
            reference=user.email,
            words="Set a new password by a one-time link; all sessions ended",
        )
    return user
