"""The audit log as a file: what the filter shows and no more, streamed, safe in a spreadsheet, and noted in the log."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import insert, select

from dashboard.db import writing
from dashboard.domain import audit_download, tenants
from dashboard.domain.csv_rows import BYTE_ORDER_MARK
from dashboard.models import AuditEntry
from dashboard.vocabulary.audit import Act, EntryKind
from dashboard.vocabulary.plans import Plan
from dashboard.vocabulary.statuses import Status
from tests.support.statements import statements
from tests.support.visitor import Visitor
from tests.support.world import World

Visit = Callable[[str], Visitor]


def note(world: World, n: int, at: datetime | None = None, **fields: object) -> None:
    """So many entries at one time."""
    entry = {
        "tenant_id": world.nordlys.id, "at": at or world.now(), "kind": EntryKind.EXPORT, "act": Act.EXPORT_OUTCOME,
        "actor": "tieout", "status": Status.SYNCED, "words": "", **fields,
    }  # fmt: skip
    with writing(world.session):
        rows = [{**entry, "reference": fields.get("reference", f"N-{number:05d}")} for number in range(n)]
        world.session.execute(insert(AuditEntry), rows)


def download(person: Visitor, **asked: str) -> list[dict[str, str]]:
    """The rows of the file, after a look at the page that has the button."""
    person.get("/audit-log")
    answer = person.post("/audit-log/downloads", asked)
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix(BYTE_ORDER_MARK))))


def test_the_file_holds_what_the_filter_shows_and_nothing_of_others(world: World, visit: Visit) -> None:
    note(world, 3)
    note(world, 1, status=Status.FAILED, reference="F-1", error_code="period-closed", words="Closed")
    note(world, 1, tenant_id=world.maple.id, reference="theirs")
    rows = download(visit("cleo"))
    assert [row["Reference"] for row in rows if row["Act"] == "Export outcome"] == [
        "F-1",
        "N-00002",
        "N-00001",
        "N-00000",
    ]
    (failed,) = download(visit("cleo"), status="failed")
    assert (failed["Status"], failed["What happened"], failed["Error"]) == (
        "Failed", "Closed", "The period is closed in Xero",
    )  # fmt: skip
    assert not download(visit("dov"), reference="N-")


def test_times_are_the_organisations_with_utc_beside_them(world: World, visit: Visit) -> None:
    # The hour that comes twice in Stockholm on 25 October 2026: only UTC tells the two apart.
    with time_machine.travel(datetime(2026, 10, 25, 12, tzinfo=UTC), tick=False):
        note(world, 1, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), reference="first")
        note(world, 1, datetime(2026, 10, 25, 1, 30, tzinfo=UTC), reference="second")
        found = {row["Reference"]: row for row in download(visit("cleo"), kind="export")}
    assert {(row["Time"], row["Time zone"]) for row in found.values()} == {("2026-10-25 02:30:00", "Europe/Stockholm")}
    assert found["first"]["Time in UTC"] == "2026-10-25 00:30:00"
    assert found["second"]["Time in UTC"] == "2026-10-25 01:30:00"


def test_no_cell_is_run_as_a_formula(world: World, visit: Visit) -> None:
    for dangerous in ("=1+1", "+1", "-1", "@SUM(A1)", "\tx"):
        note(world, 1, reference=dangerous, words=dangerous, actor=dangerous)
    rows = download(visit("cleo"), kind="export")
    assert len(rows) == 5
    for row in rows:
        assert row["Reference"] == row["What happened"] == row["Who"]
        assert row["Reference"].startswith("'")


def test_every_entry_comes_once_over_many_chunks_without_a_transaction_in_between(world: World, visit: Visit) -> None:
    note(world, audit_download.CHUNK * 2 + 1)
    cleo = visit("cleo")
    with statements(world.session) as said:
        found = download(cleo, kind="export")
    assert len({row["Entry"] for row in found}) == len(found) == audit_download.CHUNK * 2 + 1
    after_the_act = said[next(n for n, each in enumerate(said) if each.startswith("INSERT INTO audit_entry")) :]
    assert len([each for each in after_the_act if "FROM audit_entry" in each]) == 4
    assert not [each for each in after_the_act if each.startswith("BEGIN")]


def test_the_plan_bounds_the_file_as_it_bounds_the_page(world: World, visit: Visit) -> None:
    note(world, 1, world.now() - timedelta(days=40), reference="old")
    assert not download(visit("cleo"), reference="old")
    with writing(world.session):
        tenants.set_plan(world.session, world.nordlys, Plan.ENTERPRISE, world.now())
    assert [row["Reference"] for row in download(visit("cleo"), reference="old")] == ["old"]


def test_the_log_says_who_took_which_entries_away(world: World, visit: Visit) -> None:
    note(world, 2)
    assert not [row for row in download(visit("cleo"), q="N-0") if row["Act"] == "Log downloaded"]
    (noted,) = world.session.scalars(select(AuditEntry).where(AuditEntry.act == Act.LOG_DOWNLOADED))
    assert (noted.actor, noted.words) == ("Cleo", "Every entry shown, as CSV. Text: N-0")
    page = visit("cleo").get("/audit-log").text
    assert "Log downloaded" in page


def test_a_filter_that_cannot_be_meant_leads_back_to_its_field(visit: Visit) -> None:
    cleo = visit("cleo")
    cleo.get("/audit-log")
    answer = cleo.post("/audit-log/downloads", {"status": "zz"})
    assert answer.status_code == 422
    assert "“zz” is not a status" in answer.text


@pytest.mark.parametrize("name", ["alma", "ada", "bo", "cleo"])
def test_whoever_sees_the_log_may_take_it_away(world: World, visit: Visit, name: str) -> None:
    note(world, 1)
    assert len(download(visit(name), reference="N-")) == 1
