"""Looks: when a person last looked at the overview of an organisation, so that it can say what happened since."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from dashboard.domain.members import Member
from dashboard.models import Membership

VISIT = timedelta(minutes=30)
"""Looks with less time than this between them are one visit."""


def since(session: Session, member: Member, now: datetime) -> datetime | None:
    """When the person's visit before this one ended; None when there was none, and for whoever is no member."""
    query = select(Membership.looked_at, Membership.looked_before).where(*_of(member))
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    looked_at, looked_before = found
    return looked_before if looked_at is not None and now - looked_at < VISIT else looked_at


def note(session: Session, member: Member, now: datetime) -> None:
    """The person looks now. Needs a writing transaction."""
    standing = session.scalars(select(Membership).where(*_of(member)).with_for_update()).one()
    if standing.looked_at is None or now - standing.looked_at >= VISIT:
        standing.looked_before = standing.looked_at
    standing.looked_at = now.replace(microsecond=0)
    session.flush()


def _of(member: Member) -> tuple[ColumnElement[bool], ...]:
    return Membership.tenant_id == member.tenant.id, Membership.user_id == member.user.id
