"""What becomes of a record on its way to a ledger: what counts as rounding, and what a posting says of its lines."""

from decimal import Decimal

import pytest

from dashboard.db import writing
from dashboard.domain import mappings, preflight, references
from dashboard.domain.preflight import Checked
from dashboard.models import Connection, Record
from dashboard.vocabulary.mappings import ROUNDING_ACCOUNT, MappingKind
from tests.support.world import World

D = Decimal


@pytest.fixture
def connection(world: World) -> Connection:
    connection = world.connect_xero()
    world.map_all(connection)
    with writing(world.session) as session:
        ledger = references.ledger(session, connection.id)
        kind, actor, now = MappingKind.ACCOUNT, world.actor("ada"), world.now()
        mappings.save(session, connection, kind, ROUNDING_ACCOUNT, "860", ledger, actor, now)
    return connection


def check(world: World, connection: Connection, record: Record) -> Checked:
    (export,) = world.approve([record])
    mapped, ledger = mappings.load(world.session, connection.id), references.ledger(world.session, connection.id)
    return preflight.check(record, export, connection, mapped, ledger, "http://localhost:5000/r/key")


def differing(world: World, currency: str, stated: str, unstated: str) -> Record:
    """A record whose total is that far from its lines and tax."""
    (record,) = world.records(1, currency=currency)
    with writing(world.session):
        record.rounding = D(stated)
        record.total += D(stated) + D(unstated)
    return record


@pytest.mark.parametrize(("stated", "unstated"), [("-0.49", "0"), ("1.00", "0"), ("0", "0.05"), ("-0.50", "-0.05")])
def test_a_rounding_difference_is_a_line_of_its_own(
    world: World, connection: Connection, stated: str, unstated: str
) -> None:
    record = differing(world, "SEK", stated, unstated)
    checked = check(world, connection, record)
    assert checked.posting is not None
    assert checked.posting.lines[-1].net == D(stated) + D(unstated)
    assert sum(line.net + line.tax for line in checked.posting.lines) == record.total


@pytest.mark.parametrize("cells", [",125.00", "0.37,125.00", "0.37,"])
def test_the_cash_rounding_of_a_table_is_a_line_of_its_own_or_waits_for_its_account(world: World, cells: str) -> None:
    connection = world.connect_xero()
    world.map_all(connection)
    (result,) = world.take_in(
        "cash.csv",
        "type,number,issue_date,currency,seller_name,seller_tax_id,seller_country,buyer_name,description,unit_price,"
        "tax_rate,rounding,total\n"
        f"bill,K-1,2026-11-02,SEK,Fjord Kaffe AS,NO987654321MVA,SE,Nordlys AB,Coffee,99.70,25,{cells}\n",
    )
    record = world.session.get_one(Record, result.record_id)
    (export,) = world.approve([record])

    def checked() -> Checked:
        mapped, ledger = mappings.load(world.session, connection.id), references.ledger(world.session, connection.id)
        return preflight.check(record, export, connection, mapped, ledger, "http://localhost:5000/r/key")

    assert [fault.code.value for fault in checked().faults] == ["rounding-account-missing"]
    with writing(world.session) as session:
        ledger = references.ledger(session, connection.id)
        kind, actor, now = MappingKind.ACCOUNT, world.actor("ada"), world.now()
        mappings.save(session, connection, kind, ROUNDING_ACCOUNT, "860", ledger, actor, now)
    posting = checked().posting
    assert posting is not None
    assert (posting.lines[-1].account_code, posting.lines[-1].net, posting.total) == ("860", D("0.37"), D(125))


@pytest.mark.parametrize(("stated", "unstated"), [("10", "0"), ("0", "-1")])
def test_a_currency_without_decimals_is_rounded_to_its_own_units(
    world: World, connection: Connection, stated: str, unstated: str
) -> None:
    checked = check(world, connection, differing(world, "JPY", stated, unstated))
    assert [fault.code.value for fault in checked.faults] == ["currency-not-enabled"]


@pytest.mark.parametrize(
    ("currency", "stated"),
    [("CHF", "0.05"), ("DKK", "-0.50"), ("NOK", "1"), ("HUF", "-5"), ("HUF", "10"), ("ISK", "10"), ("IDR", "50")],
)
def test_what_cash_is_rounded_to_where_the_document_comes_from_is_let_through(
    world: World, connection: Connection, currency: str, stated: str
) -> None:
    checked = check(world, connection, differing(world, currency, stated, "0"))
    assert "totals-differ" not in [fault.code.value for fault in checked.faults]


@pytest.mark.parametrize(
    ("currency", "stated", "unstated"),
    [
        ("SEK", "1.01", "0"),
        ("SEK", "-4000", "0"),
        ("SEK", "0", "0.06"),
        ("SEK", "0.90", "0.06"),
        ("SEK", "0.90", "-1.80"),
        ("CHF", "1.05", "0"),
        ("HUF", "10.01", "0"),
        ("HUF", "-4000", "0"),
        ("HUF", "5", "0.06"),
        ("JPY", "11", "0"),
        ("JPY", "0", "2"),
    ],
)
def test_no_file_sets_how_much_rounding_is_let_through(
    world: World, connection: Connection, currency: str, stated: str, unstated: str
) -> None:
    checked = check(world, connection, differing(world, currency, stated, unstated))
    assert "totals-differ" in [fault.code.value for fault in checked.faults]


def test_amounts_stand_in_a_failure_as_documents_print_them(world: World, connection: Connection) -> None:
    checked = check(world, connection, differing(world, "SEK", "75.5", "0"))
    assert [fault.words for fault in checked.faults] == [
        "The total 200.50 SEK differs by 75.50 SEK from its lines and tax"
    ]


def test_a_posting_carries_the_documents_own_quantity_and_price_beside_the_net(
    world: World, connection: Connection
) -> None:
    """A discounted line: how a ledger that multiplies is told of it, its connector knows."""
    (record,) = world.records(1)
    with writing(world.session):
        record.lines[0].quantity, record.lines[0].unit_price = D("3.00001"), D("35.123456")
    posting = check(world, connection, record).posting
    assert posting is not None
    (line,) = posting.lines
    assert (line.quantity, line.unit_amount, line.net) == (D("3.00001"), D("35.123456"), D(100))
