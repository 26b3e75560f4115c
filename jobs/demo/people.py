"""The demo's organisations and who works there. What they do is hands.py's."""

from datetime import datetime

from sqlalchemy.orm import Session

from dashboard.db import writing
from dashboard.domain import members, people, tenants
from dashboard.vocabulary.plans import Plan
from dashboard.vocabulary.roles import Role
from jobs.demo.companies import MAPLE, NORDLYS

PASSWORD = "tieout-demo"  # noqa: S105 - printed at the start, and good for the demo's made-up people only
ALMA, ADA, BO, CLEO = (f"{name}@nordlys.example" for name in ("alma", "ada", "bo", "cleo"))
DOV = "dov@maple.example"
PEOPLE = (
    (ALMA, "Alma Nyström", "nordlys", Role.OWNER),
    (ADA, "Ada Lindqvist", "nordlys", Role.ADMIN),
    (BO, "Bo Sandberg", "nordlys", Role.FINANCE),
    (CLEO, "Cleo Öberg", "nordlys", Role.VIEWER),
    (DOV, "Dov Maple", "maple", Role.OWNER),
)
SOL = "sol@tieout.example"
STAFF = (SOL, "Sol Reyes")


def found(session: Session, now: datetime) -> None:
    """Both organisations, each with its people, and somebody of support."""
    with writing(session):
        founded = {
            "nordlys": tenants.create_tenant(
                session,
                "nordlys",
                NORDLYS.name,
                now,
                plan=Plan.GROWTH,
                currency="SEK",
                tax_id=NORDLYS.tax_id,
                timezone="Europe/Stockholm",
            ),
            "maple": tenants.create_tenant(
                session,
                "maple",
                MAPLE.name,
                now,
                plan=Plan.FREE,
                currency="GBP",
                tax_id=MAPLE.tax_id,
                timezone="Europe/London",
            ),
        }
        for email, name, slug, role in PEOPLE:
            user = people.create_user(session, email, PASSWORD, now, name=name)
            members.give_role(session, founded[slug], user, role, now)
        people.create_user(session, STAFF[0], PASSWORD, now, name=STAFF[1], is_staff=True)
