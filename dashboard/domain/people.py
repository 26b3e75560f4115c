"""People: who has an account. Signing in is sign_in.py, belonging to an organisation members.py."""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.domain import passwords, session_marks
from dashboard.domain.bad_input import BadInput
from dashboard.models import User


def create_user(
    session: Session, email: str, password: str, now: datetime, *, name: str = "", is_staff: bool = False
) -> User:
    """Add a person without an organisation; raises BadInput."""
    address = checked_email(email)
    password_hash = passwords.hashed(password)
    if session.scalar(select(User.id).where(User.email == address)) is not None:
        raise BadInput("email", f"{address} has an account already.")
    user = User(
        email=address,
        name=name.strip() or address.partition("@")[0].replace(".", " ").title(),
        password_hash=password_hash,
        is_staff=is_staff,
        session_mark=session_marks.new_mark(),
        created_at=now,
    )
    session.add(user)
    session.flush()
    return user


def checked_email(written: str) -> str:
    """The e-mail as it is kept; raises BadInput."""
    address = written.strip().lower()
    # How long it is comes first: of a very long one the pattern would try every dot.
    if len(address) > 254 or not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address) or not address.isprintable():
        raise BadInput("email", f"“{written}” is not an e-mail address.")
    return address


def by_email(session: Session, email: str) -> User | None:
    return session.scalars(select(User).where(User.email == email.strip().lower())).one_or_none()
