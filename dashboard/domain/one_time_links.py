"""One-time links: made, handed out once, used once, revoked. What a link is good for is said by its own module."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from dashboard.db import changed
from dashboard.domain.actors import Actor
from dashboard.models import OneTimeLink
from dashboard.models.one_time_link import Purpose
from dashboard.vocabulary.roles import Role

LASTS = {Purpose.INVITATION: timedelta(days=7), Purpose.PASSWORD_RESET: timedelta(hours=1)}
"""How long a link is good once it is made."""

PATHS = {Purpose.INVITATION: "/invitations/", Purpose.PASSWORD_RESET: "/password-resets/"}
"""Where the link leads, below the public address; the key follows."""

KEPT = timedelta(days=30)
"""Links that are used, revoked or expired are forgotten after this time; the audit log tells of them for longer."""


class NoLongerGood(Exception):
    """No link has this key, or it was used, revoked, or has expired; nobody learns which."""


def ask(
    session: Session,
    purpose: Purpose,
    email: str,
    actor: Actor | None,
    now: datetime,
    *,
    tenant_id: int | None = None,
    user_id: int | None = None,
    by_mail: bool,
) -> OneTimeLink:
    """Note that a link is wanted. It has no key yet: `hand_out` makes one, here or in the runner that mails it."""
    link = OneTimeLink(
        purpose=purpose,
        email=email,
        tenant_id=tenant_id,
        user_id=user_id,
        made_by_id=actor.id if actor else None,
        made_at=now,
        expires_at=now + LASTS[purpose],
        mail_due_at=now if by_mail else None,
    )
    session.add(link)
    session.flush()
    return link


def hand_out(session: Session, link: OneTimeLink, now: datetime) -> str:
    """The path of the link, with a key that nothing but the link's bearer knows. A key made before is good no more."""
    key = secrets.token_urlsafe(32)
    link.digest = _digest(key)
    link.expires_at = now + LASTS[link.purpose]
    session.flush()
    return PATHS[link.purpose] + key


def good(session: Session, purpose: Purpose, key: str, now: datetime, *, locked: bool = False) -> OneTimeLink:
    """The link of that key; raises NoLongerGood. `locked` holds it until the transaction ends, so it is used once."""
    query = select(OneTimeLink).where(OneTimeLink.purpose == purpose, OneTimeLink.digest == _digest(key))
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    link = session.scalars(query).one_or_none()
    if link is None or link.used_at or link.revoked_at or link.expires_at <= now:
        raise NoLongerGood
    return link


def spend(session: Session, link: OneTimeLink, now: datetime) -> None:
    """Use up the link, and with it every other one to the same end that its bearer may have been sent."""
    link.used_at = now
    session.flush()
    alike = [OneTimeLink.purpose == link.purpose, OneTimeLink.email == link.email]
    if link.purpose is Purpose.INVITATION:
        alike.append(OneTimeLink.tenant_id == link.tenant_id)
    _revoke(session, now, *alike)


def revoke(session: Session, link: OneTimeLink, now: datetime) -> None:
    _revoke(session, now, OneTimeLink.id == link.id)
    session.refresh(link)


def revoke_invitations(session: Session, tenant_id: int, email: str, now: datetime) -> int:
    """Revoke the organisation's open invitations to that e-mail; how many there were."""
    return _revoke(session, now, *_invitations(tenant_id), OneTimeLink.email == email)


def revoke_invitations_by(session: Session, tenant_id: int, user_id: int, to: Iterable[Role], now: datetime) -> int:
    """Revoke the organisation's open invitations that the person made to one of these roles; how many there were."""
    by = OneTimeLink.made_by_id == user_id
    return _revoke(session, now, *_invitations(tenant_id), by, OneTimeLink.role.in_(tuple(to)))


def revoke_handed_resets(session: Session, user_id: int, now: datetime) -> int:
    """Revoke the open password resets for the person, or by them, that were handed over; how many there were.

    One that is mailed reaches nobody but its person, so it stays.
    """
    whose = or_(OneTimeLink.user_id == user_id, OneTimeLink.made_by_id == user_id)
    handed = OneTimeLink.tenant_id.is_not(None)
    return _revoke(session, now, OneTimeLink.purpose == Purpose.PASSWORD_RESET, handed, whose)


def open_invitations(session: Session, tenant_id: int, now: datetime) -> list[OneTimeLink]:
    """Invitations that somebody can still accept, or that are still to be mailed, the newest first."""
    query = select(OneTimeLink).where(
        OneTimeLink.purpose == Purpose.INVITATION,
        OneTimeLink.tenant_id == tenant_id,
        *_is_open(),
        OneTimeLink.expires_at > now,
    )
    return list(session.scalars(query.order_by(OneTimeLink.id.desc())))


def forget(session: Session, now: datetime) -> int:
    """Drop links that ended long ago; how many. They name people who may have no account."""
    return changed(
        session,
        delete(OneTimeLink).where(
            or_(OneTimeLink.used_at.is_not(None), OneTimeLink.revoked_at.is_not(None), OneTimeLink.expires_at <= now),
            OneTimeLink.made_at <= now - KEPT,
        ),
    )


def _revoke(session: Session, now: datetime, *which: ColumnElement[bool]) -> int:
    statement = update(OneTimeLink).where(*_is_open(), *which)
    return changed(session, statement.values(revoked_at=now, mail_due_at=None))


def _invitations(tenant_id: int) -> list[ColumnElement[bool]]:
    return [OneTimeLink.purpose == Purpose.INVITATION, OneTimeLink.tenant_id == tenant_id]


def _is_open() -> list[ColumnElement[bool]]:
    return [OneTimeLink.used_at.is_(None), OneTimeLink.revoked_at.is_(None)]


def _digest(key: str) -> str:
    """A fast hash is enough for 32 random bytes: they cannot be guessed, only stolen."""
    return hashlib.sha256(key.encode()).hexdigest()
