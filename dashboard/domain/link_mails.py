"""Mails that carry one-time links: what is due, what they say, what came of sending. Carrying them is the runner's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.domain import one_time_links, people
from dashboard.models import OneTimeLink, Tenant, User
from dashboard.models.one_time_link import Purpose
from dashboard.vocabulary.letters import Letter

CLAIMED = timedelta(minutes=5)
"""For so long nobody else sends a mail that a runner took. One that died with it goes then, with another key."""

PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))
"""Waits before a mail is tried again. After the last one it is given up."""


@dataclass(frozen=True)
class Due:
    """A letter to send now, and the link in it. `digest` tells whether the link still has the key of this letter."""

    link_id: int
    digest: str
    letter: Letter


def take(session: Session, public_url: str, now: datetime) -> Due | None:
    """The next letter to send, claimed by whoever takes it; None when none is due.

    Only now the key is made: until a mail leaves, it is nowhere. Asked for with an e-mail that nobody has, a reset
    ends here, where no answer of ours tells how long that took.
    """
    query = select(OneTimeLink).where(OneTimeLink.mail_due_at <= now).order_by(OneTimeLink.mail_due_at).limit(1)
    while link := session.scalars(query.with_for_update(skip_locked=True)).first():
        if link.purpose is Purpose.PASSWORD_RESET and not _find_person(session, link):
            link.mail_due_at, link.revoked_at = None, now
            session.flush()
            continue
        path = one_time_links.hand_out(session, link, now)
        link.mail_due_at = now + CLAIMED
        session.flush()
        return Due(link.id, link.digest or "", _letter(session, link, public_url + path))
    return None


def note_sent(session: Session, due: Due, now: datetime) -> None:
    link = _still(session, due)
    if link is not None:
        link.mail_due_at, link.mailed_at, link.mail_trouble = None, now, ""


def note_undelivered(session: Session, due: Due, words: str, is_final: bool, now: datetime) -> None:
    """The mail did not leave: `words` is why. Tried again after a while unless that is final."""
    link = _still(session, due)
    if link is None:
        return
    link.mail_trouble = words
    pause = None if is_final or link.mail_tries >= len(PAUSES) else PAUSES[link.mail_tries]
    link.mail_tries += 1
    link.mail_due_at = now + pause if pause else None


def _still(session: Session, due: Due) -> OneTimeLink | None:
    """The link while nobody revoked, used or sent it anew meanwhile."""
    query = select(OneTimeLink).where(OneTimeLink.id == due.link_id, OneTimeLink.mail_due_at.is_not(None))
    link = session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    return link if link is not None and link.digest == due.digest else None


def _find_person(session: Session, link: OneTimeLink) -> bool:
    user = people.by_email(session, link.email)
    link.user_id = user.id if user else None
    return user is not None


def _letter(session: Session, link: OneTimeLink, address: str) -> Letter:
    if link.purpose is Purpose.PASSWORD_RESET:
        return Letter(
            link.email,
            "Set a new password for tieout",
            "Somebody, hopefully you, asked to set a new password for tieout.\n\n"
            f"{address}\n\n"
            "The link is good once, for an hour. If it was not you who asked, do nothing: your password stays.\n",
        )
    tenant = session.get_one(Tenant, link.tenant_id)
    inviter = session.get(User, link.made_by_id) if link.made_by_id else None
    who = f"{inviter.name} ({inviter.email})" if inviter else "Somebody"
    role = link.role.label.lower() if link.role else ""
    return Letter(
        link.email,
        f"You are invited to {tenant.name} on tieout",
        f"{who} invites you to work for {tenant.name} on tieout, as {role}.\n\n"
        f"{address}\n\n"
        f"The link is good once, until {link.expires_at.astimezone(tenant.zone):%Y-%m-%d %H:%M} ({tenant.timezone}). "
        "If you do not know what this is about, do nothing.\n",
    )
