"""What pages tell of an export: where it stands, why it failed in the ledger's own words, and what happens next."""

import html
import re
from collections.abc import Callable

import pytest
from sqlalchemy import update

from dashboard.db import writing
from dashboard.models import Export
from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Fault
from dashboard.vocabulary.records import Trigger
from tests.support.attempting import accept, refuse
from tests.support.board import words
from tests.support.visitor import Visitor
from tests.support.world import World

Visit = Callable[[str], Visitor]
SAID = "Account code '5410' has been <archived> & \"closed\"."


@pytest.fixture
def failed(world: World) -> Export:
    """One that a person sent and Xero refused."""
    world.map_all(world.connect_xero())
    (export,) = world.approve(world.records(1))
    with writing(world.session) as session:
        session.execute(update(Export).where(Export.id == export.id).values(trigger=Trigger.MANUAL))
    refuse(world, export, Fault(ErrorCode.ACCOUNT_INACTIVE, "5410", SAID))
    return export


@pytest.mark.requirement("S0-17")
def test_the_ledgers_own_words_stand_on_the_document(world: World, visit: Visit, failed: Export) -> None:
    page = visit("cleo").get(f"/records/{failed.record_id}").text
    assert html.escape(SAID, quote=False).replace("'", "&#39;").replace('"', "&#34;") in page
    assert SAID not in page


@pytest.mark.requirement("S0-21")
def test_a_failed_manual_export_says_that_nothing_more_happens_by_itself(
    world: World, visit: Visit, failed: Export
) -> None:
    bo = visit("bo")
    assert "No retry is scheduled; it will not be sent again by itself." in words(
        bo.get(f"/records/{failed.record_id}")
    )
    assert "will not retry by itself" in words(bo.get("/exports/xero"))


@pytest.mark.requirement("S1-08", "S1-09")
def test_only_what_arrived_carries_the_name_of_the_ledger(world: World, visit: Visit) -> None:
    world.map_all(world.connect_xero())
    (export,) = world.approve(world.records(1))
    bo = visit("bo")

    def status() -> str:
        (row,) = re.findall(r'<tr id="record-.*?</tr>', bo.get("/records").text, re.DOTALL)
        return words(row).split("Unpaid")[1].strip()

    assert status() == "Pending"
    accept(world, export)
    assert status() == "Synced · Xero"


@pytest.mark.requirement("S1-11", "S1-12")
def test_a_failure_carries_a_sign_with_a_word_and_opens_into_the_whole_message_and_its_mending(
    world: World, visit: Visit, failed: Export
) -> None:
    bo = visit("bo")
    page = bo.get("/exports/xero").text
    assert '<span class="pill failed">Failed</span>' in page
    (opens,) = re.findall(r'hx-get="([^"]+)" hx-trigger="toggle from:#why-', page)
    opened = words(bo.part(opens))
    assert SAID in opened
    assert "The account is archived in Xero" in opened
    assert "Choose the account" in opened
