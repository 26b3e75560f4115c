"""Signing in: whose e-mail and password they are, and how often somebody may guess, counted in the database."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import case, delete, or_, update
from sqlalchemy.orm import Session

from dashboard.db import changed, upsert
from dashboard.domain import audit, members, passwords, people
from dashboard.domain.actors import Actor
from dashboard.domain.passwords import Renewal
from dashboard.models import SignInThrottle, User
from dashboard.vocabulary.audit import Act

WINDOW = timedelta(minutes=15)
FAILURES_PER_PAIR = 8
"""Of one e-mail tried from one address."""

FAILURES_PER_EMAIL = 100
"""Many more than from one address: who guesses at somebody must not keep them out, who is somewhere else."""

FAILURES_PER_ADDRESS = 60


class TooManyTries(Exception):
    """Sign-in is refused for a while; `minutes` is when to come back, at the latest."""

    minutes = int(WINDOW.total_seconds() // 60)


def count_try(session: Session, email: str, address: str, now: datetime) -> None:
    """Count a try against e-mail and address, each and both together, known or not, before its password is looked at.

    Committed first: of guesses that come all at once no more are looked at than of guesses that come one by one.
    Raises TooManyTries, and then nothing is to be counted.
    """
    count_all(session, _subjects(email, address), now)


def count_all(session: Session, allowed: Mapping[str, int], now: datetime) -> None:
    """Count one more against each subject; raises TooManyTries when one has had all that it is allowed in WINDOW."""
    for subject, most in allowed.items():
        _count(session, subject, most, now)


def who_fits(session: Session, email: str, password: str) -> User | None:
    """The person whose e-mail and password these are, else None. Only reads; the try was counted before.

    An unknown e-mail takes as long as a known one, so that nobody learns who has an account.
    """
    user = people.by_email(session, email)
    return user if passwords.fits(password, user.password_hash if user else None) else None


def note_sign_in(
    session: Session, email: str, address: str, user: User, renewal: Renewal | None, now: datetime
) -> None:
    """Log that the person signed in; the e-mail's misses are cleared, and this try was none of the address.

    With a `renewal` their password is kept by it, unless it was set anew since it was looked at.
    """
    if renewal is not None:
        looked_at = update(User).where(User.id == user.id, User.password_hash == renewal.before)
        session.execute(looked_at.values(password_hash=renewal.after))
    *of_person, of_address = _subjects(email, address)
    # What was missed from elsewhere stays counted there: it was somebody else, who is to gain nothing by this.
    session.execute(delete(SignInThrottle).where(SignInThrottle.subject.in_(of_person)))
    # The address keeps its misses: one good account must not open the door to guessing others.
    given_back = update(SignInThrottle).where(SignInThrottle.subject == of_address, SignInThrottle.failures > 0)
    session.execute(given_back.values(failures=SignInThrottle.failures - 1))
    for tenant in members.organisations(session, user.id):
        audit.note_act(
            session,
            tenant.id,
            Act.SIGNED_IN,
            now,
            actor=Actor(user.id, user.name),
            reference=user.email,
            words="Signed in",
        )


def forget_misses_of(session: Session, email: str) -> None:
    """Let the e-mail be tried again from now on, as if nobody had missed."""
    subject, of_email = SignInThrottle.subject, _of_email(email)
    anywhere = or_(subject == of_email, subject.startswith(f"{of_email} from ", autoescape=True))
    session.execute(delete(SignInThrottle).where(anywhere))


def forget_misses(session: Session, now: datetime) -> int:
    """Drop what no longer counts against anybody; how many it was. It names people who may not even have an account."""
    return changed(session, delete(SignInThrottle).where(SignInThrottle.since <= now - WINDOW))


def _subjects(email: str, address: str) -> dict[str, int]:
    return {
        f"{_of_email(email)} from {address}": FAILURES_PER_PAIR,
        _of_email(email): FAILURES_PER_EMAIL,
        f"address:{address}": FAILURES_PER_ADDRESS,
    }


def _of_email(email: str) -> str:
    return f"email:{email.strip().lower()[:240]}"


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
