"""Sync config: what a connection does by itself, saved and logged; a start date releases and holds back."""

import re
from datetime import date

import pytest
from sqlalchemy import func, select

from dashboard.db import writing
from dashboard.domain import counts, publishing
from dashboard.models import AuditEntry, Connection, Export
from dashboard.vocabulary.audit import Act
from dashboard.vocabulary.postings import PostAs
from dashboard.vocabulary.statuses import Status
from tests.support.consenting import Visit, afresh
from tests.support.visitor import Visitor
from tests.support.world import World

USUAL = {
    "export_on_approval": "yes",
    "attach_original": "yes",
    "sales_post_as": "approved",
    "purchases_post_as": "draft",
    "start_date": "",
}


def form_of(visitor: Visitor, **changes: str | None) -> dict[str, str]:
    """The form as it is on the page, with some fields changed; None leaves a box unticked."""
    page = visitor.get("/sync-config").text
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen is not None
    fields = {**USUAL, "seen": seen.group(1), **changes}
    return {name: value for name, value in fields.items() if value is not None}


def stored(world: World, connection: Connection) -> Connection:
    afresh(world)
    return world.session.get_one(Connection, connection.id)


def statuses(world: World, exports: list[Export]) -> list[Status]:
    afresh(world)
    return [world.session.get_one(Export, export.id).status for export in exports]


def test_without_a_connection_the_page_leads_to_connections(world: World, visit: Visit) -> None:
    assert "Open connections" in visit("ada").get("/sync-config").text


def test_bills_are_drafts_and_records_go_on_approval_until_somebody_decides_otherwise(
    world: World, visit: Visit
) -> None:
    world.connect_xero()
    page = visit("ada").get("/sync-config").text
    bills = page[page.index('name="purchases_post_as"') :]
    assert re.search(r'value="draft" selected>Draft', bills[: bills.index("</select>")])
    assert re.search(r'name="export_on_approval" value="yes" checked', page)


def test_an_admin_saves_and_the_log_tells_before_and_after(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    ada = visit("ada")
    form = form_of(ada, export_on_approval=None, purchases_post_as="awaiting-approval", sales_post_as="draft")
    assert "Saved for Nordlys AB." in ada.post(f"/sync-config/{connection.id}", form).text
    now = stored(world, connection)
    assert (now.export_on_approval, now.attach_original) == (False, True)
    assert (now.sales_post_as, now.purchases_post_as) == (PostAs.DRAFT, PostAs.AWAITING)
    logged = world.session.scalars(select(AuditEntry).where(AuditEntry.act == Act.CONNECTION_SETTINGS)).one()
    assert logged.actor == "Ada"
    assert logged.words == (
        "Export on approval: yes → no; Post sales as: Approved → Draft; Post bills as: Draft → Awaiting approval"
    )
    (record,) = world.records()
    assert world.approve([record]) == []


def test_saving_what_is_already_so_logs_nothing(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    ada = visit("ada")
    assert "Nothing was changed." in ada.post(f"/sync-config/{connection.id}", form_of(ada)).text
    form = form_of(ada, attach_original=None)
    ada.post(f"/sync-config/{connection.id}", form)
    assert "Nothing was changed." in ada.post(f"/sync-config/{connection.id}", form).text
    acts = select(func.count()).select_from(AuditEntry).where(AuditEntry.act == Act.CONNECTION_SETTINGS)
    assert world.session.scalar(acts) == 1


def test_a_form_older_than_somebody_elses_change_is_not_saved(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    ada, alma = visit("ada"), visit("alma")
    mine, theirs = form_of(ada, attach_original=None), form_of(alma, sales_post_as="draft")
    alma.post(f"/sync-config/{connection.id}", theirs)
    refused = ada.post(f"/sync-config/{connection.id}", mine)
    assert refused.status_code == 422
    assert "Somebody changed these settings meanwhile." in refused.text
    now = stored(world, connection)
    assert (now.attach_original, now.sales_post_as) == (True, PostAs.DRAFT)
    again = form_of(ada, attach_original=None, sales_post_as="draft")
    assert "Saved for" in ada.post(f"/sync-config/{connection.id}", again).text


def test_an_earlier_start_date_releases_what_it_held_and_says_how_many(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    ada = visit("ada")
    ada.post(f"/sync-config/{connection.id}", form_of(ada, start_date="2026-11-10"))
    afresh(world)
    exports = world.approve(world.records(2, issued_on=date(2026, 10, 5)) + world.records(issued_on=date(2026, 9, 1)))
    assert statuses(world, exports) == [Status.ON_HOLD] * 3
    said = ada.post(f"/sync-config/{connection.id}", form_of(ada, start_date="2026-10-01")).text
    assert "Saved for Nordlys AB; 2 records released from hold." in said
    assert statuses(world, exports) == [Status.PENDING, Status.PENDING, Status.ON_HOLD]
    said = ada.post(f"/sync-config/{connection.id}", form_of(ada, start_date="")).text
    assert "1 record released from hold" in said
    afresh(world)
    assert counts.differences(world.session) == []
    released = select(func.count()).select_from(AuditEntry).where(AuditEntry.act == Act.EXPORT_RELEASED)
    assert world.session.scalar(released) == 3


def test_a_later_start_date_holds_back_what_waits_by_itself_but_no_persons_order(world: World, visit: Visit) -> None:
    connection = world.connect_xero()
    exports = world.approve(world.records(2, issued_on=date(2026, 10, 5)))
    (by_hand,) = world.records(issued_on=date(2026, 10, 5))
    ada = visit("ada")
    ada.post(f"/sync-config/{connection.id}", form_of(ada, start_date="2026-11-01"))
    afresh(world)
    (held,) = world.approve([by_hand])
    with writing(world.session):
        actor, now = world.actor("ada"), world.now()
        publishing.send(world.session, by_hand, connection, actor, now, may_release=True, why="Left over")
    said = ada.post(f"/sync-config/{connection.id}", form_of(ada, start_date="2026-11-05")).text
    assert "Saved for Nordlys AB." in said
    assert statuses(world, exports) == [Status.ON_HOLD] * 2
    assert statuses(world, [held]) == [Status.PENDING]
    assert counts.differences(world.session) == []


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("start_date", "31.12.2026", "Write the date as YYYY-MM-DD"),
        ("start_date", "0026-11-01", "Choose a date from 1990"),
        ("start_date", "2026-02-30", "Write the date as YYYY-MM-DD"),
        ("sales_post_as", "paid", "Choose one of the list."),
        ("purchases_post_as", "", "Choose one of the list."),
    ],
)
def test_a_refused_form_comes_back_filled_in(world: World, visit: Visit, field: str, value: str, words: str) -> None:
    connection = world.connect_xero()
    ada = visit("ada")
    refused = ada.post(f"/sync-config/{connection.id}", form_of(ada, attach_original=None) | {field: value})
    assert refused.status_code == 422
    assert words in refused.text
    assert re.search(rf'id="{field}-{connection.id}-error"', refused.text)
    assert re.search(r'name="attach_original" value="yes" aria|name="attach_original" value="yes">', refused.text)
    if field == "start_date":
        assert f'value="{value}"' in refused.text
    assert stored(world, connection).attach_original


@pytest.mark.parametrize("name", ["bo", "cleo"])
def test_who_may_not_configure_sees_it_disabled_with_the_reason(world: World, visit: Visit, name: str) -> None:
    connection = world.connect_xero()
    visitor = visit(name)
    page = visitor.get("/sync-config").text
    assert "Only an admin may change these settings." in page
    assert f'action="/sync-config/{connection.id}"' not in page
    fields = re.findall(r"<(?:input|select) id=[^>]*>|<input type=\"checkbox\"[^>]*>", page)
    assert len(fields) == 5
    assert all("disabled" in each for each in fields)
    assert visitor.post(f"/sync-config/{connection.id}", {**USUAL, "sales_post_as": "draft"}).status_code == 403
    assert stored(world, connection).sales_post_as is PostAs.APPROVED


def test_what_belongs_to_another_organisation_is_not_found(world: World, visit: Visit) -> None:
    world.connect_xero()
    theirs = world.connect_xero(world.maple)
    ada = visit("ada")
    form = form_of(ada, sales_post_as="draft")
    for connection_id in (theirs.id, 999, 10**30):
        assert ada.post(f"/sync-config/{connection_id}", form).status_code == 404
    assert stored(world, theirs).sales_post_as is PostAs.APPROVED
