"""Support visits: begun with a reason, read only, in the organisation's own log page by page, ended by any of three."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.domain import audit
from dashboard.domain.actors import MACHINE, Actor
from dashboard.domain.bad_input import BadInput
from dashboard.domain.members import Member
from dashboard.domain.scope import NotFound, owned, row_id
from dashboard.models import AuditEntry, SupportVisit, Tenant, User
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.roles import Role

LENGTHS = (15, 30, 60, 120)
"""Minutes that a visit may be asked for."""

LONGEST_REASON = 500
ONE_READING = timedelta(minutes=1)
"""The same page again within this time is the same reading: it may load itself anew."""


TOLD_FOR = timedelta(hours=1)
"""How long a visitor is told who ended the visit."""


@dataclass(frozen=True)
class SentAway:
    """A visit ended by somebody of the organisation; `at` is in the organisation's zone."""

    organisation: str
    by: str
    at: datetime


def enter(session: Session, staff: User, tenant_id: int, reason: str, minutes: int, now: datetime) -> SupportVisit:
    """Begin a visit; one that the person is in already ends. Raises BadInput, and scope.NotFound."""
    tenant = organisation(session, tenant_id)
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise BadInput("reason", f"Say why, in at most {LONGEST_REASON} characters: the organisation reads it.")
    if minutes not in LENGTHS:
        raise BadInput("minutes", "Choose one of the lengths.")
    leave(session, staff.id, now)
    visit = SupportVisit(
        tenant_id=tenant.id,
        staff_id=staff.id,
        staff_name=staff.name,
        reason=reason,
        began_at=now,
        until=now + timedelta(minutes=minutes),
    )
    session.add(visit)
    session.flush()
    until = f"{visit.until.astimezone(tenant.zone):%H:%M}"
    _note(session, visit, Act.SUPPORT_ENTERED, now, f"{staff.name} of support may read until {until}: {reason}")
    return visit


def organisation(session: Session, tenant_id: int) -> Tenant:
    """Any organisation there is, for staff; raises scope.NotFound."""
    found = session.scalars(select(Tenant).where(Tenant.id == row_id(str(tenant_id)))).one_or_none()
    if found is None:
        raise NotFound(f"tenant {tenant_id}")
    return found


def visitor(session: Session, user_id: int, now: datetime) -> Member | None:
    """The person as what they may be in the organisation they visit now: a reader. None for whoever visits none."""
    query = (
        select(SupportVisit, User, Tenant)
        .join(User, User.id == SupportVisit.staff_id)
        .join(Tenant, Tenant.id == SupportVisit.tenant_id)
        .where(User.id == user_id, User.is_staff, SupportVisit.ended_at.is_(None), SupportVisit.until > now)
    )
    found = session.execute(query).one_or_none()
    return Member(found[1], found[2], Role.VIEWER, found[0]) if found else None


def under_way(session: Session, tenant_id: int, now: datetime) -> list[SupportVisit]:
    """Who of support looks at the organisation at this moment, the longest first."""
    query = select(SupportVisit).where(
        SupportVisit.tenant_id == tenant_id, SupportVisit.ended_at.is_(None), SupportVisit.until > now
    )
    return list(session.scalars(query.order_by(SupportVisit.id)))


def sent_away_from(session: Session, user_id: int, now: datetime) -> SentAway | None:
    """The visit that the organisation ended on the person, while no other one began and it ended not long ago."""
    newest = select(SupportVisit).where(SupportVisit.staff_id == user_id).order_by(SupportVisit.id.desc()).limit(1)
    visit = session.scalars(newest).one_or_none()
    if visit is None or visit.ended_at is None or now - visit.ended_at > TOLD_FOR:
        return None
    ended = select(AuditEntry.actor_id, AuditEntry.actor).where(
        AuditEntry.tenant_id == visit.tenant_id,
        AuditEntry.at == visit.ended_at,
        AuditEntry.act == Act.SUPPORT_ENDED,
        AuditEntry.operation == _operation(visit),
    )
    by = session.execute(ended).first()
    if by is None or by.actor_id in (None, user_id):
        return None
    tenant = session.get_one(Tenant, visit.tenant_id)
    return SentAway(tenant.name, by.actor, visit.ended_at.astimezone(tenant.zone))


def note_reading(session: Session, visit_id: int, address: str, title: str, is_part: bool, now: datetime) -> None:
    """Write into the organisation's log what is read: each page, and of what pages load by themselves each address
    once."""
    query = select(SupportVisit).where(SupportVisit.id == visit_id).with_for_update()
    visit = session.scalars(query.execution_options(populate_existing=True)).one()
    entries = (
        select(AuditEntry.at)
        .where(
            AuditEntry.tenant_id == visit.tenant_id,
            AuditEntry.actor_id == visit.staff_id,
            AuditEntry.at >= visit.began_at,
            AuditEntry.operation == _operation(visit),
            AuditEntry.details["address"].as_string() == address,
        )
        .order_by(AuditEntry.at.desc())
    )
    before = session.scalars(entries.limit(1)).one_or_none()
    if before is None or not (is_part or before > now - ONE_READING):
        words = f"Read “{title}” ({address})" if title else f"Read {address}"
        _note(session, visit, Act.SUPPORT_READ, now, words, {"address": address})
    if not is_part:
        visit.page, visit.page_at = (title or address)[:300], now


def leave(session: Session, user_id: int, now: datetime) -> Tenant | None:
    """End the visit that the person is in; the organisation it was, None when there was none."""
    open_one = select(SupportVisit).where(SupportVisit.staff_id == user_id, SupportVisit.ended_at.is_(None))
    visit = session.scalars(open_one.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if visit is None:
        return None
    _end(session, visit, None, now)
    return session.get_one(Tenant, visit.tenant_id)


def send_away(session: Session, tenant_id: int, visit_id: int, actor: Actor, now: datetime) -> SupportVisit:
    """End a visit on the organisation's behalf; raises scope.NotFound. One that is over stays as it ended."""
    visit = owned(session, SupportVisit, tenant_id, visit_id, locked=True)
    if visit.ended_at is None:
        _end(session, visit, actor, now)
    return visit


def end_those_over(session: Session, now: datetime) -> int:
    """Note the end of visits whose time is over; how many there were."""
    over = select(SupportVisit).where(SupportVisit.ended_at.is_(None), SupportVisit.until <= now)
    visits = list(session.scalars(over.with_for_update(skip_locked=True)))
    for visit in visits:
        _end(session, visit, None, now)
    return len(visits)


def _end(session: Session, visit: SupportVisit, actor: Actor | None, now: datetime) -> None:
    """By its own time where that is over, else by `actor` of the organisation, else by the visitor."""
    is_over = visit.until <= now
    visit.ended_at = visit.until if is_over else now
    session.flush()
    by = "its time was over" if is_over else f"ended by {actor.name if actor else 'the visitor'}"
    who = MACHINE if is_over else actor or _visitor_of(visit)
    _note(session, visit, Act.SUPPORT_ENDED, now, f"The visit of {visit.staff_name} ended: {by}", actor=who)


def _note(
    session: Session,
    visit: SupportVisit,
    act: Act,
    now: datetime,
    words: str,
    details: Mapping[str, str] | None = None,
    *,
    actor: Actor | None = None,
) -> None:
    """Under both names: whose doing it was, and the organisation whose affairs were read."""
    tenant = session.get_one(Tenant, visit.tenant_id)
    audit.note_act(
        session,
        tenant.id,
        act,
        now,
        actor=actor or _visitor_of(visit),
        reference=tenant.name,
        words=words,
        details=details,
        operation=_operation(visit),
    )


def _visitor_of(visit: SupportVisit) -> Actor:
    return Actor(visit.staff_id, f"{visit.staff_name} (support)"[:200])


def _operation(visit: SupportVisit) -> str:
    return f"support visit {visit.id}"
