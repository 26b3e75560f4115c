"""Session marks: a session of a person goes on while it bears their newest mark. The cookie is the pages' affair."""

import secrets

from sqlalchemy import update
from sqlalchemy.orm import Session

from dashboard.models import User


def new_mark() -> str:
    return secrets.token_hex(16)


def end_sessions(session: Session, user_id: int) -> None:
    """No session of the person goes on, wherever it is open."""
    session.execute(update(User).where(User.id == user_id).values(session_mark=new_mark()))


def are_equal(stored: str, shown: str) -> bool:
    """Whether the mark that a session shows is the person's newest; takes equally long whatever is shown."""
    return secrets.compare_digest(stored, shown)
