"""Session marks: a session of a person goes on while it bears their newest mark. The cookie is the pages' affair."""

import secrets

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.models import User


def new_mark() -> str:
    return secrets.token_hex(16)


def end_sessions(session: Session, user_id: int) -> None:
    """No session of the person goes on, wherever it is open."""
    session.execute(update(User).where(User.id == user_id).values(session_mark=new_mark()))


def has_mark(session: Session, user_id: int, mark: str) -> bool:
    """Whether a session with this mark is still a session of the person."""
    stored = session.scalar(select(User.session_mark).where(User.id == user_id))
    return stored is not None and secrets.compare_digest(stored, mark)
