"""The ledger's items: a sales line that names one by its very code is booked with it; nothing is guessed."""

import json
from decimal import Decimal

import pytest

from dashboard.domain import references, sent_lines
from dashboard.models import Export
from dashboard.vocabulary.references import ReferenceKind
from dashboard.vocabulary.statuses import Status
from tests.tasks.scene import Scene

HEADINGS = (
    "type,number,issue_date,due_date,currency,seller_name,seller_tax_id,seller_country,buyer_name,buyer_tax_id,"
    "description,quantity,unit_price,tax_category,tax_rate,sku"
)
US, THEM = "Nordlys AB,SE556677889901,SE", "Fjord Kaffe AS,NO987654321MVA"
SALE = f"invoice,S-1,2026-11-02,2026-12-31,SEK,{US},{THEM},Coffee,3,20,S,25"
BILL = "bill,P-1,2026-11-02,2026-12-31,SEK,Fjord Kaffe AS,NO987654321MVA,SE,Nordlys AB,SE556677889901,Coffee,3,20,S,25"
BEANS = {
    "Code": "BEANS",
    "Name": "Coffee beans",
    "IsSold": True,
    "IsPurchased": True,
    "SalesDetails": {"UnitPrice": 99},
}


def exported(scene: Scene, row: str, sku: str) -> Export:
    """One document with one line that names that article."""
    records = scene.take_in("one.csv", f"{HEADINGS}\n{row},{sku}\n".encode())
    (export,) = scene.world.approve(records)
    scene.run()
    return export


def booked_with(scene: Scene, export: Export) -> str | None:
    """The item that the line was sent with."""
    (attempt,) = scene.attempts(export)
    code: str | None = json.loads(attempt.request)["LineItems"][0].get("ItemCode")
    return code


@pytest.fixture(autouse=True)
def items(scene: Scene) -> None:
    scene.books.seed(items=[BEANS])
    scene.refresh_lists()


def test_a_sales_line_that_names_an_item_is_booked_with_it_at_its_own_price_and_account(scene: Scene) -> None:
    export = exported(scene, SALE, "BEANS")

    assert (scene.seen(export).status, booked_with(scene, export)) == (Status.SYNCED, "BEANS")
    assert Decimal(scene.books.document("S-1")["total"]) == 75
    (line,) = sent_lines.of(scene.session, export)
    assert (line.item, line.account.split()[0]) == ("BEANS Coffee beans", "200")


@pytest.mark.parametrize("sku", ["", "beans", "BEANS-1", "Coffee beans"])
def test_a_line_that_names_no_items_very_code_is_booked_without_one(scene: Scene, sku: str) -> None:
    export = exported(scene, SALE, sku)

    assert (scene.seen(export).status, booked_with(scene, export)) == (Status.SYNCED, None)


def test_a_suppliers_article_number_names_no_item_of_ours(scene: Scene) -> None:
    export = exported(scene, BILL, "BEANS")

    assert (scene.seen(export).status, booked_with(scene, export)) == (Status.SYNCED, None)


def test_the_list_is_read_with_the_others(scene: Scene) -> None:
    kept = references.items(scene.session, scene.connection.id, ReferenceKind.ITEM, only_active=True)

    assert ("BEANS", "Coffee beans", True) in [(item.code, item.name, item.for_sales) for item in kept]
    assert ReferenceKind.ITEM in references.asked_at(scene.session, scene.connection.id)
