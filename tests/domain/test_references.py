"""References: the ledger's lists as stored, and as a snapshot for checks and drop-downs."""

from datetime import date, timedelta
from decimal import Decimal

from dashboard.db import writing
from dashboard.domain import references
from dashboard.models import Connection
from dashboard.vocabulary.references import ReferenceItem, ReferenceKind
from tests.support.world import World

ACCOUNT, CONTACT = ReferenceKind.ACCOUNT, ReferenceKind.CONTACT


def store(world: World, connection: Connection, *items: ReferenceItem, is_whole: bool = True, later: int = 1) -> None:
    with writing(world.session):
        asked_at = world.now() + timedelta(seconds=later)
        references.store(world.session, connection, items[0].kind, items, asked_at, is_whole=is_whole)


def test_what_is_absent_from_a_whole_list_is_no_longer_active(world: World) -> None:
    connection = world.connect_xero()
    store(world, connection, ReferenceItem(ACCOUNT, "a-200", "200", "Sales", True))
    accounts = references.ledger(world.session, connection.id).accounts
    assert [code for code, item in accounts.items() if item.is_active] == ["200"]


def test_what_is_absent_from_a_list_of_changes_stays_as_it_was(world: World) -> None:
    connection = world.connect_xero()
    store(world, connection, ReferenceItem(ACCOUNT, "a-200", "200", "Sales, renamed", True), is_whole=False)
    accounts = references.ledger(world.session, connection.id).accounts
    assert accounts["200"].name == "Sales, renamed"
    assert accounts["400"].is_active


def test_an_active_account_counts_where_an_archived_one_had_its_code(world: World) -> None:
    connection = world.connect_xero()
    store(
        world,
        connection,
        ReferenceItem(ACCOUNT, "a-old", "200", "Zz archived", False),
        ReferenceItem(ACCOUNT, "a-new", "200", "Aa active", True),
        ReferenceItem(ACCOUNT, "a-bank", "", "A bank without a code", True),
    )
    accounts = references.ledger(world.session, connection.id).accounts
    assert accounts["200"].external_id == "a-new"
    assert "" not in accounts


def test_contacts_are_found_by_tax_id_however_it_is_written_unless_archived(world: World) -> None:
    connection = world.connect_xero()
    store(
        world,
        connection,
        ReferenceItem(CONTACT, "c-1", "", "One", True, tax_ids=("NO 987 654 321 mva",)),
        ReferenceItem(CONTACT, "c-2", "", "Two", True, tax_ids=("no987654321MVA", "NO987654321MVA")),
        ReferenceItem(CONTACT, "c-3", "", "Gone", False, tax_ids=("NO987654321MVA",)),
        ReferenceItem(CONTACT, "c-4", "", "None", True),
    )
    ledger = references.ledger(world.session, connection.id)
    assert {each.external_id for each in ledger.contacts_with("NO987654321MVA", "One & Two")} == {"c-1", "c-2"}
    assert ledger.contacts_with("", "None") == []
    assert ledger.contacts_with("SE555555000101", "One") == []


def test_a_contact_of_quite_another_name_is_not_found_by_tax_id(world: World) -> None:
    connection = world.connect_xero()
    store(world, connection, ReferenceItem(CONTACT, "c-1", "", "Granit AB", True, tax_ids=("SE555555000101", "N/A")))
    ledger = references.ledger(world.session, connection.id)
    assert [each.name for each in ledger.contacts_with("SE555555000101", "Granit & Söner")] == ["Granit AB"]
    assert ledger.contacts_with("SE555555000101", "Kiruna Bok HB") == []
    assert ledger.contacts_with("N/A", "Granit AB") == []


def test_every_detail_comes_back_as_it_was(world: World) -> None:
    connection = world.connect_xero()
    item = ReferenceItem(
        ReferenceKind.ORGANISATION,
        "o-1",
        "!x",
        "Nordlys AB",
        True,
        rate=Decimal("12.50"),
        tax_ids=("SE1",),
        currencies=("SEK", "EUR"),
        short_code="!x",
        locked_until=date(2026, 9, 30),
    )
    store(world, connection, item)
    assert references.ledger(world.session, connection.id).organisation == item
    assert connection.short_code == "!x"


def test_when_each_list_was_read_is_known(world: World) -> None:
    connection = world.connect_xero(lists=False)
    assert references.asked_at(world.session, connection.id) == {}
    store(world, connection, ReferenceItem(CONTACT, "c-1", "", "One", True))
    assert set(references.asked_at(world.session, connection.id)) == {CONTACT}
