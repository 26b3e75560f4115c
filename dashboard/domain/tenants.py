"""Tenants: organisations, what each says of itself, and its plan. Who belongs to one is members.py."""

import json
import re
from dataclasses import astuple, dataclass
from datetime import datetime
from zoneinfo import available_timezones

from babel.numbers import list_currencies
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.domain import audit
from dashboard.domain.actors import MACHINE, Actor
from dashboard.domain.bad_input import BadInput
from dashboard.models import Tenant
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.plans import Plan

LAST_CLOSING_DAY = 28
"""Every month has it."""


class ChangedMeanwhile(Exception):
    """Somebody else changed the organisation's facts since the form was made; nothing was saved."""


@dataclass(frozen=True)
class Facts:
    """What an organisation says of itself. Name and tax id tell on incoming files whether it sells or buys.

    `closing_day` is the day of a month on which the month before is locked, in figures; "" when there is none.
    """

    name: str
    tax_id: str
    timezone: str
    currency: str
    closing_day: str = ""

    @property
    def mark(self) -> str:
        """Tells whether two forms were made from the same facts."""
        return json.dumps(astuple(self))

    @property
    def said(self) -> dict[str, str]:
        """Each fact as the log names it."""
        return {
            "Name": self.name,
            "Tax id": self.tax_id,
            "Time zone": self.timezone,
            "Base currency": self.currency,
            "Month is locked on day": self.closing_day,
        }

    def problems(self) -> dict[str, str]:
        """A sentence for each fact that is not accepted; empty when all are."""
        found = {}
        if not self.name or len(self.name) > 200 or not self.name.isprintable():
            found["name"] = "The organisation needs a name of at most 200 characters."
        if len(self.tax_id) > 64 or not self.tax_id.isprintable():
            found["tax_id"] = "A tax id has at most 64 characters."
        if self.timezone not in available_timezones():
            found["timezone"] = f"“{self.timezone}” is not a time zone: use a name such as Europe/Stockholm."
        if self.currency not in list_currencies():
            found["currency"] = f"“{self.currency}” is not a currency: use a code such as EUR."
        if self.closing_day not in ("", *map(str, range(1, LAST_CLOSING_DAY + 1))):
            found["closing_day"] = f"A day of the month from 1 to {LAST_CLOSING_DAY}, or nothing."
        return found


def create_tenant(
    session: Session,
    slug: str,
    name: str,
    now: datetime,
    *,
    plan: Plan = Plan.FREE,
    currency: str = "EUR",
    tax_id: str = "",
    timezone: str = "UTC",
) -> Tenant:
    """Add an organisation; raises BadInput."""
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", slug):
        raise BadInput("slug", f"“{slug}” is not a slug: use lower-case letters, digits and hyphens.")
    facts = Facts(name.strip(), tax_id.strip(), timezone, currency)
    for field, problem in facts.problems().items():
        raise BadInput(field, problem)
    if session.scalar(select(Tenant.id).where(Tenant.slug == slug)) is not None:
        raise BadInput("slug", f"There is an organisation {slug} already.")
    tenant = Tenant(
        slug=slug,
        name=facts.name,
        plan=plan,
        timezone=facts.timezone,
        base_currency=facts.currency,
        tax_id=facts.tax_id,
        created_at=now,
    )
    session.add(tenant)
    session.flush()
    return tenant


def by_slug(session: Session, slug: str) -> Tenant:
    """Raises BadInput when there is none."""
    tenant = session.scalars(select(Tenant).where(Tenant.slug == slug)).one_or_none()
    if tenant is None:
        raise BadInput("tenant", f"There is no organisation {slug}.")
    return tenant


def facts_of(tenant: Tenant) -> Facts:
    closing_day = str(tenant.closing_day or "")
    return Facts(tenant.name, tenant.tax_id, tenant.timezone, tenant.base_currency, closing_day)


def change_facts(session: Session, tenant: Tenant, facts: Facts, seen: str, actor: Actor, now: datetime) -> bool:
    """Change what the organisation says of itself, and log it; whether anything changed. `facts` have no problems.

    `tenant` is locked, `seen` the mark of the facts that the form was made from. Raises ChangedMeanwhile.
    """
    before = facts_of(tenant)
    if facts == before:
        return False
    if seen != before.mark:
        raise ChangedMeanwhile
    tenant.name, tenant.tax_id = facts.name, facts.tax_id
    tenant.timezone, tenant.base_currency = facts.timezone, facts.currency
    tenant.closing_day = int(facts.closing_day) if facts.closing_day else None
    session.flush()
    changes = {label: (old, facts.said[label]) for label, old in before.said.items() if old != facts.said[label]}
    audit.note_act(
        session,
        tenant.id,
        Act.ORGANISATION_CHANGED,
        now,
        actor=actor,
        reference=tenant.name,
        words="; ".join(f"{label}: {old or 'none'} → {new or 'none'}" for label, (old, new) in changes.items()),
        details={"changes": {label: list(pair) for label, pair in changes.items()}},
    )
    return True


def set_plan(session: Session, tenant: Tenant, plan: Plan, now: datetime, actor: Actor = MACHINE) -> None:
    """Change the plan: what is seen follows at once; what is deleted, only after the grace when it was lowered."""
    before, tenant.plan = tenant.plan, plan
    largest = tenant.plan_before
    if plan.is_below(before):
        tenant.plan_before = before if largest is None or largest.is_below(before) else largest
        tenant.plan_lowered_at = now
    elif largest is not None and not plan.is_below(largest):
        tenant.plan_before = tenant.plan_lowered_at = None
    session.flush()
    words = f"{before.label} → {plan.label}"
    audit.note_act(session, tenant.id, Act.PLAN_CHANGED, now, actor=actor, reference=tenant.name, words=words)
